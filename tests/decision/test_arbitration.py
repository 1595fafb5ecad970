"""One audible prompt at a time, and never a silent decision about it."""

from __future__ import annotations

from dms.types import Phase
from tests.decision.cue_script import AWAY, CLOSED, Journey, pack_of, raises

TWO_THINGS = """
long:
  kind: sustained
  alert: distraction.long
  when: {cue: off_road, is: true}
  ladder: [{level: warning, after_s: 3}]
phone:
  kind: sustained
  alert: distraction.phone
  when: {cue: phone, is: handheld}
  ladder: [{level: warning, after_s: 3}]
drowsy:
  kind: sustained
  alert: fatigue.drowsiness
  when: {cue: kss, at_least: 8}
  ladder: [{level: warning, after_s: 0.5}]
nap:
  kind: sustained
  alert: fatigue.microsleep
  when: {cue: eyes_closed, is: true}
  ladder: [{level: urgent, after_s: 1.5}]
note:
  kind: sustained
  alert: distraction.head_away
  when: {cue: off_road, is: true}
  ladder: [{level: advisory, after_s: 2}]
"""


def journey() -> Journey:
    return Journey(pack_of(TWO_THINGS, arbitration="{prompt_s: 3}"))


def test_of_two_warnings_at_once_the_more_important_sounds_and_the_other_waits_with_its_reason() -> None:
    drive = journey()
    drive.go(5, {**AWAY, "phone": "handheld"})
    alerts = [(alert.phase.value, alert.kind.value) for alert in drive.alerts if alert.level == "warning"]
    assert alerts == [("raise", "distraction.phone"), ("suppress", "distraction.long")]
    assert drive.alerts[-1].cause["reason"] == "distraction.phone sounds"


def test_a_warning_that_waited_comes_when_the_prompt_is_over_if_there_is_still_reason() -> None:
    drive = journey()
    drive.go(7, {**AWAY, "phone": "handheld"})
    assert [alert.t for alert in drive.alerts if alert.kind == "distraction.long"][-1] == 6.0
    assert drive.alerts[-1].phase is Phase.RAISE


def test_a_warning_that_waited_is_dropped_when_the_driver_behaves() -> None:
    drive = journey()
    drive.go(4, {**AWAY, "phone": "handheld"})
    drive.go(10)
    assert ("distraction.long", "warning") not in raises(drive.alerts)


def test_drowsiness_goes_before_distraction() -> None:
    drive = journey()
    drive.go(2.6, AWAY)
    drive.go(2, {**AWAY, "kss": 8.5})
    held_back = [alert for alert in drive.alerts if alert.phase is Phase.SUPPRESS]
    assert raises(drive.alerts)[1:] == [("distraction.long", "warning"), ("fatigue.drowsiness", "warning")]
    assert [alert.cause["prompt"] for alert in held_back] == ["cut short"]


def test_a_microsleep_never_waits() -> None:
    drive = journey()
    drive.go(0.6, {"kss": 8.5})
    drive.go(1.6, {**CLOSED, "kss": 8.5})
    assert raises(drive.alerts) == [("fatigue.drowsiness", "warning"), ("fatigue.microsleep", "urgent")]


def test_advisories_are_silent_and_wait_for_nobody() -> None:
    drive = journey()
    drive.go(0.6, {"kss": 8.5})
    drive.go(2.1, {**AWAY, "kss": 8.5})
    assert ("distraction.head_away", "advisory") in raises(drive.alerts)


def test_the_worst_comes_first_in_what_is_active() -> None:
    drive = journey()
    drive.go(4, {**AWAY, "kss": 8.5})
    drive.go(1.6, {**CLOSED, "kss": 8.5})
    assert [alert.level.value for alert in drive.engine.active] == ["urgent", "warning", "warning", "advisory"]


def test_what_sounds_is_told_apart_from_what_is_active() -> None:
    drive = journey()
    drive.go(1, {"kss": 8.5})
    assert drive.engine.sounding == "fatigue.drowsiness"
    drive.go(2, {**CLOSED, "kss": 8.5})  # the microsleep cuts the prompt short; drowsiness stays active, and silent
    active = {alert.kind.value: alert.phase for alert in drive.engine.active}
    assert active == {"fatigue.microsleep": Phase.RAISE, "fatigue.drowsiness": Phase.RAISE}
    assert drive.engine.sounding == "fatigue.microsleep"


def test_a_prompt_that_is_over_sounds_no_more_although_its_alert_is_still_active() -> None:
    drive = journey()
    drive.go(6, {"kss": 8.5})
    assert [alert.kind for alert in drive.engine.active] == ["fatigue.drowsiness"]
    assert drive.engine.sounding is None
