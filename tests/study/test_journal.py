"""The answers as Markdown."""

from tests.study.examples import DAY, NOW, attempt
from tests.study.test_anki import DPO
from tutor.study.journal import export_markdown
from tutor.study.progress import TopicProgress

PROGRESS = [TopicProgress("alignment", 20, 5, 41.6, 70.0, 0.9)]


def test_the_document():
    answers = [
        attempt("dpo", score=55, answer="偏好对\n# 标题?", points={"idea": 1.0, "loss": 0.0, "gone": 0.0}, misconceptions=("没有\n奖励",)),
        attempt("dpo", days=1, score=None, answer="", aided=True),
        attempt("unknown", days=2, question="What\nis X?", score=90, answer="x"),
    ]
    text = export_markdown("小明", answers, PROGRESS, {"dpo": DPO}, now=NOW + 3 * DAY, language="en")
    lines = text.splitlines()
    assert lines[0] == "# Study record: 小明"
    assert "| alignment | 42 | 5 / 20 |" in lines
    assert [line for line in lines if line.startswith("### ")] == ["### What is X?", "### How does DPO work?"]
    assert [line for line in lines if line.startswith("**")] == [
        "**2026-11-27 12:00** Score 90",
        "**2026-11-26 12:00** not graded (with a hint or the reference)",
        "**2026-11-25 12:00** Score 55",
    ]
    assert "> # 标题?" in lines
    assert [line for line in lines if line.startswith("- ")] == ["- 损失", "- gone", "- 没有 奖励"]


def test_nothing_yet():
    assert export_markdown("me", [], [], {}, now=NOW).endswith("还没有作答。\n")
