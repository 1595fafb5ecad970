"""To be called shut, an eye must be in better sight than to be called open: soft light reads as a closed eye hardly in sight."""

from __future__ import annotations

import pytest

from dms.fusion.readings import openness_of
from dms.fusion.settings import FusionSettings
from dms.types import Eye, Eyes

SETTINGS = FusionSettings()


@pytest.mark.parametrize(
    ("what", "left", "right", "openness"),
    [
        ("both shut, in plain sight", Eye(0.05, 0.99), Eye(0.05, 0.99), 0.05),
        ("light across both eyes", Eye(0.10, 0.61), Eye(0.12, 0.58), None),
        ("light across one, the other open", Eye(0.10, 0.61), Eye(0.90, 0.98), 0.90),
        ("light across one, the other shut", Eye(0.10, 0.61), Eye(0.04, 0.98), 0.04),
        ("open behind a pane", Eye(0.80, 0.55), Eye(0.80, 0.55), 0.80),
        ("hidden altogether", Eye(0.80, 0.30), Eye(0.02, 0.30), None),
    ],
)
def test_what_is_read_of_eyes_that_are_more_or_less_in_sight(what: str, left: Eye, right: Eye, openness: float | None) -> None:
    read = openness_of(Eyes(left, right), SETTINGS)
    assert read == (openness if openness is None else pytest.approx(openness, abs=0.02)), what


def test_a_shut_eye_needs_better_sight_than_an_open_one() -> None:
    assert SETTINGS.eye_visible < SETTINGS.shut_eye_visible < 0.9
    assert SETTINGS.closed_below < SETTINGS.shut_openness
