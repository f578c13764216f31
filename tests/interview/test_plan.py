"""Plans: by role, from a job description, from a resume; choice of questions."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.interview.support import CORPUS, catalogue, corpus
from tutor.entry import Entry, Source, Text
from tutor.errors import InputError
from tutor.interview.catalogue import Catalogue, topic_of
from tutor.interview.choice import TARGET, Ability, ability_in, level_ability, next_entry
from tutor.interview.plan import Plan, plan_for, plan_from_text
from tutor.interview.roles import ROLES, TOPICS
from tutor.retrieval.glossary import read_glossary
from tutor.study.progress import expected_score

INFERENCE = """大模型推理工程师
岗位职责:
1. 负责推理引擎优化,提升吞吐、降低延迟
任职要求:
1. 3-5 年经验,熟悉 vLLM、PagedAttention、KV cache
2. 了解张量并行、CUDA
加分项:
有 LoRA 微调经验"""
RAG = """Senior RAG Engineer. Requirements:
- 5+ years building search; vector databases, hybrid search, reranking
- LangChain, agents with tool calling
Nice to have:
- LoRA"""
RESUME = """硕士在读,求职意向:大模型算法实习
项目:用 DPO 和 GRPO 对齐 Qwen,训练奖励模型;用 LoRA 微调 7B 模型"""


@pytest.fixture(scope="module")
def whole() -> Catalogue:
    return Catalogue(corpus(), read_glossary(CORPUS / "glossary.yaml"))


def test_every_topic_of_the_corpus_is_named_and_every_role_asks_for_topics_that_exist(whole):
    assert set(TOPICS) == set(whole.topics)
    assert all(set(role.topics) <= set(TOPICS) for role in ROLES.values())
    assert len(ROLES) >= 6


@pytest.mark.parametrize(
    ("text", "role", "level", "language", "first", "word"),
    [
        (INFERENCE, "inference", 2, "zh", "inference", "vllm"),
        (RAG, "application", 3, "en", "rag", "vector databases"),
        (RESUME, "alignment", 1, "zh", "alignment", "dpo"),
    ],
    ids=["job-zh", "job-en", "resume"],
)
def test_a_text_makes_a_plan_with_its_reasons(whole, text, role, level, language, first, word):
    proposal = plan_from_text(text, whole)
    plan = proposal.plan
    assert (plan.role, plan.level, plan.language) == (role, level, language)
    assert next(iter(plan.topics)) == first
    assert word in proposal.reasons[first]
    assert proposal.level_reason.lower() in text.lower()
    assert abs(sum(plan.topics.values()) - 1) < 0.1
    for words in proposal.reasons.values():
        assert all(reason in text.lower() for reason in words)


def test_what_is_required_weighs_more_than_what_is_nice_to_have(whole):
    required = plan_from_text("Requirements:\nLoRA\nRAG", whole).plan.topics
    nice = plan_from_text("Requirements:\nRAG\nNice to have:\nLoRA", whole).plan.topics
    assert required["peft"] > nice["peft"]
    assert plan_from_text("熟悉 RAG;有 LoRA 经验者优先", whole).plan.topics["peft"] < required["peft"]


def test_what_is_given_wins_over_the_text(whole):
    proposal = plan_from_text(RAG, whole, language="zh", level=1, questions=3, role="general")
    assert (proposal.plan.language, proposal.plan.level, proposal.plan.questions, proposal.plan.role) == ("zh", 1, 3, "general")
    assert proposal.level_reason == ""


def test_a_text_that_names_nothing_is_refused(whole):
    with pytest.raises(InputError, match="no topic"):
        plan_from_text("We are a bakery in need of a driver.", whole)


def test_minutes_alone_decide_the_number_of_questions():
    assert plan_for(minutes=20).questions == 5
    assert plan_for(minutes=20, questions=9).questions == 9


def test_a_plan_goes_through_json():
    plan = plan_for("inference", minutes=30, persona="demanding", language="en", seed=5)
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": 4},
        {"persona": "rude"},
        {"language": "fr"},
        {"questions": 0},
        {"minutes": -1.0},
        {"minutes": float("nan")},
        {"topics": {"rag": -1}},
    ],
    ids=str,
)
def test_a_plan_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError):
        plan_for(**wrong)


def test_an_unknown_role_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="inference"):
        plan_for("astronaut")


# Choice


def _asked(weights, count, seed="s", ability=1.1):
    asked: list[str] = []
    for number in range(count):
        entry = next_entry(catalogue(), weights, asked, (), Ability(ability), {}, f"{seed}:{number}")
        assert entry is not None
        asked.append(entry.id)
    return asked


def test_topics_come_by_their_weights():
    counts = Counter(topic_of(catalogue()[entry_id]) for entry_id in _asked({"rag": 3, "peft": 2, "inference": 1}, 6))
    assert counts == {"rag": 3, "peft": 2, "inference": 1}


def test_a_topic_without_weight_is_never_asked_and_ends_the_interview_when_the_others_are_used_up():
    asked = _asked({"rag": 1}, 3)
    assert next_entry(catalogue(), {"rag": 1}, asked, (), Ability(0.0), {}, "s") is None


def test_what_was_mastered_comes_when_nothing_else_is_left():
    rag = [entry.id for entry in catalogue().askable if entry.topic == "rag"]
    entry = next_entry(catalogue(), {"rag": 1}, rag[:2], rag[2:], Ability(0.0), {}, "s")
    assert entry is not None
    assert entry.id == rag[2]


@pytest.mark.parametrize(
    ("ability", "difficulty"), [(level_ability(1), 1), (level_ability(2), 2), (level_ability(3), 3), (-5.0, 1), (5.0, 3)]
)
def test_difficulty_follows_ability(ability, difficulty):
    entry = next_entry(catalogue(), {"rag": 1}, [], (), Ability(ability), {}, "s")
    assert entry is not None
    assert entry.difficulty == difficulty


def test_a_level_is_expected_to_score_between_70_and_80_percent_on_its_own_questions():
    for level in (1, 2, 3):
        assert 0.7 <= expected_score(level_ability(level), level) <= 0.8
    assert 0.7 <= TARGET <= 0.8


def test_steps_shrink_and_a_topic_leans_on_the_general_estimate():
    first = Ability(0.0).after(2, 1.0)
    later = Ability(0.0, 10).after(2, 1.0)
    assert first.value > later.value > 0
    assert ability_in("rag", Ability(1.0), {}) == 1.0
    assert 1.0 < ability_in("rag", Ability(1.0), {"rag": Ability(3.0, 1)}) < ability_in("rag", Ability(1.0), {"rag": Ability(3.0, 8)}) < 3.0


def test_notes_are_asked_where_there_is_no_rubric():
    note = Entry("note-1", Text(zh="什么是注意力?"), Text(zh="加权求和。"), (Source("a.md", 1),), section="笔记")
    bare = Entry("note-2", Text(zh="没有答案的问题?"), Text(), (Source("a.md", 9),))
    assert [entry.id for entry in Catalogue([note, bare]).askable] == ["note-1"]
    assert "note-1" not in {entry.id for entry in Catalogue([note, *corpus()]).askable}
