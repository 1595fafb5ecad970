"""T21: sleep where nobody expects it, and lids that fall for other reasons."""

from __future__ import annotations

from tools.traffic.cases.case import ACUTE, FATIGUE, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Over, Quiet


def _after_a_stop(kph: float, closed_s: float) -> Telling:
    story = warmed_up(50)
    story.speed(0, over_s=5)
    story.ahead(15)
    story.speed(kph, over_s=4)
    story.ahead(5)
    begin = story.doze(closed_s)
    story.ahead(6)
    return story, (Due(begin, begin + 2.2, ACUTE, "urgent"),)


def _at_a_red_light(stand_s: float, rolls_s: float) -> Telling:
    """Asleep at the light: no driving yet. The car creeps off with its driver still asleep: now it is."""
    story = warmed_up(50)
    story.speed(0, over_s=5)
    story.ahead(10)
    begin = story.doze(stand_s + rolls_s)
    if rolls_s:
        now, story.t = story.t, begin + stand_s
        story.speed(20, over_s=3)
        story.t = now
    story.ahead(8)
    quiet = Quiet(begin, begin + stand_s, "urgent")
    at_10 = begin + stand_s + 1.5
    return story, (quiet, Due(begin + stand_s, at_10 + 2.4, ACUTE, "urgent")) if rolls_s else (quiet,)


def _drowsy(kph: float, closed_s: float, every_s: float, by_s: float) -> Telling:
    story = warmed_up(kph)
    begin = story.nodding(closed_s, every_s, by_s + 10)
    return story, (Due(begin, begin + by_s, FATIGUE),)


def _sneeze(times: int) -> Telling:
    """The lids shut and the head goes down, for less than a second; then the road, with an eye full of tears."""
    story = warmed_up(90)
    since = story.t
    for _ in range(times):
        story.lean(0, 0.4, head_pitch_deg=-12)
        story.doze(0.7)
        story.ahead(2.5)
    story.ahead(15)
    return story, (Quiet(since, level="warning"),)


def _wakes_and_blinks() -> Telling:
    """Three seconds of sleep and awake again, blinking as people do who were woken: the alert is over within 2 s."""
    story = warmed_up(90)
    begin = story.doze(3.6)
    awake = story.t
    for _ in range(6):
        story.ahead(0.6)
        story.doze(0.2)
    story.ahead(8)
    return story, (Due(begin, begin + 3.4, ACUTE, "urgent"), Over(awake + 2.0))


def _asleep_in_a_bend() -> Telling:
    story = warmed_up(70)
    story.steer(-25, over_s=1.0)
    story.ahead(3)
    begin = story.doze(2.4)
    story.steer(0, over_s=1.0)
    story.ahead(6)
    return story, (Due(begin, begin + 2.2, ACUTE, "urgent"),)


CASES = (
    Case("T21 right after a stop, 30", "lids down for 2.4 s, 5 s after pulling off", lambda: _after_a_stop(30, 2.4)),
    Case("T21b right after a stop, 15", "the same at 15 km/h", lambda: _after_a_stop(15, 2.4)),
    Case("T21c asleep at a red light", "20 s at a standstill: not yet urgent", lambda: _at_a_red_light(20, 0)),
    Case("T21d asleep as it rolls", "12 s standing, 7 s rolling off", lambda: _at_a_red_light(12, 7)),
    Case("T21e drowsy at 30", "0.9 s of every 3.6 s at 30 km/h", lambda: _drowsy(30, 0.9, 3.6, 190)),
    Case("T21f sneezing", "three times, 0.7 s each", lambda: _sneeze(3)),
    Case("T21g wakes and blinks", "3.6 s asleep, then blinks every second", _wakes_and_blinks),
    Case("T21h asleep in a bend", "2.4 s in a right bend at 70", _asleep_in_a_bend),
)
