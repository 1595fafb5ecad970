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
from tools.evaluation.regions import by_yaw, region_errors
from tools.evaluation.yaw_classes import slope_over_classes


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


def test_a_robust_slope_is_not_bent_by_one_wild_value() -> None:
    x = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    y = 0.5 * x
    y[-1] = 9.0
    assert measures.robust_slope(x, y, 0.1) == pytest.approx(0.5)
    assert measures.slope(x, y) > 2.0


def test_regions_know_where_the_error_is() -> None:
    truth = np.random.default_rng(0).uniform(0, 100, (68, 2))
    truth[[36, 45]] = (0, 0), (50, 0)
    predicted = truth.copy()
    predicted[48:68, 0] += 5.0
    errors = region_errors(predicted, truth)
    assert errors["lips"] == pytest.approx(0.1)
    assert errors["eyes"] == errors["brows"] == 0.0


def test_errors_are_binned_by_the_turn_to_either_side() -> None:
    assert by_yaw([0.1, 0.3, 0.5], [5.0, -15.0, 12.0], "nme_") == {"nme_yaw_0_10": 0.1, "nme_yaw_10_20": 0.4}


def test_each_drivers_own_straight_ahead_is_taken_off_before_the_slope() -> None:
    first = [("1", 0.0, -20.0), ("1", 15.0, -8.0), ("1", -15.0, -32.0)]
    second = [("3", 0.0, 12.0), ("3", 15.0, 24.0)]
    assert slope_over_classes([*first, *second]) == pytest.approx(0.8)
