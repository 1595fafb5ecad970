"""Figures of merit on cases small enough to work out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tools.evaluation import measures
from tools.evaluation.ferplus import majority_labels
from tools.evaluation.in_car import fits, in_pixels
from tools.evaluation.table import ROWS, table


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [([2.0, 3.0], [0.0, 1.0], 1.0), ([0.0], [1.0], 0.0), ([1.0, 1.0], [1.0], 0.5), ([1.0, 3.0], [2.0], 0.5)],
)
def test_auc(positive: list[float], negative: list[float], expected: float) -> None:
    assert measures.auc(np.array(positive), np.array(negative)) == pytest.approx(expected)


@given(arrays(float, 7, elements=st.floats(-5, 5)), arrays(float, 5, elements=st.floats(-5, 5)))
def test_auc_of_swapped_classes_is_the_complement(positive: np.ndarray, negative: np.ndarray) -> None:
    assert measures.auc(positive, negative) + measures.auc(negative, positive) == pytest.approx(1.0)


def test_error_counts_inner_points_only() -> None:
    truth = np.random.default_rng(0).uniform(0, 100, (68, 2))
    predicted = truth + np.where(np.arange(68) < 17, 50.0, 3.0)[:, None] * (1.0, 0.0)
    assert measures.inner_face_error(predicted, truth) == pytest.approx(3.0)


def test_aspect_ratios_are_height_over_width() -> None:
    points = np.zeros((68, 2))
    for start in (36, 42):
        points[start : start + 6] = [(0, 0), (3, -1), (7, -1), (10, 0), (7, 1), (3, 1)]
    points[60:68] = [(0, 0), (3, -2), (5, -2), (7, -2), (10, 0), (7, 2), (5, 2), (3, 2)]
    assert measures.eye_aspect_ratio(points) == pytest.approx(0.2)
    assert measures.mouth_aspect_ratio(points) == pytest.approx(0.4)


def test_label_file_with_too_few_points_is_named(tmp_path: Path) -> None:
    path = tmp_path / "0001.pts"
    path.write_text("1 2\n3 4\n")
    with pytest.raises(ValueError, match=r"0001\.pts: 2 points, expected 68"):
        measures.read_points(path)


def test_pictures_without_a_clear_majority_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        "file,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
        "a.png,1,8,0,0,0,0,0,0,1,0\nb.png,5,5,0,0,0,0,0,0,0,0\nc.png,1,0,0,0,0,0,0,0,9,0\n"
    )
    assert majority_labels(path) == {"a.png": 1}


@pytest.mark.parametrize(("box", "expected"), [((40, 40, 20, 20), True), ((0, 0, 10, 10), False), ((30, 30, 90, 90), False)])
def test_face_fits_a_label_by_overlap_or_middle(box: tuple[float, float, float, float], expected: bool) -> None:
    assert fits(box, in_pixels((0.5, 0.5, 0.4, 0.4), 100, 100)) is expected


@pytest.mark.parametrize("markdown", [True, False])
def test_table_shows_ours_the_floor_and_the_peer(markdown: bool) -> None:
    text = table({"helen_nme": 0.05, "eye_auc": 0.9}, {"helen_nme": 0.048}, markdown)
    line = next(line for line in text.splitlines() if "eye centres" in line)
    assert "≤ 6.0 %" in line
    assert "5.0 %" in line
    assert "4.8 %" in line
    assert "yes" in line
    assert "NO" in next(line for line in text.splitlines() if "alone, AUC" in line)
    assert len(text.splitlines()) == len(ROWS) + (2 if markdown else 1)
