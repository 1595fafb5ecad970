"""T3: roundabouts and junctions, where drivers look where they will go and where others come from."""

from __future__ import annotations

from tools.traffic.cases.case import DISTRACTION, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet


def _roundabout(side: float, steering_deg: float, look_deg: float, for_s: float) -> Telling:
    story = warmed_up(45)
    story.speed(25, over_s=4)
    story.ahead(4)
    since = story.t
    story.steer(side * steering_deg, over_s=1.0)
    story.ahead(0.8)
    story.look(side * look_deg, -3, for_s)
    story.steer(-side * 60, over_s=1.2)
    story.ahead(2)
    story.steer(0, over_s=1.0)
    story.ahead(10)
    return story, (Quiet(since),)


def _approach() -> Telling:
    story = warmed_up(50)
    since = story.t
    story.speed(18, over_s=5)
    story.ahead(3)
    story.look(60, -4, 1.3)
    story.ahead(0.9)
    story.look(65, -4, 1.2)
    story.steer(-90, over_s=1.0)
    story.ahead(0.8)
    story.steer(170, over_s=1.2)
    story.look(40, -3, 2.5)
    story.steer(-60, over_s=1.2)
    story.ahead(1.5)
    story.steer(0)
    story.speed(50, over_s=5)
    story.ahead(10)
    return story, (Quiet(since),)


def _turn(side: float, first: float, second: float) -> Telling:
    """A turn with the indicator on: cross-traffic looks, the pedestrians on the crossing, the road that is turned into."""
    story = warmed_up(50)
    since = story.t
    story.indicate("left" if side > 0 else "right", for_s=14)
    story.speed(22, over_s=5)
    story.ahead(4)
    story.look(-side * 60, -4, first)
    story.ahead(0.7)
    story.steer(side * 180, over_s=1.2)
    story.look(side * 65, -4, second)
    story.ahead(1.5)
    story.steer(0, over_s=1.5)
    story.speed(50, over_s=5)
    story.ahead(10)
    return story, (Quiet(since, level="warning"),)


def _lap_in_the_roundabout() -> Telling:
    story = warmed_up(45)
    story.speed(26, over_s=4)
    story.ahead(4)
    story.steer(160, over_s=1.0)
    story.ahead(0.8)
    begin = story.look(-5, -48, 8)
    story.steer(0, over_s=1.0)
    story.ahead(5)
    return story, (Due(begin, begin + 6.5, DISTRACTION),)


def _outwards_in_the_roundabout() -> Telling:
    story = warmed_up(45)
    story.speed(28, over_s=4)
    story.ahead(4)
    story.steer(160, over_s=1.0)
    story.ahead(0.8)
    begin = story.look(-65, -4, 8)
    story.steer(0, over_s=1.0)
    story.ahead(5)
    return story, (Due(begin, begin + 6.5, DISTRACTION),)


def _after_the_junction() -> Telling:
    story = warmed_up(45)
    story.speed(25, over_s=4)
    story.ahead(4)
    story.steer(180, over_s=1.0)
    story.ahead(2.5)
    story.steer(0, over_s=0.8)
    story.speed(45, over_s=4)
    begin = story.look(65, -4, 9)
    story.ahead(5)
    return story, (Due(begin, begin + 6.5, DISTRACTION),)


CASES = (
    Case("T3 roundabout", "25 km/h, wheel 180, look 50 for 3.2 s, exit", lambda: _roundabout(1, 180, 50, 3.2)),
    Case("T3b roundabout, left-hand traffic", "the mirror image", lambda: _roundabout(-1, 180, 50, 3.2)),
    Case("T3c small roundabout", "wheel 240, look 55 for 3.0 s", lambda: _roundabout(1, 240, 55, 3.0)),
    Case("T3d wide roundabout", "wheel 110, look 35 for 4 s", lambda: _roundabout(1, 110, 35, 4.0)),
    Case("T3e approach and circle", "two looks to the left, in, round and out", _approach),
    Case("T3f turn right", "left 1.8 s for cross-traffic, right 2.4 s", lambda: _turn(-1, 1.8, 2.4)),
    Case("T3g turn left", "right 1.6 s for cross-traffic, left 2.6 s", lambda: _turn(1, 1.6, 2.6)),
    Case("T3h lap in a roundabout", "phone in the lap for 8 s in a roundabout", _lap_in_the_roundabout),
    Case("T3i outwards in a roundabout", "8 s away from where the circle goes", _outwards_in_the_roundabout),
    Case("T3j after the junction", "straight again, still 65 degrees to the side", _after_the_junction),
)
