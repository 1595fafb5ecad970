"""T18: errands at walking pace and standing: crossings, counters, kerbs, children, and looks that go on when the car does."""

from __future__ import annotations

from tools.traffic.cases.case import DISTRACTION, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet

WINDOW = (75.0, -8.0)
LAP = (-5.0, -48.0)


def _level_crossing() -> Telling:
    """A minute at the barrier, looking anywhere; across it both ways, as one is taught."""
    story = warmed_up(60)
    story.speed(0, over_s=5)
    story.ahead(6)
    since = story.look(*LAP, 25)
    story.look(*WINDOW, 12)
    story.ahead(3)
    story.speed(22, over_s=4)
    story.ahead(2.5)
    story.look(65, -4, 1.1)
    story.ahead(0.6)
    story.look(-65, -4, 1.1)
    story.speed(60, over_s=6)
    story.ahead(12)
    return story, (Quiet(since),)


def _counter(creep_kph: float) -> Telling:
    """A drive-through: round the house at a creep, an order, a payment and a bag, each at the driver's window."""
    story = warmed_up(45)
    story.speed(creep_kph, over_s=6)
    story.ahead(6)
    since = story.t
    for _ in range(3):
        story.steer(320, over_s=1.5)
        story.look(55, -5, 3.5)
        story.steer(0, over_s=1.5)
        story.speed(0, over_s=1.5)
        story.look(*WINDOW, 12)
        story.look(*LAP, 4)
        story.speed(creep_kph, over_s=2)
        story.ahead(4)
    return story, (Quiet(since, level="warning"),)


def _toll_booth() -> Telling:
    story = warmed_up(100)
    story.speed(0, over_s=10)
    story.ahead(8)
    since = story.look(-30, -35, 2.0)
    story.ahead(2.5)
    story.look(70, -12, 9)
    story.look(*LAP, 3)
    story.speed(50, over_s=7)
    story.ahead(15)
    return story, (Quiet(since),)


def _school_street() -> Telling:
    """28 km/h past a school: from kerb to kerb, quickly, with the road in between."""
    story = warmed_up(50)
    story.speed(28, over_s=4)
    story.ahead(4)
    since = story.t
    for _ in range(14):
        story.look(27, -5, 0.7)
        story.ahead(0.9)
        story.look(-29, -5, 0.7)
        story.ahead(1.1)
    story.speed(50, over_s=4)
    story.ahead(8)
    return story, (Quiet(since, level="warning"),)


def _parallel_parking(side: float) -> Telling:
    story = warmed_up(40)
    story.speed(7, over_s=5)
    story.ahead(5)
    since = story.look(side * 70, -8, 3)
    story.speed(0, over_s=1.5)
    story.ahead(2)
    story.gear("R", for_s=15)
    story.speed(4, over_s=1.5)
    story.steer(side * -300, over_s=2)
    story.look(side * 46, -8, 3)
    story.steer(side * 300, over_s=2)
    story.look(-side * 110, -5, 6)
    story.speed(0, over_s=1)
    story.ahead(3)
    story.steer(0, over_s=2)
    story.speed(0)
    story.ahead(8)
    return story, (Quiet(since),)


def _turned_round(kph: float, for_s: float) -> Telling:
    """To the children on the back seat: so far round that hardly a face is left to be seen."""
    story = warmed_up(60)
    if kph < 60:
        story.speed(kph, over_s=5)
        story.ahead(8)
    begin = story.look(-115, -5, for_s, head_yaw_deg=-80)
    if kph < 60:
        story.ahead(2)
        story.speed(50, over_s=5)
    story.ahead(10)
    return story, ((Due(begin, begin + LONG_S, DISTRACTION),) if kph else (Quiet(begin),))


def _u_turn() -> Telling:
    story = warmed_up(45)
    story.indicate("left", for_s=12)
    story.speed(11, over_s=4)
    since = story.ahead(3)
    story.look(39, -11, 1.0)
    story.look(80, -5, 1.4)
    story.steer(450, over_s=2)
    story.look(75, -4, 4.5)
    story.steer(0, over_s=2)
    story.ahead(1.5)
    story.speed(45, over_s=5)
    story.ahead(10)
    return story, (Quiet(since, level="warning"),)


def _knee_as_the_jam_dissolves() -> Telling:
    """The phone on the knee in a jam; nobody need say a word at 8 km/h, but at 40 somebody must."""
    story = warmed_up(50)
    story.speed(8, over_s=5)
    since = story.ahead(20)
    begin = story.look(8, -55, 20)
    now, story.t = story.t, begin + 12.0
    story.speed(40, over_s=4)
    story.t = now
    story.ahead(8)
    at_20 = begin + 12.0 + 4.0 * 12.0 / 32.0
    return story, (Quiet(since, begin + 11.0, "urgent"), Due(begin, at_20 + LONG_S, DISTRACTION))


CASES = (
    Case("T18 level crossing", "a minute at the barrier, then both ways at 22 km/h", _level_crossing),
    Case("T18b drive-through", "three windows at a creep of 6 km/h", lambda: _counter(6)),
    Case("T18c drive-through, brisk", "three windows at 12 km/h", lambda: _counter(12)),
    Case("T18d toll booth", "change from the console, the window, the ticket in the lap", _toll_booth),
    Case("T18e school street", "28 km/h, from kerb to kerb for half a minute", _school_street),
    Case("T18f parking, right", "past the gap, back into it, over the other shoulder", lambda: _parallel_parking(-1)),
    Case("T18g parking, left", "the mirror image, in a one-way street", lambda: _parallel_parking(1)),
    Case("T18h children, standing", "turned round for 9 s at a red light", lambda: _turned_round(0, 9)),
    Case("T18i children, 60", "turned round for 5 s at 60 km/h", lambda: _turned_round(60, 5)),
    Case("T18j U-turn", "indicator, mirror, shoulder, and round at 11 km/h", _u_turn),
    Case("T18k knee, 8 to 40", "a phone on the knee in a jam that dissolves", _knee_as_the_jam_dissolves),
)
