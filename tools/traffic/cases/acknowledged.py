"""T6: an acknowledgement silences a level, never a rise above it, and never what cannot be undone by paying attention."""

from __future__ import annotations

from tools.traffic.cases.case import ACUTE, DISTRACTION, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet

DROWSY = ("fatigue.drowsiness",)


def _worse(kph: float, first: tuple[float, float], then: tuple[float, float], ack_s: float = 120.0) -> Telling:
    """Each pair is a closure and its period in seconds: the share of time closed is their ratio."""
    story = warmed_up(kph, for_s=100)
    begin = story.t
    story.nodding(*first, ack_s)
    story.says("acknowledge")
    story.nodding(*first, 15)
    worse = story.t
    story.nodding(*then, 150)
    early = Due(begin, begin + ack_s, DROWSY)
    return story, (early, Due(worse, worse + 140, DROWSY, "urgent"))


def _no_worse() -> Telling:
    story = warmed_up(90, for_s=100)
    begin = story.t
    story.nodding(0.72, 4.5, 130)
    story.says("acknowledge")
    acknowledged = story.t
    story.nodding(0.72, 4.5, 90)
    return story, (Due(begin, acknowledged, DROWSY), Quiet(acknowledged + 1, acknowledged + 60, "warning", DROWSY))


def _drowsy_again() -> Telling:
    story = warmed_up(90, for_s=100)
    story.nodding(0.75, 3.75, 130)
    story.says("acknowledge")
    story.ahead(360)
    again = story.t
    story.nodding(0.75, 3.75, 200)
    return story, (Due(again, again + 190, DROWSY),)


def _then_asleep(kph: float, closed_s: float) -> Telling:
    story = warmed_up(kph)
    begin = story.look(-35, -20, 4.6)
    story.says("acknowledge")
    story.ahead(20)
    asleep = story.doze(closed_s)
    story.ahead(8)
    return story, (Due(begin, begin + LONG_S, DISTRACTION), Due(asleep, asleep + 2.2, ACUTE, "urgent"))


def _microsleep_twice() -> Telling:
    story = warmed_up(90)
    first = story.doze(2.2)
    story.ahead(1)
    story.says("acknowledge")
    story.ahead(40)
    second = story.doze(2.2)
    story.ahead(8)
    return story, (Due(first, first + 2.2, ACUTE, "urgent"), Due(second, second + 2.2, ACUTE, "urgent"))


CASES = (
    Case("T6 worse after acknowledging", "16 % closed, acknowledged, then 37 %", lambda: _worse(90, (0.72, 4.5), (0.74, 2.0))),
    Case("T6b worse, 60 km/h", "20 % closed, acknowledged, then 40 %", lambda: _worse(60, (0.75, 3.75), (0.8, 2.0))),
    Case("T6c no worse", "16 % all along: not told again within a minute", _no_worse),
    Case("T6d drowsy again", "20 %, acknowledged, six good minutes, 20 % again", _drowsy_again),
    Case(
        "T6e acknowledged glance, then asleep", "a long look acknowledged, 20 s on the lids fall", lambda: _then_asleep(80, 2.3)
    ),
    Case("T6f the same at 40", "at 40 km/h", lambda: _then_asleep(40, 2.3)),
    Case("T6g microsleep twice", "the first acknowledged, the second 40 s on", _microsleep_twice),
)
