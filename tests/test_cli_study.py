"""Interview, review, progress and data as people and scripts use them. Whole dialogues are real processes; the many ways to be
wrong run in this one."""

import json
import signal
import sqlite3
import sys
import zipfile

import pytest

from tests.support import Run
from tests.test_cli import HEAVY
from tutor.cli import main
from tutor.study import database as database_module
from tutor.study.database import open_database
from tutor.study.learner import find_learner, open_learner

KINDS = {"question", "probe", "remark", "report"}


@pytest.fixture(autouse=True)
def at_curated(curated_index, monkeypatch, tmp_path):
    monkeypatch.setenv("TUTOR_INDEX", str(curated_index))
    monkeypatch.setenv("TUTOR_DB", str(tmp_path / "study.db"))
    return tmp_path / "study.db"


@pytest.fixture
def here(capsys, monkeypatch):
    """The command line in this process."""

    def run(*arguments, code=None):
        monkeypatch.setattr(sys, "argv", ["tutor", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        done = Run(left.value.code, out, err)
        if code is not None:
            assert done.code == code, done
        return done

    return run


def stored(path, name="me"):
    with open_database(path) as database:
        return find_learner(database, name).attempts()


def lines(*values):
    return "".join((value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) + "\n" for value in values)


def answers(*texts):
    return lines(*({"answer": text} for text in texts))


# Interview


def test_an_interview_as_json_lines(cli, at_curated, tmp_path):
    begun = cli(
        "interview", "--json", "--questions", 2, "--topic", "peft", "--seed", 1, "--level", 1,
        stdin=lines("not json", [1], {"answer": 5}, "") + answers("低秩矩阵 B 和 A,原权重冻结"), code=0,
    )  # fmt: skip
    said = begun.json_lines
    assert [line["type"] for line in said[:5]] == ["remark", "question", "error", "error", "error"]
    assert all(line["text"] for line in said)
    assert said[1]["number"] == 1
    assert said[1]["entry_id"]
    assert said[-1]["type"] in ("question", "probe"), "what was asked last stands"
    assert "tutor interview --resume" in begun.err

    target = tmp_path / "report.html"
    ended = cli("interview", "--resume", "last", "--json", "--report", target, stdin=answers("跳过", "不知道", "不知道", "停"), code=0)
    said = ended.json_lines
    assert {line["type"] for line in said} <= KINDS
    assert said[0]["text"] == begun.json_lines[-1]["text"] or said[0]["text"] in begun.json_lines[-1]["text"]
    report = said[-1]
    assert report["type"] == "report"
    assert [question["number"] for question in report["questions"]] == [1, 2]
    assert all("grade" in question for question in report["questions"])
    assert isinstance(report["score"], int)
    assert target.read_bytes().startswith(b"<!doctype html>")
    assert stored(at_curated)

    listed = cli("interview", "--list", "--json", code=0).json
    assert [(item["id"], item["score"]) for item in listed] == [(report["interview"], report["score"])]
    shown = cli("interview", "--show", "last", "--json", code=0).json
    assert [shown[name] for name in ("score", "questions", "gaps")] == [report[name] for name in ("score", "questions", "gaps")]
    assert shown["transcript"][: len(report["transcript"])] == report["transcript"]


def test_an_interview_in_the_terminal(cli, at_curated):
    run = cli("interview", "--questions", 1, "--topic", "peft", "--language", "en", "--seed", 2, stdin="hint\nI have no idea\n", code=0)
    assert "[1/1]" in run.out
    assert "hint" in run.out.lower()
    assert "0/100" in run.out
    assert "tutor interview --show" in run.out
    assert run.err == ""


def test_an_answer_of_several_lines_is_one_answer(cli, at_curated):
    cli("interview", "--questions", 1, "--topic", "peft", "--seed", 1, stdin="第一行\n第二行\n\n停\n", code=0)
    with open_database(at_curated) as database:
        learner = find_learner(database, "me")
        turns = learner.interview(learner.interviews()[0].id).turns
    assert [turn.answer for turn in turns] == ["第一行\n第二行", "停"]


def test_a_job_description_shows_its_plan_first(cli, tmp_path):
    file = tmp_path / "job.txt"
    file.write_text("高级工程师:熟悉 LoRA、QLoRA,了解 RAG", encoding="gb18030")
    said = cli("interview", "--from", file, "--questions", 1, "--json", code=0).json_lines
    assert said[0]["type"] == "remark"
    assert said[0]["plan"]["level"] == 3
    assert "lora" in said[0]["reasons"]["peft"]
    shown = cli("interview", "--from", file, "--questions", 1, code=0).out
    assert shown.index("lora") < shown.index("[1/1]")


def test_control_c_leaves_it_to_be_resumed(cli, at_curated):
    process = cli.start("interview", "--questions", "1", "--seed", "1", "--learner", "ana b")
    while "[1/1]" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "tutor interview --resume" in err
    assert "--learner 'ana b'" in err
    with open_database(at_curated) as database:
        assert len(find_learner(database, "ana b").interviews(finished=False)) == 1


# Review


def test_a_review_as_json_lines(cli, at_curated):
    run = cli(
        "review", "--goal", 3, "--json",
        stdin=lines(
            {"answer": " "}, {"flip": True, "skip": True}, {"answer": "x", "self_score": 101}, {"answer": "不知道", "self_score": 30},
            {"flip": True}, {"rating": 7}, {"rating": True}, {"rating": 3}, {"skip": True},
        ), code=0,
    )  # fmt: skip
    said = run.json_lines
    kinds = ["question", "error", "error", "error", "grade", "question", "reference", "error", "error", "rated", "question", "done"]
    assert [line["type"] for line in said] == kinds
    grade, rated, done = (next(line for line in said if line["type"] == kind) for kind in ("grade", "rated", "done"))
    assert grade.keys() >= {"text", "score", "points", "interval", "due", "attempt"}
    assert grade["score"] == 0
    assert rated["due"] > grade["due"]
    assert (done["answered"], done["left"]) == (2, 0)
    flipped, graded = stored(at_curated)
    assert (flipped.rating, flipped.score) == (3, None)
    assert (graded.self_score, graded.score, graded.origin) == (30, 0, "review")
    again = cli("review", "--json", code=0).json_lines
    assert again[0]["left"] == 1, "the goal of 3 is remembered"


def test_a_review_in_the_terminal(cli, at_curated):
    run = cli(
        "review", "--goal", 3, "--guess", "--language", "en", stdin="\nlow-rank matrices\nfrozen weights\n\n40\nflip\n9\n1\nskip\n", code=0
    )
    assert "3 to review now" in run.out
    assert "/ 100" in run.out
    assert "How well did you know it?" in run.out
    assert "2 reviewed, today's goal is reached" in run.out
    flipped, graded = stored(at_curated)
    assert (graded.answer, graded.self_score) == ("low-rank matrices\nfrozen weights", 40)
    assert flipped.rating == 1


# Progress and data


def test_grade_keeps_nothing_unless_told_for_whom(here, at_curated):
    here("grade", "什么是 LoRA?", "--answer", "低秩", "--json", code=0)
    assert not at_curated.exists()
    run = here("grade", "什么是 LoRA?", "--answer", "低秩", "--json", "--learner", "ana", "--self-score", 80, code=0)
    assert run.json["entry_id"] == "lora"
    [attempt] = stored(at_curated, "ana")
    assert (attempt.score, attempt.self_score, attempt.origin) == (run.json["score"], 80, "grade")


def test_stats_as_text_and_json_with_a_plan(here, at_curated):
    here("grade", "lora", "--answer", "低秩", "--learner", "me", "--self-score", 80, code=0)
    empty = here("stats", "--language", "en", code=0).out
    for text in ("1 of 7 entries", "Mastery by topic", "Readiness for", "Weakest key points", "Your guesses", "Due:", "Mean score by week"):
        assert text in empty
    assert "Plan to the interview" not in empty
    import datetime

    day = (datetime.date.today() + datetime.timedelta(days=5)).isoformat()
    assert f"Plan to the interview on {day} (in 5 days)" in here("stats", "--date", day, "--role", "application", code=0).out
    data = here("stats", "--json", code=0).json
    assert (data["interview"], data["role"], data["language"], len(data["plan"])) == (day, "application", "en", 5), "all is remembered"
    assert data["coverage"] == pytest.approx(1 / 7)
    assert here("stats", "--date", "none", "--json", code=0).json["plan"] is None


def test_export_import_and_delete(here, at_curated, tmp_path):
    here("grade", "lora", "--answer", "低秩", "--learner", "me", code=0)
    anki, markdown, data = tmp_path / "a.apkg", tmp_path / "a.md", tmp_path / "a.jsonl"
    run = here("export", "--anki", anki, "--markdown", markdown, "--jsonl", data, code=0)
    assert run.out == ""
    assert "collection.anki2" in zipfile.ZipFile(anki).namelist()
    assert "低秩" in markdown.read_text(encoding="utf-8")
    assert here("export", "--jsonl", "-", code=0).out == data.read_text(encoding="utf-8")
    assert here("import", data, "--learner", "ana", "--json", code=0).json == {"read": 1, "new": 1, "skipped": []}
    assert here("import", data, "--learner", "ana", "--json", code=0).json["new"] == 0
    with data.open("a", encoding="utf-8") as file:
        file.write('{"type": "attempt"}\n')
    part = here("import", data, "--learner", "ana", code=0)
    assert "line 4 left out" in part.err
    assert [item["name"] for item in here("learner", "list", "--json", code=0).json] == ["ana", "me"]
    assert "ana  since" in here("learner", "list", code=0).out
    here("learner", "delete", "ana").assert_failed(2, "nothing was deleted", "--yes")
    here("learner", "delete", "ana", "--yes", code=0)
    here("learner", "delete", "ana", "--yes").assert_failed(2, "no learner 'ana'")
    here("learner", "backup", tmp_path / "copy" / "b.db", code=0)
    assert len(stored(tmp_path / "copy" / "b.db")) == 1


def test_doctor_examines_the_database_and_makes_none(here, at_curated):
    [finding] = [item for item in here("doctor", "--json").json if item["what"].startswith("learners' data")]
    assert finding["ok"]
    assert str(at_curated) in finding["what"]
    assert not at_curated.exists()
    open_database(at_curated).close()
    assert "version 0002" in here("doctor").out
    at_curated.write_bytes(b"not a database, but long enough to be read as one" * 100)
    run = here("doctor", code=1)
    assert "is damaged" in run.out
    assert "backup" in run.out


def test_reviews_and_statistics_load_nothing_heavy(cli):
    script = "import sys; from tutor.cli import main\nsys.argv = ['tutor', *sys.argv[1:]]\ntry: main()\nexcept SystemExit: print(' '.join(sys.modules))"
    for command in (["stats"], ["review", "--json"], ["interview", "--json"]):
        assert set(cli.python(script, *command).out.splitlines()[-1].split()) & set(HEAVY) == set()


@pytest.mark.parametrize(
    "command", ["interview", "review", "stats", "export", "import", "learner", "learner list", "learner delete", "learner backup"]
)
def test_help(here, command):
    assert f"Usage: tutor {command}" in here(*command.split(), "--help", code=0).out


# Errors


WRONG = {
    "topic": (["interview", "--topic", "cooking"], ["cooking", "peft, rag"]),
    "role": (["interview", "--role", "astronaut"], ["astronaut", "application"]),
    "level": (["interview", "--level", "4"], ["level 4"]),
    "level is no number": (["interview", "--level", "x"], ["--level"]),
    "questions": (["interview", "--questions", "0"], ["1 to 50"]),
    "minutes": (["interview", "--minutes", "-1"], ["more than 0"]),
    "language": (["interview", "--language", "fr"], ["fr", "zh, en"]),
    "persona": (["interview", "--persona", "rude"], ["rude", "friendly"]),
    "no such description": (["interview", "--from", "nowhere.txt"], ["nowhere.txt", "check the path"]),
    "report of another kind": (["interview", "--report", "r.docx"], ["r.docx", ".pdf"]),
    "report in no folder": (["interview", "--report", "nowhere/r.md"], ["nowhere", "no such folder"]),
    "nothing to resume": (["interview", "--resume", "last"], ["no interview to resume"]),
    "resume an unknown one": (["interview", "--resume", "abc"], ["abc"]),
    "resume and choose": (["interview", "--resume", "last", "--level", "2"], ["--resume"]),
    "show nothing": (["interview", "--show", "last"], ["no interview yet"]),
    "show of nobody": (["interview", "--list", "--learner", "nobody"], ["nobody"]),
    "goal": (["review", "--goal", "0"], ["goal", "1 to 500"]),
    "name of no learner": (["review", "--learner", " "], ["no name"]),
    "date": (["stats", "--date", "tomorrow"], ["tomorrow", "YYYY-MM-DD"]),
    "date that has passed": (["stats", "--date", "2020-01-01"], ["2020-01-01"]),
    "stats of nobody": (["stats", "--learner", "nobody"], ["nobody"]),
    "export of nothing": (["export"], ["--anki"]),
    "import of nothing": (["import", "nowhere.jsonl"], ["nowhere.jsonl", "check the path"]),
    "import of a folder": (["import", "."], ["cannot be read"]),
    "self-score without a learner": (["grade", "LoRA", "--answer", "x", "--self-score", "5"], ["--learner"]),
    "self-score": (["grade", "LoRA", "--answer", "x", "--learner", "me", "--self-score", "101"], ["--self-score"]),
}


@pytest.mark.parametrize(("arguments", "wanted"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_one_line_and_exit_code_2(here, arguments, wanted):
    run = here(*arguments)
    run.assert_failed(2, *wanted)
    assert run.out == ""


@pytest.mark.parametrize(
    "content", ["hello\n", "[1]\n", '{"type": "attempt"}\n', b"\xff\xfe\x00"], ids=["text", "list", "half a record", "bytes"]
)
def test_a_file_that_is_no_export_is_refused(here, tmp_path, content):
    file = tmp_path / "x.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    here("import", file).assert_failed(2, "x.jsonl")


def test_a_database_that_cannot_be_used_is_one_line_and_exit_code_1(here, at_curated, monkeypatch, tmp_path):
    commands = (
        ["stats"],
        ["review"],
        ["interview"],
        ["export", "--jsonl", "-"],
        ["learner", "list"],
        ["grade", "LoRA", "--answer", "x", "--learner", "me"],
    )
    damaged, foreign = tmp_path / "damaged.db", tmp_path / "foreign.db"
    damaged.write_bytes(b"no database at all, but of some length" * 100)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE mine (a)")
    for path, wanted in ((damaged, "damaged"), (foreign, "another program"), (tmp_path / "damaged.db" / "x.db", "cannot be written")):
        monkeypatch.setenv("TUTOR_DB", str(path))
        for command in commands:
            here(*command).assert_failed(1, path.name, wanted)


def test_a_busy_database_is_one_line(here, at_curated, monkeypatch):
    import datetime

    with open_database(at_curated) as database:
        open_learner(database, now=datetime.datetime.now(datetime.UTC))
    monkeypatch.setattr(database_module, "PATIENCE", 0.1)
    with sqlite3.connect(at_curated, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        here("grade", "lora", "--answer", "x", "--learner", "me").assert_failed(1, "busy", "try again")
        here("stats", "--role", "general").assert_failed(1, "busy")
    holder.close()
