"""What ought to be said and what was: a judge that lets everything pass is none."""

from __future__ import annotations

import pytest

from tools.traffic.expectations import Due, Expectation, Outcome, Quiet, Says, Told, problems


def told(*alerts: tuple[float, str, str], messages: str = "") -> Outcome:
    return Outcome(tuple(Told(t, kind, level, t - 3) for t, kind, level in alerts), messages)


LONG = (80.0, "distraction.long", "warning")
HINT = (80.0, "distraction.head_away", "advisory")
SYSTEM = (80.0, "system.degraded", "warning")


@pytest.mark.parametrize(
    ("expected", "outcome", "right"),
    [
        (Quiet(), told(), True),
        (Quiet(), told(LONG), False),
        (Quiet(), told(SYSTEM), True),
        (Quiet(level="warning"), told(HINT), True),
        (Quiet(level="warning"), told(LONG), False),
        (Quiet(begin=81), told(LONG), True),
        (Quiet(end=79), told(LONG), True),
        (Quiet(kinds=("fatigue",)), told(LONG), True),
        (Quiet(at_most=1), told(LONG), True),
        (Quiet(at_most=1), told(LONG, HINT), False),
        (Due(76, 80.2, ("distraction",)), told(LONG), True),
        (Due(76, 79.5, ("distraction",)), told(LONG), False),
        (Due(82, 90, ("distraction",)), told(LONG), False),
        (Due(76, 80.2, ("distraction",), "urgent"), told(LONG), False),
        (Due(76, 80.2, ("fatigue",)), told(LONG), False),
        (Due(76, 80.2, ("distraction.phone", "distraction.long")), told(LONG), True),
        (Says("two drives", "x"), told(messages="dms: this holds two drives\n"), True),
        (Says("two drives", "x"), told(messages="two drives\ntwo drives\n"), False),
        (Says("two drives", "x"), told(messages="2640 rejected\n"), False),
    ],
)
def test_an_outcome_is_right_or_wrong(expected: Expectation, outcome: Outcome, right: bool) -> None:
    assert (problems([expected], outcome) == []) is right


def test_a_late_alert_is_named_with_its_time() -> None:
    assert problems([Due(70, 75, ("distraction",))], told(LONG)) == ["no distraction ≥ warning by 75.0 s, came at 80.0 s"]
