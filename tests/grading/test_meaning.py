"""What words show of a claim: concepts in either language, directions, negations, numbers."""

import pytest

from tutor.grading.meaning import meaning, opposite, undone


def test_a_concept_is_one_thing_in_either_language(concepts):
    assert meaning("KV 缓存", concepts).plain == meaning("the KV cache", concepts).plain


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("decode 不是 compute-bound", "compute bound"),
        ("decode is not compute-bound", "compute bound"),
        ("it doesn't need the optimizer", "optimizer"),
    ],
)
def test_a_negation_reaches_what_follows(concepts, text, negated):
    said = meaning(text, concepts)
    assert any(negated in name for name in said.negated), said
    assert not any(negated == name for name in said.plain)


def test_a_negation_ends_with_its_clause(concepts):
    assert "梯度" in meaning("权重不更新,梯度要存", concepts).plain or "gradient" in str(meaning("权重不更新,梯度要存", concepts).plain)


@pytest.mark.parametrize("text", ["方法不同", "不仅快", "非常快", "分别训练"])
def test_a_negating_character_in_another_word_negates_nothing(concepts, text):
    assert not meaning(text, concepts).negated


@pytest.mark.parametrize(
    ("more", "less"), [("显存增加", "显存减少"), ("it is faster", "it is slower"), ("先归一化", "后再归一化"), ("共享参数", "独立参数")]
)
def test_directions_have_an_opposite(concepts, more, less):
    one, other = meaning(more, concepts).directions, meaning(less, concepts).directions
    assert {opposite(direction) for direction in one} & other


def test_a_negated_direction_is_undone(concepts):
    assert undone("frozen-") in meaning("it does not update W0", concepts).directions


@pytest.mark.parametrize(
    ("one", "other"), [("1,000 tokens", "1000 tokens"), ("7B 参数", "70亿参数"), ("1k steps", "1000 steps"), ("3倍", "3x")]
)
def test_numbers_have_one_spelling(concepts, one, other):
    assert meaning(one, concepts).numbers == meaning(other, concepts).numbers


def test_roles_stand_in_pairs(concepts):
    assert meaning("teacher trains student", concepts).pairs != meaning("student trains teacher", concepts).pairs
