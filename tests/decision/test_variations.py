"""The scenarios once more with something a little different: other speeds, places and seats, a lens covered in the middle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from dms.config.cabin import load_cabin
from dms.monitor.monitor import Monitor
from dms.types import Alert, Observation
from tests.decision.driving_script import Script, cached_pack
from tests.decision.replaying import happened

ADDW, NCAP, R157, R171 = "eu-addw-inspired", "euroncap-2026-inspired", "unece-r157-inspired", "unece-r171-inspired"
LONG, MICROSLEEP, SLEEP = "distraction.long", "fatigue.microsleep", "fatigue.sleep"
EYES_ON = "assist.eyes_on_request"


def driving(speed_kph: float | None = 80.0, **vehicle: Any) -> Script:
    return Script(speed_kph=speed_kph).vehicle(**vehicle).attentive(75).now()


def towards(yaw_deg: float, pitch_deg: float, seconds: float) -> Callable[[], Script]:
    def script() -> Script:
        return driving().state(seconds, gaze=(yaw_deg, pitch_deg), blinks=False).attentive(2)

    return script


VARIATIONS: list[tuple[str, str, Callable[[], Script], list[tuple[str, float]]]] = [
    # Speeds near the gates, and a glance during which the speed changes: one timer, whose limit the speed chooses.
    ("just below the gate", ADDW, lambda: driving(19).look("lap", 8), []),
    ("just fast enough", ADDW, lambda: driving(20).look("lap", 7), [(LONG, 6.0)]),
    ("just below the faster band", ADDW, lambda: driving(49.9).look("lap", 7), [(LONG, 6.0)]),
    ("just in the faster band", ADDW, lambda: driving(50).look("lap", 5), [(LONG, 3.5)]),
    ("accelerating", ADDW, lambda: driving(45).look("lap", 4).vehicle(speed_kph=55).look("lap", 2), [(LONG, 4.0)]),
    ("braking", ADDW, lambda: driving(55).look("lap", 2).vehicle(speed_kph=45).look("lap", 5), [(LONG, 6.0)]),
    ("speed lost", ADDW, lambda: driving(60).vehicle(speed_kph=None).look("lap", 5), [(LONG, 3.5)]),
    ("speed never told", ADDW, lambda: driving(None).look("lap", 7), [(LONG, 6.0)]),
    ("a microsleep just below the gate", NCAP, lambda: driving(19).close_eyes(4), []),
    ("a microsleep just above it", NCAP, lambda: driving(20).close_eyes(2), [(MICROSLEEP, 1.5)]),
    # The edges of the regulation's areas; the camera's own tilt turns these angles by up to 5 degrees far aside.
    ("29 degrees down", ADDW, towards(0, -29, 6), []),
    ("31 degrees down", ADDW, towards(0, -31, 5), [(LONG, 3.5)]),
    ("not that far aside", ADDW, towards(52, -40, 5), [(LONG, 3.5)]),
    ("well aside", ADDW, towards(66, -40, 6), []),
    ("not that far to the passenger", ADDW, towards(-52, -40, 5), [(LONG, 3.5)]),
    ("well to the passenger", ADDW, towards(-66, -40, 6), []),
    # Lenses that are covered, and faces that drop out of the picture, in the middle of something.
    ("covered within a closure", NCAP, lambda: driving().close_eyes(1).cover_camera(1).close_eyes(1), [(MICROSLEEP, 2.5)]),
    ("covered within a glance", NCAP, lambda: driving().look("lap", 2).cover_camera(5).look("lap", 2), [(LONG, 8.0)]),
    ("a sleeper who slumps", NCAP, lambda: driving().close_eyes(0.8).leave(3), [(MICROSLEEP, 1.5), (SLEEP, 3.0)]),
    ("a sleeper behind a covered lens", NCAP, lambda: driving().close_eyes(0.8).cover_camera(5), []),
    ("hiding after a warning", NCAP, lambda: driving().look("lap", 4).leave(6), [(LONG, 3.0)]),
    ("a short unknown speed", NCAP, lambda: driving(60).vehicle(speed_kph=None).look("lap", 4), [(LONG, 3.0)]),
    # Two of a kind.
    (
        "two microsleeps",
        NCAP,
        lambda: driving().close_eyes(2).attentive(3).close_eyes(2),
        [(MICROSLEEP, 1.5), (MICROSLEEP, 6.5)],
    ),
    ("a glance while arming ends", NCAP, lambda: Script(60).attentive(58).now().look("lap", 5), [(LONG, 3.0)]),
    ("a microsleep while arming", NCAP, lambda: Script(60).attentive(20).now().close_eyes(2), [(MICROSLEEP, 1.5)]),
    # A phone in the hand, or an indicator on, since the first second.
    ("indicating since the start", NCAP, lambda: driving(30, turn_signal="left").look("window_driver", 4), [(LONG, 3.0)]),
    ("a phone since the start", NCAP, lambda: driving(30, phone="handheld").look("lap", 4), [(LONG, 3.0)]),
    # Engagement while assisted: the instruments and closed eyes count, half the way between two speeds is half the time.
    ("at the instruments", R171, lambda: driving(60, assist_active=True).look("cluster", 6), [(EYES_ON, 4.8)]),
    ("eyes closed", R171, lambda: driving(60, assist_active=True).close_eyes(6), [(EYES_ON, 4.8)]),
    ("at 95 km/h", R171, lambda: driving(95, assist_active=True).look("lap", 5), [(EYES_ON, 4.05)]),
    ("just too slow", R171, lambda: driving(9, assist_active=True).look("lap", 8), []),
    ("out of the seat", R157, lambda: driving(60, assist_active=True).leave(3), [("driver.absent", 1.0)]),
]


@pytest.mark.parametrize(("pack", "drive", "expected"), [one[1:] for one in VARIATIONS], ids=[one[0] for one in VARIATIONS])
def test_a_variation(pack: str, drive: Callable[[], Script], expected: list[tuple[str, float]]) -> None:
    alerts = happened(drive().alerts(pack))
    assert [alert.kind for alert in alerts] == [kind for kind, _ in expected]
    assert [alert.t for alert in alerts] == pytest.approx([due for _, due in expected], abs=0.1)


def test_hiding_after_a_warning_does_not_end_it() -> None:
    alerts = driving().look("lap", 4).leave(6).alerts(NCAP)
    assert not any(alert.phase == "clear" for alert in alerts)


@pytest.mark.parametrize("place", ["centre_display", "mirror_left", "mirror_right", "lap", "window_driver", "glovebox"])
def test_a_right_hand_drive_is_the_mirror_image(place: str) -> None:
    def alerts(cabin: str, side: float) -> list[Alert]:
        monitor = Monitor(cached_pack(NCAP), load_cabin(cabin))
        said: list[Alert] = []
        for record in driving(60).look(place, 5).attentive(3).records(fps=15):
            if isinstance(record, Observation) and record.head is not None:
                head = replace(record.head, yaw_deg=side * record.head.yaw_deg, roll_deg=side * record.head.roll_deg)
                gaze = record.gaze and replace(record.gaze, yaw_deg=side * record.gaze.yaw_deg)
                record = replace(record, head=head, gaze=gaze)
            said.extend(monitor.feed(record))
        return said

    left, right = alerts("left_hand_drive", 1.0), alerts("right_hand_drive", -1.0)
    assert [(one.kind, one.phase) for one in right] == [(one.kind, one.phase) for one in left]
    assert [one.t for one in right] == pytest.approx([one.t for one in left], abs=0.07)
    assert left
