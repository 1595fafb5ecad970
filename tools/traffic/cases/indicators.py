"""T4: the indicator has a side, ends with the manoeuvre, and is forgotten."""

from __future__ import annotations

from tools.traffic.cases.case import DISTRACTION, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet
from tools.traffic.timeline import Signal


def _away(kph: float, signal: Signal, look_deg: float, *, on_for_s: float = 20.0, before_s: float = 10.0) -> Telling:
    story = warmed_up(kph)
    story.indicate(signal, for_s=on_for_s)
    story.ahead(before_s)
    begin = story.look(look_deg, -4, 6.5)
    story.ahead(6)
    return story, (Due(begin, begin + LONG_S, DISTRACTION),)


def _lane_change(side: float) -> Telling:
    story = warmed_up(110)
    since = story.t
    story.indicate("left" if side > 0 else "right", for_s=9)
    story.ahead(1.0)
    story.look(38 if side > 0 else -46, -9, 1.2)
    story.ahead(0.8)
    story.look(side * 75, -6, 1.4)
    story.ahead(0.8)
    story.steer(side * 4, over_s=0.8)
    story.look(38 if side > 0 else -46, -9, 0.8)
    story.steer(0, over_s=0.8)
    story.ahead(20)
    return story, (Quiet(since),)


def _overtaking() -> Telling:
    story = warmed_up(100)
    since = story.t
    story.indicate("left", for_s=8)
    for _ in range(4):
        story.look(38, -10, 1.1)
        story.ahead(0.6)
    story.ahead(3)
    for _ in range(24):
        story.look(0, -22, 0.7)
        story.ahead(4.3)
    return story, (Quiet(since),)


def _turn_with_indicator(side: float) -> Telling:
    story = warmed_up(50)
    since = story.t
    story.indicate("left" if side > 0 else "right", for_s=12)
    story.speed(28, over_s=4)
    story.ahead(3.5)
    story.look(side * 65, -4, 2.8)
    story.steer(side * 150, over_s=1.2)
    story.ahead(3)
    story.steer(0, over_s=1.0)
    story.ahead(8)
    return story, (Quiet(since, level="warning"),)


CASES = (
    Case("T4 wrong side", "left indicator at 110 km/h, 6.5 s to the passenger", lambda: _away(110, "left", -80)),
    Case("T4b wrong side, mirrored", "right indicator at 110, 6.5 s to the left", lambda: _away(110, "right", 75)),
    Case("T4c wrong side, 60", "left indicator at 60, 6.5 s to the passenger", lambda: _away(60, "left", -80)),
    Case(
        "T4d forgotten",
        "left indicator for two minutes on a straight road, 6.5 s to the left",
        lambda: _away(100, "left", 65, on_for_s=180, before_s=120),
    ),
    Case("T4e off again", "the indicator went off 10 s ago", lambda: _away(80, "left", 65, on_for_s=4, before_s=14)),
    Case("T4f hazard lights", "hazard lights at 90, 6.5 s to the right", lambda: _away(90, "hazard", -60)),
    Case("T4g lane change, left", "mirror, shoulder, mirror", lambda: _lane_change(1)),
    Case("T4h lane change, right", "mirror, shoulder, mirror", lambda: _lane_change(-1)),
    Case("T4i overtaking", "four mirror checks, then the speedometer every 5 s (A11)", _overtaking),
    Case("T4j turning right", "2.8 s to the right before the turn", lambda: _turn_with_indicator(-1)),
    Case("T4k turning left", "2.8 s to the left before the turn", lambda: _turn_with_indicator(1)),
)
