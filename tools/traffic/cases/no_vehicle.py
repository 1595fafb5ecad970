"""T5: never told is not the same as lost, and a drive without speed cannot tell a red light from a motorway."""

from __future__ import annotations

from tools.traffic.cases.case import ACUTE, DISTRACTION, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet
from tools.traffic.timeline import Span

SOFTLY = ("distraction", "driver")


def _looks_away(look: tuple[float, float], for_s: float) -> Telling:
    """Perhaps at a red light: an advisory is right, a warning is not, and least of all a request to the vehicle."""
    story = warmed_up(0)
    story.look(*look, for_s)
    story.ahead(8)
    return story, (Quiet(level="warning", kinds=SOFTLY),)


def _told_softly() -> Telling:
    story = warmed_up(60)
    begin = story.look(-5, -45, 9)
    story.ahead(6)
    return story, (Due(begin, begin + 7.5, DISTRACTION, "advisory"), Quiet(level="warning", kinds=SOFTLY))


def _asleep(for_s: float, kind: str, by_s: float) -> Telling:
    """Fatigue speaks up as ever, but asks for no manoeuvre of a vehicle that nobody is heard of."""
    story = warmed_up(60)
    begin = story.doze(for_s)
    story.ahead(8)
    return story, (Due(begin, begin + by_s, (kind,) if kind != "acute" else ACUTE, "urgent"), Quiet(level="emergency"))


def _junction() -> Telling:
    story = warmed_up(30)
    for _ in range(4):
        story.look(60, -4, 2.2)
        story.ahead(1.2)
        story.look(-60, -4, 2.4)
        story.ahead(2.5)
    story.ahead(10)
    return story, (Quiet(level="warning"),)


def _signal_lost(kph: float) -> Telling:
    story = warmed_up(kph)
    story.no_vehicle.append(Span(story.t, 1e9))
    story.ahead(4)
    begin = story.look(-5, -48, 7)
    story.ahead(6)
    return story, (Due(begin, begin + LONG_S + 0.3, DISTRACTION),)


def _assumed_speed() -> Telling:
    story = warmed_up(60)
    begin = story.look(-5, -48, 7)
    story.ahead(6)
    return story, (Due(begin, begin + LONG_S, DISTRACTION),)


CASES = (
    Case(
        "T5 phone, standing, no vehicle", "20 s of phone, the car says nothing", lambda: _looks_away((-5, -45), 20), vehicle=False
    ),
    Case("T5b passenger, no vehicle", "30 s with the passenger", lambda: _looks_away((-75, -4), 30), vehicle=False),
    Case("T5c side street, no vehicle", "12 s out of the side window", lambda: _looks_away((65, -4), 12), vehicle=False),
    Case(
        "T5d head only, no vehicle",
        "20 s to the right, no gaze either",
        lambda: _looks_away((-70, -4), 20),
        gaze=False,
        vehicle=False,
    ),
    Case("T5e junctions, no vehicle", "cross-traffic looks of 2.2 and 2.4 s", _junction, vehicle=False),
    Case("T5f lap, no vehicle", "9 s into the lap: told, softly", _told_softly, vehicle=False),
    Case("T5g microsleep, no vehicle", "lids down for 2.2 s", lambda: _asleep(2.2, "acute", 2.2), vehicle=False),
    Case("T5h sleep, no vehicle", "lids down for 8 s", lambda: _asleep(8.0, "acute", 3.4), vehicle=False),
    Case("T5i vehicle lost, 80", "the vehicle falls silent at 80 km/h, then the lap", lambda: _signal_lost(80)),
    Case("T5j vehicle lost, 110", "the vehicle falls silent at 110 km/h, then the lap", lambda: _signal_lost(110)),
    Case(
        "T5k assumed speed", "no vehicle, `--speed-kph 60`, the lap", _assumed_speed, vehicle=False, options=("--speed-kph", "60")
    ),
)
