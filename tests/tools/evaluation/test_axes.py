"""Robustness by axis: the limits, which axis is worst, and a small report on the shipped weights that must keep to them."""

from __future__ import annotations

import numpy as np
import pytest

from dms.perception.decode import EyeReading
from dms.perception.stills import StillReader
from tools.evaluation.axes import AxesLimits, LevelFigures, Limits, measure, read_limits, says_the_contrary, shortfalls, table
from tools.evaluation.axis_people import DARKEST, LIGHTEST, skin_band
from tools.evaluation.conditions import CONDITIONS, SKIN_BANDS, Condition
from tools.render.scene import Studio

LIMITS = AxesLimits(
    pictures=4,
    everywhere=Limits(found=0.9, head_deg=3.0),
    exceptions={"far_away": Limits(found=0.5, head_deg=None)},
)


def level(name: str, found: float, head_deg: float) -> LevelFigures:
    return LevelFigures(Condition(axis="distance", level=name), found, None, None, None, None, head_deg)


def test_an_exception_replaces_what_it_names_and_lifts_what_it_sets_to_null() -> None:
    assert LIMITS.of("near") == Limits(found=0.9, head_deg=3.0)
    assert LIMITS.of("far away") == Limits(found=0.5)


def test_the_worst_axis_is_the_one_furthest_beyond_its_limit() -> None:
    levels = [level("near", 0.95, 2.0), level("far away", 0.4, 9.0)]
    judged = shortfalls(levels, LIMITS)
    assert judged[0] == (pytest.approx(1.2), "distance, far away: found 0.400, at least 0.5 asked")
    assert [share > 1.0 for share, _ in judged] == [True, False, False]
    assert table(levels, LIMITS, 4).splitlines()[-1].startswith("Worst axis: distance, far away: found")


@pytest.mark.parametrize(
    ("openness", "visible", "closed", "contrary"),
    [
        (0.05, 0.9, False, True),
        (0.9, 0.9, True, True),
        (0.9, 0.9, False, False),
        (0.05, 0.9, True, False),
        (0.25, 0.9, True, False),  # between closed and open nothing is said
        (0.9, 0.3, True, False),  # nor of what cannot be read
        (0.05, 0.6, False, False),  # a shut eye must be seen better than an open one
    ],
)
def test_what_is_said_of_a_hidden_eye_may_be_the_contrary_of_the_truth(
    openness: float, visible: float, closed: bool, contrary: bool
) -> None:
    assert (
        says_the_contrary(
            EyeReading(openness, visible, np.array([0.0, 0.0, 1.0]), 5.0, np.zeros((6, 2), np.float32), 1.0), closed=closed
        )
        == contrary
    )


def test_skin_is_banded_from_the_lightest_to_the_darkest() -> None:
    tones = np.geomspace(LIGHTEST * 1.2, DARKEST * 0.8, 60)
    bands = [skin_band(float(tone)) for tone in tones]
    assert bands == sorted(bands)
    assert set(bands) == set(range(1, SKIN_BANDS + 1))


def test_every_exception_is_of_a_level_that_there_is() -> None:
    levels = {condition.level.replace(" ", "_") for condition in CONDITIONS}
    limits = read_limits()
    assert set(limits.report.exceptions) | set(limits.test.exceptions) <= levels


@pytest.mark.timeout(900)
@pytest.mark.parametrize("axis", sorted({condition.axis for condition in CONDITIONS}))
def test_the_shipped_weights_keep_to_the_limits_on_every_axis(studio: Studio, axis: str) -> None:
    limits = read_limits().test
    judged = shortfalls(measure(studio, StillReader(), limits.pictures, axis=axis), limits)
    assert judged
    assert [sentence for share, sentence in judged if share > 1.0] == []
