"""Never told is not the same as lost: a drive that never had a speed cannot tell a red light from a motorway."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from dms.decision.engine import DecisionEngine
from dms.decision.in_words import explain_rule
from dms.decision.pack_loader import load_pack, pack_names
from dms.decision.reason_text import why_text
from dms.decision.without_speed import HINT
from dms.drives.scoring.matching import match_drive, rule_times, times_of_drive
from dms.types import Alert, Cues, DriverInput, Label, Level, Phase

NEVER: dict[str, Any] = {"speed_kph": None, "speed_status": "never_told"}
LOST: dict[str, Any] = {"speed_kph": None, "speed_status": "lost"}
TOLD: dict[str, Any] = {"speed_kph": 80.0, "speed_status": "told"}
ATTENTIVE: dict[str, Any] = {
    "face_missing": False,
    "off_road": False,
    "head_away_deg": 2.0,
    "head_yaw_deg": 2.0,
    "head_pitch_deg": 0.0,
    "eyes_closed": False,
    "phone": "none",
    "smoking": False,
    "gaze_zone": "road",
    "gaze_area": "nominal",
    "calibration_source": "learned",
    "calibrated": True,
}
LAP: dict[str, Any] = {"off_road": True, "gaze_zone": "lap", "head_away_deg": 40.0, "head_pitch_deg": -40.0}
EYES_ONLY: dict[str, Any] = {"off_road": True, "gaze_zone": "lap"}
CALL: dict[str, Any] = {"phone": "at_ear"}
ASLEEP: dict[str, Any] = {"eyes_closed": True}


class Drive:
    """A drive under one pack, 20 cues a second."""

    def __init__(self, pack: str, vehicle: dict[str, Any]) -> None:
        self.engine = DecisionEngine(load_pack(pack))
        self.vehicle = vehicle
        self.alerts: list[Alert] = []
        self.count = 0

    @property
    def t(self) -> float:
        return self.count / 20

    def go(self, seconds: float, **doing: Any) -> list[Alert]:
        new: list[Alert] = []
        for _ in range(round(seconds * 20)):
            new += self.engine.step(Cues(t=self.t, **{**ATTENTIVE, **self.vehicle, **doing}))
            self.count += 1
        self.alerts += new
        return [alert for alert in new if alert.phase in (Phase.RAISE, Phase.ESCALATE)]


def family(alerts: list[Alert], *families: str) -> list[Alert]:
    return [alert for alert in alerts if alert.kind.partition(".")[0] in families]


@pytest.mark.parametrize("pack", pack_names())
def test_whoever_reads_at_a_red_light_hears_an_advisory_at_most_whatever_the_pack(pack: str) -> None:
    drive = Drive(pack, NEVER)
    drive.go(5)
    told = family(drive.go(30, **LAP) + drive.go(3) + drive.go(20, **CALL), "distraction", "assist", "driver")
    assert {alert.level for alert in told} <= {Level.INFO, Level.ADVISORY}
    assert not any("request" in alert.cause for alert in told)


def test_a_long_look_is_told_softly_in_the_time_that_is_right_for_town() -> None:
    drive = Drive("default", NEVER)
    drive.go(5)
    (long,) = [alert for alert in drive.go(9, **EYES_ONLY) if alert.kind == "distraction.long"]
    assert (long.level, long.cause["speed_status"]) == (Level.ADVISORY, "never_told")
    assert long.t == pytest.approx(5 + 1.7 * 3.0, abs=0.1)


def test_with_a_speed_the_same_look_has_its_full_strength() -> None:
    drive = Drive("default", TOLD)
    drive.go(5)
    told = drive.go(9, **LAP)
    assert ("distraction.long", Level.WARNING, 8.0) in [(alert.kind, alert.level, round(alert.t, 1)) for alert in told]
    assert ("driver.unresponsive", Level.EMERGENCY) in [(alert.kind, alert.level) for alert in told]


def test_sleep_is_told_as_ever_but_asks_for_no_manoeuvre() -> None:
    told = {}
    for name, vehicle in (("never", NEVER), ("told", TOLD)):
        drive = Drive("default", vehicle)
        drive.go(5)
        told[name] = [
            (str(alert.kind), alert.level, round(alert.t, 1), "request" in alert.cause) for alert in drive.go(9, **ASLEEP)
        ]
    assert told["never"][:2] == told["told"][:2]
    assert [kind for kind, *_ in told["told"]] == ["fatigue.microsleep", "fatigue.sleep", "driver.unresponsive"]
    assert told["never"][2] == ("driver.unresponsive", Level.URGENT, 11.0, False)
    assert told["told"][2] == ("driver.unresponsive", Level.EMERGENCY, 11.0, True)


@pytest.mark.parametrize(("vehicle", "worst"), [(NEVER, Level.WARNING), (TOLD, Level.URGENT)])
def test_an_empty_seat_is_most_likely_that_of_a_parked_car(vehicle: dict[str, Any], worst: Level) -> None:
    drive = Drive("default", vehicle)
    drive.go(5)
    told = drive.go(20, face_missing=True, off_road=None, eyes_closed=None, gaze_zone=None)
    assert [alert.level for alert in told if alert.kind == "driver.absent"][-1] is worst


@pytest.mark.parametrize("pack", ["awareness-countdown", "awareness-countdown-dcas"])
def test_an_empty_seat_is_that_of_a_parked_car_whatever_a_pack_calls_it(pack: str) -> None:
    drive = Drive(pack, NEVER)
    drive.go(5)
    told = drive.go(60, face_missing=True, off_road=None, eyes_closed=None, gaze_zone=None, head_away_deg=None)
    levels = [alert.level for alert in told if alert.kind == "driver.unresponsive"]
    assert levels == [Level.ADVISORY, Level.WARNING]


def test_a_speed_that_is_lost_means_the_strictest_case_for_a_minute_and_then_as_never_told() -> None:
    drive = Drive("default", TOLD)
    drive.go(5)
    drive.vehicle = LOST
    drive.go(30)
    assert Level.WARNING in {alert.level for alert in drive.go(5, **LAP)}
    drive.go(30)
    assert {alert.level for alert in drive.go(20, **LAP)} == {Level.ADVISORY}


def test_a_pack_that_is_loaded_meanwhile_says_itself_how_long_a_lost_speed_means_the_strictest_case() -> None:
    drive = Drive("default", TOLD)
    drive.go(60)
    drive.vehicle = LOST
    drive.go(20)
    pack = load_pack("default")
    hasty = pack.file.without_speed.model_copy(update={"strict_for_s": 10.0})
    drive.engine.replace_pack(replace(pack, file=pack.file.model_copy(update={"without_speed": hasty})))
    alerts = family(drive.go(10, **LAP), "distraction", "driver")
    assert alerts
    assert max(alert.level.rank for alert in alerts) == Level.ADVISORY.rank


def test_a_speed_that_comes_late_brings_full_strength_at_once() -> None:
    drive = Drive("default", NEVER)
    drive.go(5)
    assert {alert.level for alert in drive.go(6, **LAP)} == {Level.ADVISORY}
    drive.vehicle = TOLD
    assert Level.WARNING in {alert.level for alert in drive.go(0.1, **LAP)}


def test_what_would_make_it_better_is_said_once_in_a_drive_and_again_in_the_next() -> None:
    drive = Drive("default", NEVER)
    hints = [alert for alert in drive.go(600) if alert.rule == HINT]
    assert [(str(alert.kind), alert.level, round(alert.t)) for alert in hints] == [("system.degraded", Level.INFO, 60)]
    assert drive.engine.active == ()
    drive.engine.driver(DriverInput(drive.t, "new_drive"))
    assert [alert.rule for alert in drive.go(100)] == [HINT]


def test_where_a_speed_is_told_nothing_needs_to_be_said() -> None:
    assert Drive("default", TOLD).go(200) == []


def test_a_camera_that_is_covered_is_told_of_beside_the_hint_and_ends_as_ever() -> None:
    drive = Drive("default", NEVER)
    drive.go(90)
    drive.go(10, degraded="camera_covered", face_missing=None)
    assert [alert.level for alert in drive.engine.active] == [Level.ADVISORY]
    drive.go(2)
    assert drive.engine.active == ()


def test_every_rule_with_a_gate_says_what_becomes_of_it() -> None:
    pack = load_pack("default")
    for name, rule in pack.file.rules.items():
        assert ("while nobody tells the speed" in explain_rule(name, pack)) == (rule.speed is not None), name


def test_alerts_of_one_distraction_keep_a_minute_apart_and_the_one_held_back_says_how_much_of_it_is_left() -> None:
    drive = Drive("default", NEVER)
    drive.go(30.0)
    drive.go(8.0, **EYES_ONLY)
    drive.go(10.0)
    drive.go(8.0, **EYES_ONLY)
    looks = [alert for alert in drive.alerts if alert.kind == "distraction.long" and alert.phase is not Phase.CLEAR]
    assert [(alert.phase, alert.cause.get("reason")) for alert in looks] == [(Phase.RAISE, None), (Phase.SUPPRESS, "cooldown")]
    raised, held_back = looks
    assert held_back.cause["cooldown_s"] == 60.0
    assert held_back.cause["cooldown_left_s"] == pytest.approx(raised.t + 60.0 - held_back.t)


def test_one_look_is_told_once_by_whichever_kind_comes_first_and_the_other_says_so() -> None:
    drive = Drive("default", NEVER)
    drive.go(30)
    drive.go(9, **LAP)
    looks = [alert for alert in drive.alerts if alert.phase is not Phase.CLEAR]
    assert [(alert.kind, alert.phase, alert.cause.get("told_by")) for alert in looks] == [
        ("distraction.head_away", Phase.RAISE, None),
        ("distraction.long", Phase.SUPPRESS, "distraction.head_away"),
    ]
    assert why_text(looks[1].cause).startswith("reason told_already: distraction.head_away tells of the same look; ")
    label = Label(30.0, 39.0, "distraction.long")
    matching = match_drive([label], drive.alerts, times_of_drive(rule_times(load_pack("default")), speed_told=False))
    assert ([match.label for match in matching.matched], matching.unexpected) == ([label], ())


def test_who_looks_about_again_and_again_at_one_light_is_told_once_in_twenty_seconds_whatever_the_kind() -> None:
    drive = Drive("default", NEVER)
    drive.go(30)
    told: list[Alert] = []
    for _ in range(6):
        told += drive.go(6, **LAP) + drive.go(3) + drive.go(6, **EYES_ONLY) + drive.go(3)
    told = family(told, "distraction")
    assert {alert.kind for alert in told} == {"distraction.head_away", "distraction.long"}
    assert all(later.t - earlier.t >= 20.0 for earlier, later in pairwise(told))


def test_a_microsleep_and_a_phone_wait_for_no_look_that_was_told() -> None:
    drive = Drive("default", NEVER)
    drive.go(30)
    drive.go(6, **LAP)
    drive.go(3)
    told = [(alert.kind, round(alert.t, 1)) for alert in drive.go(6, **CALL) + drive.go(2, **ASLEEP)]
    assert told == [("distraction.phone", 44.1), ("fatigue.microsleep", 46.5)]
