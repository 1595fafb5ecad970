"""Attentive drivers are left in peace: the short version of `python -m tools.benchmarks.attentive`."""

from __future__ import annotations

import pytest

from dms.types import Alert, AlertKind, Level, Phase
from tools.benchmarks.attentive import PACKS, Heard, loud, replay_driver, report

MINUTES = 20.0


@pytest.fixture(scope="module")
def heard() -> list[Heard]:
    """Two drivers, twenty minutes each, under both packs."""
    return [each for number in (0, 1) for each in replay_driver(1, number, MINUTES, PACKS, keep=None)]


@pytest.mark.parametrize("pack", PACKS)
def test_attentive_drivers_are_not_disturbed(heard: list[Heard], pack: str) -> None:
    assert [(each.number, alert) for each in heard if each.pack == pack for alert in loud(each.alerts)] == []


def test_the_drives_are_judged_at_all(heard: list[Heard]) -> None:
    """The default pack notes the one long look or other; silence everywhere would mean that nothing was seen."""
    assert any(each.alerts for each in heard if each.pack == "default")


def raised(level: Level, t: float = 100.0) -> Alert:
    return Alert(t, AlertKind.DISTRACTION_LONG, level, Phase.RAISE, t - 3.0, "long_glance", "default", {})


@pytest.mark.parametrize(
    ("levels", "within"),
    [
        ([], True),
        ([Level.ADVISORY] * 9, True),
        ([Level.WARNING], True),
        ([Level.WARNING, Level.WARNING], False),
        ([Level.URGENT], False),
    ],
)
def test_more_than_a_warning_an_hour_is_too_much_and_so_is_anything_urgent(levels: list[Level], within: bool) -> None:
    alerts = tuple(raised(level, 100.0 * k) for k, level in enumerate(levels, start=1))
    text, well = report([Heard(0, "default", alerts)], "default", hours=1.0)
    assert well == within
    assert f"{len(loud(alerts))}" in text
