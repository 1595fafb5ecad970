"""The engine under anything that a driver, a vehicle and an operator may do, in any order, next to a driver who behaves better.

Two drivers live through the same hours under the same pack. They do the same, except that one of them is attentive at times at
which the other is not. Whatever happens: levels only climb until an alert ends, whoever behaves worse is warned no less, what is
published and what is active agree, and an attentive stretch ends everything that is not latched.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dms.decision.engine import DecisionEngine
from dms.decision.pack_loader import load_pack, pack_names
from dms.types import Alert, DriverInput, Level, Phase
from tests.decision.cue_script import AWAY, CLOSED, COVERED, NO_FACE, cues

PACKS = {name: load_pack(name) for name in pack_names()}
# Turning the head away is a sign of life to UN R157's count of them: there, "worse" is not the same thing.
COMPARABLE = sorted(set(PACKS) - {"unece-r157-inspired"})
SECONDS = st.sampled_from([0.3, 1.0, 1.6, 2.1, 3.2, 4.5, 7.0, 12.0])
WORSE: list[dict[str, Any]] = [AWAY, CLOSED, NO_FACE, COVERED, {**AWAY, "phone": "handheld"}]
FPS = 10.0


class Driver:
    """An engine, and what it has published: `raised` as one reads it from the messages alone."""

    def __init__(self, pack: str) -> None:
        self.engine = DecisionEngine(PACKS[pack])
        self.raised: dict[str, Level] = {}
        self.worst = -1
        self.last_t = float("-inf")

    def hears(self, alerts: tuple[Alert, ...]) -> None:
        for alert in alerts:
            assert alert.t >= self.last_t
            assert alert.onset <= alert.t
            self.last_t = alert.t
            before = self.raised.get(alert.kind)
            match alert.phase:
                case Phase.RAISE:
                    assert before is None, "raised twice"
                    self.raised[alert.kind] = alert.level
                case Phase.ESCALATE:
                    assert before is not None, "escalated before it was raised"
                    assert alert.level.rank > before.rank or (alert.level is before and "repeat" in alert.cause)
                    self.raised[alert.kind] = alert.level
                case Phase.ACKNOWLEDGE:
                    assert before is None or before is alert.level
                case Phase.CLEAR:
                    assert self.raised.pop(alert.kind) is alert.level, "cleared at another level than it was raised"
                case Phase.SUPPRESS:
                    assert alert.cause["reason"]
            if alert.phase is not Phase.CLEAR:
                self.worst = max(self.worst, alert.level.rank)

    def latched(self) -> set[str]:
        """Kinds of alert that a rule of the pack may latch."""
        return {rule.alert for rule in self.engine.pack.file.rules.values() if rule.latch_from is not None}


class TwoDrivers(RuleBasedStateMachine):
    @initialize(pack=st.sampled_from(COMPARABLE))
    def begin(self, pack: str) -> None:
        self.t = 0.0
        self.worse, self.better = Driver(pack), Driver(pack)
        self.vehicle: dict[str, Any] = {"speed_kph": 80.0, "assist_active": True}
        self.lives(70.0, {}, {})

    def lives(self, seconds: float, worse: dict[str, Any], better: dict[str, Any]) -> None:
        for driver, changes in ((self.worse, worse), (self.better, better)):
            for one in cues([(seconds, {**self.vehicle, **changes})], FPS, self.t):
                driver.hears(driver.engine.step(one))
        self.t = round(self.t + seconds, 3)

    @rule(seconds=SECONDS, what=st.sampled_from(WORSE))
    def both_do_wrong(self, seconds: float, what: dict[str, Any]) -> None:
        self.lives(seconds, what, what)

    @rule(seconds=SECONDS, what=st.sampled_from(WORSE))
    def one_does_wrong(self, seconds: float, what: dict[str, Any]) -> None:
        self.lives(seconds, what, {})

    @rule(seconds=SECONDS)
    def both_drive_well(self, seconds: float) -> None:
        self.lives(seconds, {}, {})

    @rule(speed_kph=st.sampled_from([None, 0.0, 15.0, 21.0, 49.0, 130.0]), assisted=st.sampled_from([True, False, None]))
    def the_vehicle_changes(self, speed_kph: float | None, assisted: bool | None) -> None:
        self.vehicle = {"speed_kph": speed_kph, "assist_active": assisted}
        self.lives(0.5, {}, {})

    @rule(action=st.sampled_from(["acknowledge", "interaction", "new_drive"]))
    def both_press(self, action: Any) -> None:
        for driver in (self.worse, self.better):
            driver.hears(driver.engine.driver(DriverInput(self.t, action)))

    @rule(seconds=SECONDS)
    def both_pause(self, seconds: float) -> None:
        for driver in (self.worse, self.better):
            driver.hears(driver.engine.driver(DriverInput(self.t, "pause")))
            assert driver.engine.active == ()
        heard = [driver.worst for driver in (self.worse, self.better)]
        self.lives(seconds, AWAY, CLOSED)
        assert [driver.worst for driver in (self.worse, self.better)] == heard, "a pause is silent"
        for driver in (self.worse, self.better):
            driver.hears(driver.engine.driver(DriverInput(self.t, "resume")))

    @rule()
    def the_pack_is_reloaded(self) -> None:
        for driver in (self.worse, self.better):
            driver.engine.replace_pack(load_pack(driver.engine.pack.name))

    @rule()
    def both_recover(self) -> None:
        """A hundred seconds of attention, at a speed at which everything applies and the drowsiness windows run empty."""
        self.lives(100.0, {}, {})
        for driver in (self.worse, self.better):
            lasting = {alert.kind for alert in driver.engine.active} - driver.latched()
            assert lasting <= {"fatigue.drowsiness"}

    @invariant()
    def what_was_published_is_what_is_active(self) -> None:
        for driver in (self.worse, self.better):
            assert {alert.kind: alert.level for alert in driver.engine.active} == driver.raised

    @invariant()
    def worse_is_never_milder(self) -> None:
        assert self.worse.worst >= self.better.worst


TwoDrivers.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestTwoDrivers = TwoDrivers.TestCase
