"""Figures of merit against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dms.perception.head_geometry import rotation_from_angles
from tools.evaluation import classes, heads, points
from tools.evaluation.bootstrap import by_person


def test_landmark_errors_by_hand() -> None:
    truth = np.zeros((3, 2, 2))
    found = truth.copy()
    found[0, 0] = (3.0, 4.0)  # 5 and 0 off
    found[1] = np.nan  # nothing found
    norms = np.array([50.0, 50.0, 50.0])
    errors = points.normalised_errors(found, truth, norms)
    assert errors[0] == pytest.approx(0.05)
    assert np.isnan(errors[1])
    assert errors[2] == 0.0
    counted = np.array([[1, 0], [0, 0], [1, 1]])
    assert points.normalised_errors(found, truth, norms, counted)[0] == pytest.approx(0.1)
    assert np.isnan(points.normalised_errors(found, truth, norms, counted)[1])


def test_a_face_that_was_not_found_has_failed_and_adds_nothing_to_the_area() -> None:
    errors = np.array([0.0, 0.04, 0.08, 0.5, np.nan])
    assert points.failure_rate(errors) == pytest.approx(2 / 5)
    assert points.area_under_errors(errors) == pytest.approx((1.0 + 0.5 + 0 + 0 + 0) / 5)
    with pytest.raises(ValueError, match="no pictures"):
        points.failure_rate(np.array([]))


def test_the_area_is_that_under_the_curve_of_shares() -> None:
    errors = np.random.default_rng(1).gamma(4.0, 0.012, 400)
    limits = (np.arange(20_000) + 0.5) / 20_000 * 0.08
    assert points.area_under_errors(errors) == pytest.approx(np.mean([(errors <= limit).mean() for limit in limits]), abs=1e-5)


def test_correct_points_by_hand() -> None:
    truth = np.zeros((2, 2, 2))
    found = np.array([[[0.0, 4.9], [5.1, 0.0]], [[0.0, 0.0], [np.nan, 0.0]]])
    sizes, all_of_them = np.array([10.0, 10.0]), np.ones((2, 2))
    assert points.correct_share(found, truth, sizes, 0.5, all_of_them) == 0.5
    assert points.correct_share(found, truth, sizes, 0.5, np.array([[1, 0], [1, 0]])) == 1.0
    with pytest.raises(ValueError, match="no point counts"):
        points.correct_share(found, truth, sizes, 0.5, np.zeros((2, 2)))


def test_head_errors_by_hand() -> None:
    assert heads.angle_errors_deg(np.array([[179.0, 5, 0]]), np.array([[-179.0, 2, 0]])).tolist() == [[2.0, 3.0, 0.0]]
    ahead = np.eye(3)[None]
    turned = rotation_from_angles(30, 0, 0)[None]
    assert heads.geodesic_deg(turned, ahead)[0] == pytest.approx(30.0)
    assert heads.geodesic_deg(rotation_from_angles(180, 0, 0)[None], ahead)[0] == pytest.approx(180.0)


def test_sigma_that_is_right_is_seen_to_be_right_and_one_that_boasts_is_not() -> None:
    sigmas = np.linspace(1, 10, 6000)
    errors = np.random.default_rng(2).laplace(0, sigmas)  # its mean distance is its scale
    groups = heads.reliability(errors, sigmas)
    assert [group.count for group in groups] == [1000] * 6
    assert [group.real for group in groups] == pytest.approx([group.stated for group in groups], rel=0.1)
    boasting = heads.reliability(errors, sigmas / 2)
    assert all(group.real > 1.6 * group.stated for group in boasting)


def test_classes_by_hand() -> None:
    matrix = classes.confusion(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 3)
    assert matrix.tolist() == [[2, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert classes.accuracy(matrix) == 0.75
    assert classes.balanced_accuracy(matrix) == pytest.approx((2 / 3 + 1) / 2)
    assert classes.recalls(matrix)[:2].tolist() == pytest.approx([2 / 3, 1.0])
    assert classes.precisions(matrix)[:2].tolist() == [1.0, 0.5]
    assert np.isnan([classes.recalls(matrix)[2], classes.precisions(matrix)[2]]).all()
    with pytest.raises(ValueError, match="predicted: class 3 does not exist, there are 3"):
        classes.confusion(np.array([0]), np.array([3]), 3)


def test_a_hundred_pictures_of_two_people_are_hardly_more_than_two() -> None:
    """Everybody's pictures are alike: drawing pictures would claim ten times the certainty."""
    rng = np.random.default_rng(4)
    persons = rng.normal(0, 1, 20)
    values = np.repeat(persons, 100) + rng.normal(0, 0.01, 2000)
    people = np.repeat(np.arange(20), 100).tolist()
    interval = by_person(lambda rows: float(values[rows].mean()), people)
    assert interval.low < interval.value < interval.high
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * persons.std() / np.sqrt(20), rel=0.25)
    of_pictures = by_person(lambda rows: float(values[rows].mean()), list(range(2000)), draws=300)
    assert (interval.high - interval.low) > 5 * (of_pictures.high - of_pictures.low)


def test_of_one_person_nothing_can_be_said_of_others() -> None:
    interval = by_person(lambda rows: 1.0, ["a", "a"])
    assert (interval.low, interval.high) == (-np.inf, np.inf)
    with pytest.raises(ValueError, match="no rows"):
        by_person(lambda rows: 1.0, [])
