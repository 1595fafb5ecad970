"""What holds for whole drives, observations to alerts: sampling, the clock's origin and a disorderly sender change nothing."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dms.monitor.monitor import Monitor
from dms.types import Alert, DriveRecord, Eye, Eyes, Head, Observation, Phase
from tests.decision.driving_script import Script, cached_cabin, cached_pack

# Long enough from every limit of the rules that a frame more or less decides nothing.
LOOKS = st.tuples(st.just("look"), st.sampled_from(["lap", "centre_display", "glovebox"]), st.sampled_from([1.0, 2.5, 4.4, 7.4]))
SLEEPS = st.tuples(st.just("close_eyes"), st.none(), st.sampled_from([0.7, 2.2, 4.4, 7.4]))
HIDES = st.tuples(st.just("leave"), st.none(), st.sampled_from([2.0, 7.3]))
PAUSES = st.tuples(st.just("attentive"), st.none(), st.sampled_from([4.5, 8.5]))
DRIVES = st.lists(st.tuples(st.one_of(LOOKS, SLEEPS, HIDES), PAUSES), min_size=1, max_size=4)
some = settings(max_examples=12, deadline=None)


def script_of(acts: list[tuple[tuple[str, str | None, float], tuple[str, None, float]]]) -> Script:
    script = Script(speed_kph=60.0).attentive(65).now()
    for act, pause in acts:
        script.repeat(1, act, pause)
    return script


def alerts_of(records: Iterable[DriveRecord], pack: str = "default") -> tuple[list[Alert], Monitor]:
    monitor = Monitor(cached_pack(pack), cached_cabin())
    return [alert for record in records for alert in monitor.feed(record)], monitor


def told(alerts: Iterable[Alert]) -> list[Alert]:
    """What was raised or escalated; what adds up over many glances stands at limits that a frame may decide."""
    return [
        alert
        for alert in alerts
        if alert.phase in (Phase.RAISE, Phase.ESCALATE) and alert.kind not in ("distraction.cumulative", "fatigue.drowsiness")
    ]


@some
@given(DRIVES, st.sampled_from([(30.0, 0.0), (15.0, 0.0), (30.0, 0.2), (60.0, 0.0)]))
def test_every_rate_gives_the_same_alerts_at_the_same_times(acts: list[object], sampling: tuple[float, float]) -> None:
    script = script_of(acts)  # type: ignore[arg-type]
    fps, loss = sampling
    expected = told(alerts_of(script.records(fps=10.0))[0])
    found = told(alerts_of(script.records(fps=fps, loss=loss))[0])
    assert [(alert.kind, alert.level) for alert in found] == [(alert.kind, alert.level) for alert in expected]
    # At 10 Hz, a blink that ends less than a frame before the eyes close is one closure with it, which began so much earlier.
    assert [alert.t for alert in found] == pytest.approx([alert.t for alert in expected], abs=0.35)


AS_OFTEN_AS_IT_LOOKS = [
    (("close_eyes", None, 0.7), ("attentive", None, 4.5)),
    (("close_eyes", None, 7.4), ("attentive", None, 4.5)),
    (("close_eyes", None, 7.4), ("attentive", None, 4.5)),
]
"""At 10 Hz every picture comes just when a share is looked at again, and only one of them reaches the warning."""


@some
@example(AS_OFTEN_AS_IT_LOOKS, 1e5)
@given(DRIVES, st.sampled_from([0.5, 1e3, 1e5]))
def test_a_clock_that_began_elsewhere_changes_nothing(acts: list[object], shift_s: float) -> None:
    script = script_of(acts)  # type: ignore[arg-type]
    here, there = (alerts_of(script.records(fps=10.0, shift_s=shift))[0] for shift in (0.0, shift_s))
    assert [(one.kind, one.level, one.phase) for one in here] == [(one.kind, one.level, one.phase) for one in there]
    # At a limit the last digits of a large time decide which of two observations reaches it: at 10 Hz a tenth of a second.
    assert [one.t for one in here] == pytest.approx([one.t - shift_s for one in there], abs=0.1 + 1e-5)


def disorderly(records: Iterable[DriveRecord], chance: random.Random) -> Iterable[DriveRecord]:
    """Sends some observations twice, some again when they are old, and some from before the drive and after all drives."""
    earlier: list[Observation] = []
    for record in records:
        yield record
        if not isinstance(record, Observation):
            continue
        earlier.append(record)
        if chance.random() < 0.1:
            yield record
        if chance.random() < 0.1:
            yield chance.choice(earlier)
        if chance.random() < 0.05:
            yield replace(record, t=chance.choice([-1.0, -1e9, 1e12]))


@some
@given(DRIVES, st.integers(0, 1000))
def test_what_was_sent_twice_late_or_with_an_absurd_time_is_counted_and_changes_nothing(acts: list[object], seed: int) -> None:
    script = script_of(acts)  # type: ignore[arg-type]
    clean, _ = alerts_of(script.records(fps=10.0))
    records = list(disorderly(script.records(fps=10.0), random.Random(seed)))
    found, monitor = alerts_of(records)
    assert found == clean
    extra = sum(isinstance(record, Observation) for record in records) - sum(
        isinstance(record, Observation) for record in script.records(fps=10.0)
    )
    assert monitor.rejected == extra > 0


NONSENSE = st.sampled_from([float("nan"), float("inf"), float("-inf"), 1e30])


@some
@given(DRIVES, NONSENSE)
def test_numbers_that_are_none_count_as_unknown_and_accuse_nobody(acts: list[object], nonsense: float) -> None:
    """Head, eyes and gaze of everything bad in the drive become numbers that are none."""
    script = script_of(acts)  # type: ignore[arg-type]

    def spoilt(record: DriveRecord) -> DriveRecord:
        if not isinstance(record, Observation) or record.t < script.mark or record.face is None:
            return record
        eye = Eye(nonsense, nonsense)
        return replace(record, head=Head(nonsense, nonsense, nonsense, nonsense), eyes=Eyes(eye, eye), gaze=None)

    alerts, monitor = alerts_of(spoilt(record) for record in script.records(fps=10.0))
    assert {alert.kind for alert in alerts} <= {"system.degraded", "driver.absent"}
    assert monitor.cues is not None
    assert monitor.cues.head_away_deg is monitor.cues.openness is None
