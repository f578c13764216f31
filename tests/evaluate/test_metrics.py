"""Figures against values computed by hand."""

import math

import numpy as np
import pytest

from tutor.evaluate.metrics import (
    auroc,
    best_documents,
    by_group,
    half_interval,
    mean_figures,
    ranking_figures,
    refusals,
    roc,
    threshold_at,
)


def test_figures_of_a_ranking():
    first, third, absent = ranking_figures(["a", "b", "c"], [["a", "x"], ["x", "y", "b"], ["x"]])
    assert first == {"recall@1": 1, "recall@5": 1, "MRR@10": 1, "nDCG@10": 1}
    assert third == pytest.approx({"recall@1": 0, "recall@5": 1, "MRR@10": 1 / 3, "nDCG@10": 1 / math.log2(4)})
    assert absent == {"recall@1": 0, "recall@5": 0, "MRR@10": 0, "nDCG@10": 0}
    assert mean_figures([first, third, absent]) == pytest.approx({"recall@1": 1 / 3, "recall@5": 2 / 3, "MRR@10": 4 / 9, "nDCG@10": 0.5})


def test_a_query_that_finds_nothing_counts():
    assert ranking_figures(["a", "b"], [[], ["b"]])[0]["recall@5"] == 0


def test_sixth_place_is_no_recall_at_five():
    figures = ranking_figures(["w"], [[*"abcde", "w"]])[0]
    assert (figures["recall@5"], figures["MRR@10"]) == pytest.approx((0, 1 / 6))


@pytest.mark.parametrize(
    ("scores", "wanted", "found"),
    [
        ([1, 3, 2], "a", ["b", "c", "a"]),
        ([2, 2, 1], "a", ["b", "a", "c"]),  # A tie is no success.
        ([0, 2, 0], "a", ["b"]),  # What scored nothing was not found.
    ],
)
def test_best_documents(scores, wanted, found):
    assert best_documents(np.array(scores, float), ["a", "b", "c"], wanted) == found


def test_a_document_of_several_entries_counts_once():
    assert best_documents(np.array([3.0, 2, 1]), ["a", "a", "b"], "b") == ["a", "b"]


@pytest.mark.parametrize(
    ("inside", "outside", "expected"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([1, 1], [1, 1], 0.5),
        ([0.9, 0.4, 0.5], [0.5, 0.1], (2 + 1 + 1.5) / 6),
    ],
)
def test_auroc(inside, outside, expected):
    assert auroc(np.array(inside), np.array(outside)) == pytest.approx(expected)


def test_threshold_refuses_at_most_its_share():
    inside = np.arange(100, dtype=float)
    assert threshold_at(inside, 0.02) == 2
    assert threshold_at(inside[:50], 0.02) == 1
    assert threshold_at(inside[:49], 0.02) == 0
    # Equal confidences are refused together or not at all.
    assert threshold_at(np.zeros(100), 0.02) == 0


def test_refusals():
    found = refusals(np.array([0.9, 0.8, 0.2, 0.7]), np.array([0.1, 0.3, 0.6, 0.5]), 0.4)
    assert (found.inside, found.outside) == (4, 4)
    assert (found.refused, found.falsely) == (0.5, 0.25)
    assert found.auroc == pytest.approx((4 + 4 + 1 + 4) / 16)


def test_roc_goes_from_nothing_refused_to_everything():
    falsely, refused = roc(np.array([0.5, 0.9]), np.array([0.1, 0.5]))
    assert falsely.tolist() == [0, 0, 0.5, 1]
    assert refused.tolist() == [0, 0.5, 1, 1]
    area = np.trapezoid(refused, falsely)
    assert area == pytest.approx(auroc(np.array([0.5, 0.9]), np.array([0.1, 0.5])))


def test_half_interval():
    assert half_interval(0.5, 100) == pytest.approx(0.098)
    assert half_interval(1.0, 100) == 0


def test_by_group():
    assert by_group(["b", "a", "b"]) == {"a": [1], "b": [0, 2]}
