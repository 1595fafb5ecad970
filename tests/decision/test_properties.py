"""What holds for any drive, however odd: levels only climb, worse is never milder, everything ends, time has no origin."""

from __future__ import annotations

import tracemalloc
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.decision.engine import DecisionEngine
from dms.decision.pack_loader import load_pack, pack_names
from dms.types import Alert, DriverInput, Phase
from tests.decision.cue_script import AWAY, CLOSED, COVERED, NO_FACE, Stretch, cues

PACKS = {name: load_pack(name) for name in pack_names()}
PHONE = {**AWAY, "phone": "handheld"}
TURNED = {"head_yaw_deg": 50.0, "head_away_deg": 50.0, "turn_signal": "left", "indicated_side": "left"}
BEHAVIOURS: list[dict[str, Any]] = [
    {},
    {},
    {},
    AWAY,
    CLOSED,
    COVERED,
    NO_FACE,
    PHONE,
    TURNED,
    {"speed_kph": 0.0},
    {"speed_kph": None},
]

stretches = st.lists(
    st.tuples(st.floats(0.1, 7.0).map(lambda seconds: round(seconds, 2)), st.sampled_from(BEHAVIOURS)), min_size=1, max_size=8
)
packs = st.sampled_from(sorted(PACKS))
Press = tuple[int, Any]
presses = st.tuples(st.integers(0, 200), st.sampled_from(["acknowledge", "interaction", "pause", "resume", "new_drive"]))
some = settings(max_examples=20, deadline=None)


def drive(pack: str, what: list[Stretch], fps: float = 10.0, start: float = 0.0) -> list[Alert]:
    engine = DecisionEngine(PACKS[pack])
    return [alert for one in cues(what, fps, start) for alert in engine.step(one)]


@some
@given(packs, stretches)
def test_between_raise_and_clear_levels_only_go_up(pack: str, what: list[Stretch]) -> None:
    level: dict[str, int] = {}
    for alert in drive(pack, what):
        before = level.get(alert.kind, -1)
        if alert.phase is Phase.RAISE:
            assert before == -1
            level[alert.kind] = alert.level.rank
        elif alert.phase is Phase.ESCALATE:
            assert before >= 0
            assert alert.level.rank > before or (alert.level.rank == before and "repeat" in alert.cause)
            level[alert.kind] = alert.level.rank
        elif alert.phase is Phase.CLEAR:
            assert before == alert.level.rank
            level[alert.kind] = -1


@some
@given(packs, stretches)
def test_alerts_come_in_order_with_onsets_before_them_and_causes(pack: str, what: list[Stretch]) -> None:
    alerts = drive(pack, what)
    assert [alert.t for alert in alerts] == sorted(alert.t for alert in alerts)
    for alert in alerts:
        assert alert.onset <= alert.t
        assert alert.cause["pack_sha256"] == PACKS[pack].sha256[:12]
        assert alert.rule in PACKS[pack].file.rules


@some
@given(packs, stretches, st.sampled_from([1.0, 1024.0, 65536.0]))
def test_time_has_no_origin(pack: str, what: list[Stretch], shift: float) -> None:
    here = drive(pack, what, fps=16.0)
    there = drive(pack, what, fps=16.0, start=shift)
    assert [(alert.kind, alert.phase, alert.level) for alert in here] == [
        (alert.kind, alert.phase, alert.level) for alert in there
    ]
    assert [alert.t for alert in here] == pytest.approx([alert.t - shift for alert in there], abs=1e-6)


@some
@given(packs, stretches)
def test_the_same_drive_gives_the_same_alerts(pack: str, what: list[Stretch]) -> None:
    assert drive(pack, what) == drive(pack, what)


@some
@given(packs.filter(lambda name: not name.startswith("awareness-countdown")), stretches)
def test_an_attentive_driver_is_cleared_of_everything_that_is_not_latched(pack: str, what: list[Stretch]) -> None:
    engine = DecisionEngine(PACKS[pack])
    for one in cues([*what, (200.0, {"assist_active": False})], fps=5.0):
        engine.step(one)
    assert engine.active == ()


@some
@given(
    packs,
    st.lists(st.tuples(st.floats(0.2, 8.0).map(lambda s: round(s, 2)), st.booleans(), st.booleans()), min_size=1, max_size=10),
    st.sampled_from(["eyes", "gaze"]),
)
def test_worse_is_never_milder(pack: str, what: list[tuple[float, bool, bool]], channel: str) -> None:
    """Whoever looks away (or sleeps) at every moment at which another driver does, and longer, is warned no less."""
    bad = CLOSED if channel == "eyes" else AWAY
    mild: list[Stretch] = [(seconds, bad if both else {}) for seconds, both, _ in what]
    worse: list[Stretch] = [(seconds, bad if both or more else {}) for seconds, both, more in what]
    assert worst(drive(pack, worse)) >= worst(drive(pack, mild))


def worst(alerts: list[Alert]) -> int:
    return max((alert.level.rank for alert in alerts if alert.phase in (Phase.RAISE, Phase.ESCALATE, Phase.SUPPRESS)), default=-1)


@some
@given(packs, stretches)
def test_unknown_alone_never_accuses_the_driver(pack: str, what: list[Stretch]) -> None:
    """Where a stretch is bad, hide it under a covered camera: only the system itself may complain."""
    hidden: list[Stretch] = [(seconds, COVERED if changes not in ({}, {"speed_kph": 0.0}) else {}) for seconds, changes in what]
    assert {alert.kind for alert in drive(pack, hidden)} <= {"system.degraded", "driver.availability"}


@some
@given(packs, stretches, st.lists(presses))
def test_nothing_that_the_driver_does_breaks_the_engine(pack: str, what: list[Stretch], pressed: list[Press]) -> None:
    engine = DecisionEngine(PACKS[pack])
    raised: dict[str, int] = {}
    due = {index: list(actions) for index, actions in groupby(sorted(pressed), key=lambda press: press[0])}
    for index, one in enumerate(cues(what, fps=5.0)):
        said = list(engine.step(one))
        for _, action in due.get(index, []):
            said += engine.driver(DriverInput(one.t, action))
        for alert in said:
            if alert.phase in (Phase.RAISE, Phase.ESCALATE):
                raised[alert.kind] = alert.level.rank
            elif alert.phase is Phase.CLEAR:
                raised.pop(alert.kind)
        assert {alert.kind for alert in engine.active} == set(raised)


@some
@given(packs, stretches, st.sampled_from([5.0, 10.0, 30.0]))
def test_rules_that_rest_while_nothing_concerns_them_miss_nothing(pack: str, what: list[Stretch], fps: float) -> None:
    """A reload wakes every rule: an engine whose rules see every moment says and does the same as one whose rules rest."""
    resting, awake = DecisionEngine(PACKS[pack]), DecisionEngine(PACKS[pack])
    for one in cues(what, fps):
        awake.replace_pack(PACKS[pack])
        assert resting.step(one) == awake.step(one)
        assert resting.status == awake.status


def test_reloading_the_same_pack_at_any_moment_changes_nothing() -> None:
    what: list[Stretch] = [(3, {}), (5, AWAY), (4, {}), (7, CLOSED), (5, {}), (9, NO_FACE), (4, {}), (4, AWAY), (5, {})]
    plain = drive("default", what)
    engine, again = DecisionEngine(PACKS["default"]), load_pack("default")
    reloaded: list[Alert] = []
    for index, one in enumerate(cues(what, 10.0)):
        if index % 17 == 3:
            engine.replace_pack(again)
        reloaded.extend(engine.step(one))
    told = [(alert.t, alert.kind, alert.level) for alert in reloaded if alert.phase is Phase.RAISE]
    assert told == [(alert.t, alert.kind, alert.level) for alert in plain if alert.phase is Phase.RAISE]


def test_half_an_hour_of_driving_leaves_no_trace_in_memory() -> None:
    engine = DecisionEngine(PACKS["default"])

    def minutes(first: int, last: int) -> None:
        for minute in range(first, last):
            for one in cues([(0.5, CLOSED), (5.0, {}), (2.5, AWAY), (12.0, {})] * 3, fps=2.0, start=minute * 60.0):
                engine.step(one)

    minutes(0, 10)
    tracemalloc.start()
    minutes(10, 30)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 100_000
