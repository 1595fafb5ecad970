"""T2: the road is where the car goes."""

from __future__ import annotations

from tools.traffic.cases.case import DISTRACTION, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet


def into_the_bend(kph: float, steering_deg: float, gaze_yaw_deg: float, for_s: float, slow_to: float | None = None) -> Telling:
    story = warmed_up(kph)
    if slow_to is not None:
        story.speed(slow_to, over_s=4)
        story.ahead(4)
    since = story.t
    story.steer(steering_deg, over_s=1.0)
    story.ahead(0.6)
    story.look(gaze_yaw_deg, -2, for_s)
    story.steer(0, over_s=1.0)
    story.ahead(12)
    return story, (Quiet(since),)


def _away_in_the_bend(kph: float, steering_deg: float, look: tuple[float, float], slow_to: float | None = None) -> Telling:
    story = warmed_up(kph)
    if slow_to is not None:
        story.speed(slow_to, over_s=4)
        story.ahead(4)
    story.steer(steering_deg, over_s=1.0)
    story.ahead(3)
    begin = story.look(*look, 6)
    story.steer(0, over_s=1.0)
    story.ahead(5)
    return story, (Due(begin, begin + LONG_S, DISTRACTION),)


def _still_there_when_the_bend_is_over(side: float) -> Telling:
    story = warmed_up(45)
    story.steer(side * 70, over_s=1.0)
    story.ahead(0.6)
    begin = story.t
    straight = begin + 6.0
    story.look(side * 32, -3, 6 + 7)
    now, story.t = story.t, begin + 5.2
    story.steer(0, over_s=0.8)
    story.t = now
    story.ahead(6)
    return story, (Due(straight - 0.8, straight + LONG_S + 0.5, DISTRACTION),)


CASES = (
    Case("T2 ramp, right", "45 km/h, wheel -70, gaze -28 for 15 s", lambda: into_the_bend(45, -70, -28, 15)),
    Case("T2b ramp, left", "the same to the left", lambda: into_the_bend(45, 70, 28, 15)),
    Case("T2c country bend", "70 km/h, wheel -25, gaze -14 for 10 s", lambda: into_the_bend(70, -25, -14, 10)),
    Case("T2d motorway ramp", "55 km/h, wheel 40, gaze 20 for 12 s", lambda: into_the_bend(55, 40, 20, 12)),
    Case("T2e hairpin, left", "22 km/h, wheel 250, gaze 45 for 5 s", lambda: into_the_bend(45, 250, 45, 5, slow_to=22)),
    Case("T2f hairpin, right", "24 km/h, wheel -230, gaze -42 for 5 s", lambda: into_the_bend(45, -230, -42, 5, slow_to=24)),
    Case("T2g outwards", "in a right bend, 45 degrees to the left", lambda: _away_in_the_bend(45, -70, (45, -3))),
    Case("T2h phone in a bend, right", "in a right bend, phone in the lap", lambda: _away_in_the_bend(45, -70, (-20, -45))),
    Case("T2i phone in a bend, left", "in a left bend, phone in the lap", lambda: _away_in_the_bend(60, 40, (12, -45))),
    Case(
        "T2j passenger in a bend", "gentle right bend at 70, the passenger's face", lambda: _away_in_the_bend(70, -20, (-78, -3))
    ),
    Case("T2k screen, straight", "centre screen, the wheel at -3", lambda: _away_in_the_bend(45, -3, (-35, -20))),
    Case("T2l bend over, right", "gaze stays to the right when the bend is over", lambda: _still_there_when_the_bend_is_over(-1)),
    Case("T2m bend over, left", "gaze stays to the left when the bend is over", lambda: _still_there_when_the_bend_is_over(1)),
    Case("T2n ramp, head only", "the ramp without gaze", lambda: into_the_bend(45, -70, -40, 10), gaze=False),
)
