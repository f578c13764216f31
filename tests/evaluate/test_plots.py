"""The plots of grades; those of retrieval and refusal are drawn in their own tests."""

import sys

import numpy as np
import pytest

from tutor.evaluate.plots import calibration, confusion

PREDICTED = np.array([0.0, 35, 60, 100])
GOLD = np.array([0.0, 40, 80, 100])


@pytest.mark.parametrize("count", [1, 4])
def test_plots_of_grades(tmp_path, count):
    calibration(PREDICTED[:count], GOLD[:count], tmp_path / "new" / "calibration.png")
    confusion(PREDICTED[:count], GOLD[:count], ["wrong", "partial", "partial", "excellent"][:count], tmp_path / "kinds.png")
    for file in (tmp_path / "new" / "calibration.png", tmp_path / "kinds.png"):
        assert file.read_bytes().startswith(b"\x89PNG")


def test_no_window_system_is_touched():
    assert "matplotlib.pyplot" not in sys.modules
