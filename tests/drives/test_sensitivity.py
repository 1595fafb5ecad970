"""Drivers who say how sleepy they are, and a pack that warns them or not."""

from __future__ import annotations

import pytest

from dms.drives.scoring.sensitivity import Sensitivity, Sleepiness, sleepiness_of, student_quantile
from dms.types import Alert, AlertKind, Label, Level, Phase

DROWSY, MICROSLEEP, LONG = AlertKind.FATIGUE_DROWSINESS, AlertKind.FATIGUE_MICROSLEEP, AlertKind.DISTRACTION_LONG


def ratings(*values: float, every_s: float = 300.0) -> list[Label]:
    """A rating every five minutes, each holding until the next."""
    return [Label(index * every_s, (index + 1) * every_s, "kss", value=value) for index, value in enumerate(values)]


def alert(t: float, kind: AlertKind = DROWSY, level: Level = Level.WARNING, phase: Phase = Phase.RAISE) -> Alert:
    return Alert(t, kind, level, phase, t, "rule", "pack", {})


def clear(t: float) -> Alert:
    return alert(t, phase=Phase.CLEAR)


@pytest.mark.parametrize(
    ("story", "labels", "alerts", "warned", "unwarned"),
    [
        ("alert all along", ratings(3, 4, 6), [alert(100)], 0, 0),
        ("warned while fighting sleep", ratings(6, 8), [alert(400), clear(420)], 1, 0),
        ("not warned while fighting sleep", ratings(6, 8), [], 0, 1),
        ("the warning was over before", ratings(6, 8), [alert(100), clear(280)], 0, 1),
        ("the warning still holds", ratings(6, 8), [alert(100), clear(310)], 1, 0),
        ("warned by a microsleep", ratings(6, 9), [alert(400, MICROSLEEP, Level.URGENT)], 1, 0),
        ("an advisory is no warning", ratings(6, 8), [alert(400, level=Level.ADVISORY)], 0, 1),
        (
            "an advisory that becomes a warning is one",
            ratings(6, 8),
            [alert(290, level=Level.ADVISORY), alert(400, phase=Phase.ESCALATE)],
            1,
            0,
        ),
        ("a glance at the phone tells nothing of sleep", ratings(6, 8), [alert(400, LONG)], 0, 1),
        ("what was held back warns nobody", ratings(6, 8), [alert(400, phase=Phase.SUPPRESS)], 0, 1),
        ("one event however long it lasts", ratings(8, 8, 9, 9), [alert(1000), clear(1010)], 1, 0),
        ("sleepy, awake, sleepy", ratings(8, 5, 8), [alert(700), clear(710)], 1, 1),
        ("sleepy again after an hour's rest", [*ratings(8), Label(3900, 4200, "kss", value=8)], [alert(4000)], 1, 1),
        ("a seven may be warned of", ratings(6, 7), [alert(550), clear(560)], 1, 0),
        ("a seven need not be", ratings(6, 7), [], 0, 0),
        ("five minutes before the seven was given", ratings(6, 6, 7), [alert(300), clear(310)], 1, 0),
        ("earlier than that", ratings(6, 6, 7), [alert(299), clear(310)], 0, 0),
        ("a seven warned of on the way to eight", ratings(7, 8), [alert(200), clear(210)], 1, 0),
    ],
)
def test_an_event_is_a_stretch_of_sleepiness(
    story: str, labels: list[Label], alerts: list[Alert], warned: int, unwarned: int
) -> None:
    assert sleepiness_of(labels, alerts) == Sleepiness(True, warned, unwarned), story


def test_labels_of_alerts_are_no_ratings() -> None:
    assert sleepiness_of([Label(0.0, 10.0, DROWSY)], [alert(5.0)]) == Sleepiness(rated=False)


def drivers(*shares: tuple[int, int]) -> Sensitivity:
    return Sensitivity({f"driver{index:02d}": Sleepiness(True, *share) for index, share in enumerate(shares)})


@pytest.mark.parametrize(
    ("sensitivity", "mean", "met"),
    [
        (drivers((1, 0), (0, 1)), 0.5, True),  # above 40 %
        (drivers((2, 3), (2, 3)), 0.4, True),  # not above it, but all alike: surely above 20 %
        (drivers((2, 3), (4, 6), (0, 0)), 0.4, True),
        (drivers((1, 0), (0, 1), (0, 1)), 1 / 3, False),
        (drivers((1, 4), (1, 4)), 0.2, False),  # neither is above: equal is not enough
        (drivers((2, 3)), 0.4, False),  # one driver has no bound
        (drivers((0, 0)), None, None),
    ],
)
def test_a_mean_above_forty_percent_or_its_bound_above_twenty(
    sensitivity: Sensitivity, mean: float | None, met: bool | None
) -> None:
    assert sensitivity.mean == (None if mean is None else pytest.approx(mean))
    assert sensitivity.met is met


def test_every_driver_weighs_the_same() -> None:
    assert drivers((9, 0), (0, 1)).mean == 0.5


def test_the_bound_is_that_of_a_textbook() -> None:
    # Ten drivers, 4 of them always warned: mean 0.4, standard deviation 0.5164, t(9) = 1.8331.
    assert drivers(*[(1, 0)] * 4, *[(0, 1)] * 6).lower == pytest.approx(0.4 - 1.8331 * 0.5164 / 10**0.5, abs=1e-4)


def test_a_small_data_set_is_told_from_a_test() -> None:
    assert drivers(*[(1, 0)] * 10).shortfalls == []
    assert drivers((1, 0), (2, 0), (0, 0)).shortfalls == ["2 of 10 sleepy drivers", "3 of 10 events", "no event from driver02"]


@pytest.mark.parametrize(
    ("freedom", "tabulated"),
    [(1, 6.3138), (2, 2.9200), (3, 2.3534), (4, 2.1318), (5, 2.0150), (9, 1.8331), (10, 1.8125), (29, 1.6991), (120, 1.6577)],
)
def test_students_t_as_tabulated(freedom: int, tabulated: float) -> None:
    assert student_quantile(freedom) == pytest.approx(tabulated, abs=5e-5)
