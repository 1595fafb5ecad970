"""T1: standing time is not driving time."""

from __future__ import annotations

from tools.traffic.cases.case import DISTRACTION, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet


def _red_light(look: tuple[float, float], stand_s: float, mirror: tuple[float, float] = (39.0, -11.0)) -> Telling:
    story = warmed_up(45)
    story.speed(0, over_s=5)
    story.ahead(10)
    since = story.t
    story.look(*look, stand_s)
    story.speed(24, over_s=1.9)
    story.ahead(1.9)
    story.look(*mirror, 0.8)
    story.ahead(10)
    return story, (Quiet(since),)


def _queue() -> Telling:
    story = warmed_up(45)
    story.speed(0, over_s=5)
    story.ahead(8)
    since = story.t
    for _ in range(6):
        story.look(-70, -5, 8)
        story.speed(9, over_s=2)
        story.ahead(3)
        story.speed(0, over_s=1.5)
        story.ahead(3)
    return story, (Quiet(since),)


def _walking_pace() -> Telling:
    story = warmed_up(45)
    story.speed(3, over_s=5)
    story.ahead(8)
    since = story.look(60, -5, 4.5)
    story.ahead(8)
    return story, (Quiet(since, level="warning"),)


def _time_before_the_stop() -> Telling:
    """Shared glances just short of ten seconds, half a minute at a red light, one mirror: the sum has faded."""
    story = warmed_up(60)
    since = story.t
    for _ in range(5):
        story.look(-33, -20, 1.5)
        story.ahead(1.0)
    story.speed(0, over_s=4)
    story.ahead(4)
    story.ahead(30)
    story.speed(40, over_s=5)
    story.ahead(5)
    story.look(39, -11, 1.2)
    story.ahead(1.4)
    story.look(-33, -20, 1.5)
    story.ahead(10)
    return story, (Quiet(since, level="warning"),)


def _goes_on_as_it_pulls_off(look: tuple[float, float], stand_s: float) -> Telling:
    story = warmed_up(45)
    story.speed(0, over_s=5)
    story.ahead(10)
    begin = story.t
    pulls_off = begin + stand_s
    story.look(*look, stand_s + 10.0)
    now, story.t = story.t, pulls_off
    story.speed(40, over_s=4)
    story.t = now
    story.ahead(10)
    at_20 = pulls_off + 2.0
    return story, (Quiet(begin, pulls_off + 2.5, level="warning"), Due(pulls_off, at_20 + 4.2, DISTRACTION))


def _shared_glances_while_moving(off_s: float, on_s: float, kph: float) -> Telling:
    """More than ten seconds in thirty, never two on the road: told when the tenth second is full, and not much later."""
    story = warmed_up(kph)
    begin = story.t
    for _ in range(20):
        story.look(-33, -20, off_s)
        story.ahead(on_s)
    full = begin + 10.0 / off_s * (off_s + on_s) - on_s
    return story, (Quiet(begin, full - 1.5, "warning", ("distraction.cumulative",)), Due(begin, full + 2.0, DISTRACTION))


CASES = (
    Case(
        "T1 red light, side street", "20 s at a red light looking left, 1.9 s ahead, a mirror", lambda: _red_light((60, -5), 20)
    ),
    Case(
        "T1b red light, passenger", "the same to the right, then the other mirror", lambda: _red_light((-60, -5), 20, (-46, -6))
    ),
    Case("T1c red light, phone", "a minute of phone in the lap at a red light, then a mirror", lambda: _red_light((-5, -45), 60)),
    Case("T1d queue", "six stops of a queue, chatting to the passenger in each", _queue),
    Case("T1e walking pace", "4.5 s to the side at 3 km/h", _walking_pace),
    Case("T1f sum before a stop", "7.5 s of shared glances, 30 s standing, two more glances", _time_before_the_stop),
    Case("T1g goes on moving, left", "look left 10 s standing and 10 s moving", lambda: _goes_on_as_it_pulls_off((70, -5), 10)),
    Case(
        "T1h goes on moving, lap",
        "phone in the lap 15 s standing and 10 s moving",
        lambda: _goes_on_as_it_pulls_off((-5, -45), 15),
    ),
    Case("T1i shared glances, 70", "1.5 s off, 1.0 s on at 70 km/h", lambda: _shared_glances_while_moving(1.5, 1.0, 70)),
    Case("T1j shared glances, 40", "1.8 s off, 1.2 s on at 40 km/h", lambda: _shared_glances_while_moving(1.8, 1.2, 40)),
)
