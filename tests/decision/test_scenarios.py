"""The timed scenarios that the packs have to pass, each through fusion and the engine, as a table a person can read.

Times count from the moment of the stimulus. Before it lie 75 s of attentive driving, so that rules are armed and windows full.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from driving_script import Script, raised

from dms.decision.pack_loader import pack_names
from dms.types import Alert, Phase

NCAP = "euroncap-2026-inspired"
ADDW = "eu-addw-inspired"


@dataclass(frozen=True)
class Expect:
    """One alert that has to be raised or escalated, and when."""

    kind: str
    level: str
    earliest: float
    latest: float
    cause: tuple[tuple[str, object], ...] = ()


def driving(speed_kph: float | None = 80.0, assist_active: bool | None = None) -> Script:
    return Script(speed_kph=speed_kph, assist_active=assist_active).attentive(75).now()


@cache
def overtaking() -> Script:
    script = driving(100).vehicle(turn_signal="left")
    script.repeat(4, ("look", "mirror_left", 1.1), ("attentive", None, 0.6))
    return script.vehicle(turn_signal="off").repeat(30, ("look", "cluster", 0.7), ("attentive", None, 4.3))


def phoning(place: str, phone: str | None, speed_kph: float) -> Script:
    script = Script(speed_kph).vehicle(phone="none" if phone else None).attentive(75).now().vehicle(phone=phone)
    return script.repeat(6, ("look", place, 2.0), ("attentive", None, 1.0)).attentive(5)


def three_calls() -> Script:
    script = driving(40).state(4, phone="at_ear").attentive(56).state(4, phone="at_ear")
    return script.attentive(66).state(4, phone="at_ear").attentive(5)


def nodding_off(lead_s: float = 180.0) -> Script:
    script = Script(speed_kph=90).attentive(lead_s).now()
    return script.repeat(32, ("close_eyes", None, 0.7), ("attentive", None, 3.3))


def sunglasses_and_head_down() -> Script:
    script = driving().state(10, eyes_readable=False).now()
    return script.state(8, eyes_readable=False, head=(0.0, -40.0)).attentive(3)


def only_the_head_moves() -> Script:
    script = driving(60, assist_active=True)
    for turn in range(42):
        script.state(0.6, eyes_readable=False, head=(8.0 if turn % 2 else -8.0, 0.0)).state(0.6, eyes_readable=False)
    return script


CASES: list[tuple[str, str, Callable[[], Script], list[Expect]]] = [
    # A. Long glances
    ("A01", ADDW, lambda: driving(80).look("lap", 8).attentive(3), [Expect("distraction.long", "warning", 3.3, 3.7)]),
    ("A02", ADDW, lambda: driving(30).look("lap", 8.5).attentive(3), [Expect("distraction.long", "warning", 5.8, 6.2)]),
    ("A03", ADDW, lambda: driving(15).look("lap", 12).attentive(3), []),
    ("A06", ADDW, lambda: driving(80).look("lap", 3).attentive(1.5).look("lap", 3).attentive(3), []),
    ("A07", ADDW, sunglasses_and_head_down, [Expect("distraction.long", "warning", 0.0, 5.0, (("non_nominal", True),))]),
    ("A08", NCAP, lambda: driving(60).look("centre_display", 5).attentive(3), [Expect("distraction.long", "warning", 2.8, 3.2)]),
    ("A09", NCAP, lambda: driving(60).look("centre_display", 5, lizard=True), [Expect("distraction.long", "warning", 2.8, 3.2)]),
    (
        "A09 head only",
        NCAP,
        lambda: driving(60).state(12, eyes_readable=False),
        [Expect("system.degraded", "advisory", 7.0, 10.0)],
    ),
    ("A11", NCAP, overtaking, []),
    (
        "A12 junction",
        "default",
        lambda: driving(15).vehicle(speed_kph=25, steering_deg=120).state(2.4, head=(-56, 0), gaze=(-70, 0)).attentive(3),
        [],
    ),
    (
        "A12 window",
        NCAP,
        lambda: driving(22).vehicle(turn_signal="left").look("window_driver", 3.5).attentive(3),
        [Expect("distraction.long", "warning", 2.8, 3.2)],
    ),
    ("mirror", NCAP, lambda: driving(60).look("mirror_left", 3.5).attentive(3), []),
    ("stares at a mirror", NCAP, lambda: driving(60).look("mirror_left", 5), [Expect("distraction.long", "warning", 3.6, 4.0)]),
    # B. Visual attention time sharing, and phones
    (
        "B01",
        NCAP,
        lambda: driving(70).repeat(8, ("look", "centre_display", 1.5), ("attentive", None, 1.0)),
        [Expect("distraction.cumulative", "warning", 16.0, 16.3)],
    ),
    ("B02", NCAP, lambda: driving(70).repeat(15, ("look", "centre_display", 1.8), ("attentive", None, 2.2)), []),
    ("B05", NCAP, lambda: phoning("lap", "handheld", 50), [Expect("distraction.phone", "warning", 14.0, 14.3)]),
    ("B06", NCAP, lambda: phoning("windscreen_phone", "mounted", 90), [Expect("distraction.phone", "warning", 14.0, 14.3)]),
    (
        "B07",
        "cn-fleet-jt808-inspired",
        three_calls,
        [Expect("distraction.phone", "warning", 3.0, 3.3), Expect("distraction.phone", "warning", 133.0, 133.3)],
    ),
    # C. Closed eyes
    ("C02", NCAP, lambda: driving(40).close_eyes(1.8).attentive(3), [Expect("fatigue.microsleep", "urgent", 1.5, 1.7)]),
    (
        "C03",
        NCAP,
        lambda: driving(80).close_eyes(4).attentive(3),
        [Expect("fatigue.microsleep", "urgent", 1.5, 1.7), Expect("fatigue.sleep", "urgent", 3.0, 3.2)],
    ),
    (
        "C04",
        NCAP,
        lambda: driving(80).close_eyes(13),
        [
            Expect("fatigue.microsleep", "urgent", 1.5, 1.7),
            Expect("fatigue.sleep", "urgent", 3.0, 3.2),
            Expect("driver.unresponsive", "emergency", 6.0, 6.2, (("request", "minimal_risk_manoeuvre"),)),
        ],
    ),
    # D. Drowsiness
    (
        "D01",
        "research-perclos",
        nodding_off,
        [Expect("fatigue.drowsiness", "advisory", 24.6, 26.0), Expect("fatigue.drowsiness", "warning", 100.5, 103.0)],
    ),
    # E. Escalation, degradation
    (
        "E01",
        "unece-r171-inspired",
        lambda: driving(60, assist_active=True).look("centre_display", 25),
        [
            Expect("assist.eyes_on_request", "advisory", 4.0, 5.0),
            Expect("assist.eyes_on_request", "warning", 7.0, 8.0),
            Expect("assist.eyes_on_request", "urgent", 12.0, 13.0),
            Expect("assist.eyes_on_request", "emergency", 17.0, 18.0),
        ],
    ),
    ("E01 off", "unece-r171-inspired", lambda: driving(60, assist_active=False).look("centre_display", 25), []),
    (
        "E02",
        "unece-r171-inspired",
        lambda: driving(130, assist_active=True).look("centre_display", 4),
        [Expect("assist.eyes_on_request", "advisory", 2.5, 3.5)],
    ),
    (
        "E04",
        NCAP,
        lambda: driving(60).look("centre_display", 9).attentive(3),
        [Expect("distraction.long", "warning", 2.8, 3.2), Expect("driver.unresponsive", "emergency", 6.0, 6.3)],
    ),
    (
        "E09",
        "unece-r157-inspired",
        only_the_head_moves,
        [
            Expect("system.degraded", "advisory", 7.0, 10.0),
            Expect("driver.availability", "warning", 30.0, 30.5),
            Expect("driver.availability", "emergency", 45.0, 45.5, (("request", "transition_demand"),)),
        ],
    ),
]


def happened(alerts: list[Alert]) -> list[Alert]:
    """What the driver got to know of since the stimulus, prompts that were only repeated left out."""
    return [
        alert
        for alert in alerts
        if alert.phase in (Phase.RAISE, Phase.ESCALATE) and alert.t >= 0.0 and "repeat" not in alert.cause
    ]


@pytest.mark.parametrize(("name", "pack", "script", "expected"), CASES, ids=[f"{case[0]} {case[1]}" for case in CASES])
def test_scenario(name: str, pack: str, script: Callable[[], Script], expected: list[Expect]) -> None:
    alerts = happened(script().alerts(pack))
    assert [(alert.kind.value, alert.level.value) for alert in alerts] == [(one.kind, one.level) for one in expected]
    for alert, one in zip(alerts, expected, strict=True):
        assert one.earliest <= alert.t <= one.latest, (name, alert)
        assert dict(one.cause).items() <= dict(alert.cause).items()


@cache
def blinking() -> Script:
    script = driving(60).attentive(100).close_eyes(0.6).attentive(60).close_eyes(0.6).attentive(60).close_eyes(0.6)
    return script.attentive(60)


@cache
def yawning_talking_angry() -> Script:
    script = driving(80).yawn(5).attentive(60).yawn(5).attentive(60).yawn(5).attentive(30)
    for _ in range(60):
        script.state(0.5, mouth=0.7).state(0.5)
    return script.state(60, emotion="anger").attentive(5)


@cache
def covered() -> Script:
    return driving(80).cover_camera(30).attentive(5)


@cache
def looking_at_the_instruments() -> Script:
    return driving(80).state(1.0, head=(0.0, -10.0), gaze=(0.0, -25.0), openness=0.25, blinks=False).attentive(5)


@pytest.mark.parametrize("pack", pack_names())
class TestInEveryPack:
    def test_a11_an_overtaking_driver_who_checks_mirrors_and_speed_is_left_in_peace(self, pack: str) -> None:
        assert raised(overtaking().alerts(pack, fps=15)) == []

    def test_c01_blinks_and_a_few_long_ones_are_no_fatigue(self, pack: str) -> None:
        assert raised(blinking().alerts(pack)) == []

    def test_c06_a_look_at_the_instruments_is_no_microsleep(self, pack: str) -> None:
        assert raised(looking_at_the_instruments().alerts(pack)) == []

    def test_d05_three_yawns_much_talking_and_a_bad_mood_are_no_alert(self, pack: str) -> None:
        assert raised(yawning_talking_angry().alerts(pack, fps=15)) == []

    def test_e08_a_covered_camera_is_told_within_ten_seconds_and_is_nobodys_fault(self, pack: str) -> None:
        alerts = covered().alerts(pack)
        assert raised(alerts) == [("system.degraded", "advisory")]
        told, over = (alert for alert in alerts if alert.kind == "system.degraded")
        assert told.t <= 10.0
        assert over.phase is Phase.CLEAR
        assert 30.0 <= over.t <= 31.0


def test_a12_default_holds_a_glance_back_while_the_indicator_is_on_and_says_so() -> None:
    alerts = driving(22).vehicle(turn_signal="left").look("window_driver", 3.5).attentive(3).alerts("default")
    assert raised(alerts) == []
    assert {(alert.kind.value, alert.phase, alert.cause["reason"]) for alert in alerts} == {
        ("distraction.head_away", Phase.SUPPRESS, "turn_signal"),
        ("distraction.long", Phase.SUPPRESS, "turn_signal"),
    }


def test_the_indicator_is_no_licence_to_look_into_the_lap() -> None:
    alerts = driving(60).vehicle(turn_signal="left").look("lap", 3.5).attentive(3).alerts("default")
    assert ("distraction.long", "warning") in raised(alerts)


def test_b06_without_a_phone_detector_phone_use_is_not_observable_rather_than_passed() -> None:
    engine, _ = phoning("windscreen_phone", None, 90).engine(NCAP)
    assert engine.not_observable == ("distraction.phone",)


def test_b07_a_second_call_within_the_cooldown_is_published_as_held_back() -> None:
    held_back = [alert for alert in three_calls().alerts("cn-fleet-jt808-inspired") if alert.phase is Phase.SUPPRESS]
    assert [(round(alert.t, 1), alert.cause["reason"]) for alert in held_back] == [(63.0, "cooldown")]


def test_e06_three_long_glances_are_three_warnings() -> None:
    script = driving(60).repeat(3, ("look", "centre_display", 5.0), ("attentive", None, 10.0))
    assert raised(script.alerts(NCAP)) == [("distraction.long", "warning")] * 3


def test_e06_after_an_acknowledgement_glances_are_not_warned_of_until_the_next_drive_but_microsleeps_are() -> None:
    script = driving(60).look("centre_display", 4).acknowledge(0.2).attentive(10)
    script.look("centre_display", 5).attentive(10).close_eyes(2).attentive(5)
    script.driver("new_drive").attentive(75).look("centre_display", 5)
    alerts = script.alerts(NCAP)
    assert raised(alerts) == [("distraction.long", "warning"), ("fatigue.microsleep", "urgent"), ("distraction.long", "warning")]
    assert [alert.cause["reason"] for alert in alerts if alert.phase is Phase.SUPPRESS] == ["acknowledged"]


@pytest.mark.parametrize(("fps", "loss"), [(60, 0.0), (30, 0.0), (30, 0.2), (15, 0.0), (10, 0.0), (5, 0.0)])
@pytest.mark.parametrize(
    ("pack", "script"),
    [
        (ADDW, driving(80).look("lap", 8).attentive(3)),
        ("default", driving(80).look("lap", 5).attentive(6).close_eyes(7).attentive(4)),
        (NCAP, driving(70).repeat(8, ("look", "centre_display", 1.5), ("attentive", None, 1.0))),
    ],
    ids=["A01", "default", "B01"],
)
def test_f01_every_frame_rate_gives_the_same_alerts(pack: str, script: Script, fps: float, loss: float) -> None:
    expected = happened(script.alerts(pack))
    found = happened(script.alerts(pack, fps=fps, loss=loss))
    assert raised(found) == raised(expected)
    assert [alert.t for alert in found] == pytest.approx([alert.t for alert in expected], abs=0.15)
