"""Calibration: errors that were drawn from known distributions come out as what they are."""

from __future__ import annotations

import numpy as np
import pytest

from dms.types import EXPRESSIONS
from tools.calibrate import Errors, HeadReadings, fit_disagreement, fit_mouth, fit_neutral, fit_open_threshold, fit_sigma


def errors(scale: float, power: float, count: int = 20_000) -> Errors:
    rng = np.random.default_rng(1)
    expected = np.exp(rng.uniform(np.log(1.0), np.log(20.0), count))
    return Errors(expected, np.abs(rng.normal(0.0, scale * expected**power)))


@pytest.mark.parametrize(("scale", "power"), [(1.0, 1.0), (1.8, 0.7), (0.6, 1.3)])
def test_a_standard_error_is_found_from_errors_of_that_size(scale: float, power: float) -> None:
    found_scale, found_power = fit_sigma(errors(scale, power))
    assert found_power == pytest.approx(power, abs=0.05)
    assert found_scale == pytest.approx(scale, rel=0.1)


def test_a_mouth_that_reads_too_little_is_drawn_out_to_a_slope_of_one() -> None:
    rng = np.random.default_rng(2)
    true = rng.uniform(0, 1.1, 1_000)
    read = 0.7 * true + 0.04 + rng.normal(0, 0.05, 1_000)
    lost = rng.random(1_000) < 0.05
    read[lost] = 0.1
    gain, offset = fit_mouth(read, true)
    corrected = gain * read[~lost] + offset
    assert np.polyfit(true[~lost], corrected, 1) == pytest.approx([1.0, 0.0], abs=0.04), (
        "mouths that are lost do not stretch the others"
    )


@pytest.mark.parametrize(("wrong_deg", "counts"), [(0.0, False), (20.0, True)])
def test_contradiction_counts_as_error_only_where_it_goes_with_error(wrong_deg: float, counts: bool) -> None:
    rng = np.random.default_rng(3)
    contradiction = rng.exponential(6.0, 5_000)
    real = np.abs(rng.normal(0, 3.0, 5_000))
    real[contradiction > np.percentile(contradiction, 90)] += wrong_deg
    readings = HeadReadings(Errors(np.full(5_000, 3.0), real), contradiction, *np.zeros((4, 1)))
    free_deg, share = fit_disagreement(readings, np.full(5_000, 3.0))
    assert free_deg == pytest.approx(np.percentile(contradiction, 90))
    assert (share > 0.5) is counts


def test_neutral_is_lifted_until_it_is_mistaken_as_often_as_an_expression_is_for_it() -> None:
    rng = np.random.default_rng(4)
    neutral, smiling, rarely_angry = rng.normal(0.2, 1, 4_000), rng.normal(-3, 1, 2_000), rng.normal(-1.0, 1, 50)
    odds = np.concatenate([neutral, smiling, rarely_angry])
    true = np.repeat([EXPRESSIONS.index(name) for name in ("neutral", "happiness", "anger")], [4_000, 2_000, 50])
    lift = fit_neutral(odds, true)
    taken_for_an_expression = np.mean(neutral + lift <= 0)
    taken_for_neutral = np.mean([np.mean(smiling + lift > 0), np.mean(rarely_angry + lift > 0)])
    assert taken_for_an_expression == pytest.approx(taken_for_neutral, abs=0.02)
    assert lift > 0


def test_an_eye_is_open_from_where_as_many_shut_eyes_lie_above_as_open_ones_below() -> None:
    shut, squinting, opened = np.linspace(0.0, 0.6, 100), np.full(50, 0.3), np.linspace(0.3, 0.9, 200)
    read = np.concatenate([shut, squinting, opened])
    true = np.concatenate([np.zeros(100), np.full(50, 0.3), np.ones(200)])
    assert fit_open_threshold(read, true) == pytest.approx(0.45, abs=0.01)
