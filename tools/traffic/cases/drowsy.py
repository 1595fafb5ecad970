"""T7 and T8: repeated closures of about a second, and drowsiness at whatever speed above a walk."""

from __future__ import annotations

from tools.traffic.cases.case import FATIGUE, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet
from tools.traffic.person import Person

DROWSY = ("fatigue.drowsiness",)


def _closures(kph: float, closed_s: float, every_s: float, for_s: float, due: bool = True) -> Telling:
    story = warmed_up(kph)
    begin = story.t
    story.nodding(closed_s, every_s, for_s)
    story.ahead(20)
    if due:
        return story, (Due(begin, story.t, FATIGUE),)
    return story, (Quiet(begin, kinds=FATIGUE),)


def _reading_the_dials() -> Telling:
    """Down to the cluster, lids following, once every 15 s: eyes that look down are not closing (C06)."""
    story = warmed_up(80)
    since = story.t
    for _ in range(16):
        story.squint(0.3, 1.0)
        story.look(0, -25, 1.0, head_pitch_deg=-10)
        story.ahead(14)
    return story, (Quiet(since, kinds=FATIGUE),)


def _slowly_closing(kph: float, closed_s: float, every_s: float, for_s: float = 185.0, by_s: float = 180.0) -> Telling:
    story = warmed_up(kph, for_s=90)
    begin = story.t
    story.nodding(closed_s, every_s, for_s)
    return story, (Due(begin, begin + by_s, DROWSY),)


def _from_the_motorway_into_town() -> Telling:
    story = warmed_up(100, for_s=90)
    story.nodding(0.7, 7.0, 60)
    story.speed(42, over_s=10)
    begin = story.t
    story.nodding(0.75, 3.0, 200)
    return story, (Due(begin, begin + 180, DROWSY),)


def _resting_in_a_car_park() -> Telling:
    story = warmed_up(40)
    story.speed(0, over_s=6)
    story.ahead(8)
    since = story.t
    story.nodding(0.8, 2.4, 180)
    return story, (Quiet(since, level="warning", kinds=DROWSY),)


def _awake(kph: float) -> Telling:
    """A lively blinker: 25 blinks a minute of 180 ms are some 4 % of the time and no drowsiness."""
    story = warmed_up(kph, person=Person(blinks_per_min=25, blink_s=0.18))
    story.ahead(180)
    return story, (Quiet(kinds=FATIGUE),)


CASES = (
    Case("T7 repeated closures", "20 closures of 1.3 s in ten minutes at 80", lambda: _closures(80, 1.3, 30, 600)),
    Case("T7b repeated closures, 50", "12 of 1.4 s in six minutes at 52 km/h", lambda: _closures(52, 1.4, 30, 360)),
    Case("T7c a bout", "12 closures of 1.3 s in four minutes at 100", lambda: _closures(100, 1.3, 20, 240)),
    Case(
        "T7d no vehicle",
        "20 closures of 1.3 s in ten minutes, the car says nothing",
        lambda: _closures(80, 1.3, 30, 600),
        vehicle=False,
    ),
    Case("T7e long blinks", "20 closures of 0.35 s in five minutes", lambda: _closures(80, 0.35, 15, 300, due=False)),
    Case("T7f three long blinks", "three of 0.6 s in five minutes (C01)", lambda: _closures(60, 0.6, 100, 300, due=False)),
    Case("T7g dials", "16 looks at the dials, lids following (C06)", _reading_the_dials),
    Case("T8 drowsy at 45", "25 % of the time closed at 45 km/h", lambda: _slowly_closing(45, 0.75, 3.0)),
    Case("T8b drowsy at 30", "25 % at 30 km/h", lambda: _slowly_closing(30, 0.75, 3.0)),
    Case("T8c drowsy at 15", "33 % at 15 km/h, in a jam", lambda: _slowly_closing(15, 0.8, 2.4)),
    Case("T8d drowsy at 100", "25 % at 100 km/h", lambda: _slowly_closing(100, 0.75, 3.0)),
    Case("T8e motorway, then town", "10 % at 100 km/h, then 25 % at 42", _from_the_motorway_into_town),
    Case("T8f resting", "33 % in a car park", _resting_in_a_car_park),
    Case("T8g lively blinker", "25 blinks a minute at 45 km/h", lambda: _awake(45)),
)
