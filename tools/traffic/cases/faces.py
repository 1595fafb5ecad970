"""T11 to T13: heads that lean, eyes in low sun, and mouths that sing."""

from __future__ import annotations

from tools.traffic.cases.case import ACUTE, DISTRACTION, FATIGUE, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet
from tools.traffic.person import Person

YAWNING = ("fatigue.yawning",)


def _leaning(head_yaw_deg: float, *, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> Telling:
    story = warmed_up(80)
    since = story.lean(head_yaw_deg, 60, head_pitch_deg=pitch_deg, roll_deg=roll_deg)
    story.ahead(6)
    return story, (Quiet(since, level="warning"),)


def _leaning_and_away(head_yaw_deg: float, look: tuple[float, float]) -> Telling:
    story = warmed_up(80)
    story.lean(head_yaw_deg, 15)
    begin = story.look(*look, 6)
    story.ahead(6)
    return story, (Due(begin, begin + LONG_S, DISTRACTION),)


def _by_eyes_alone() -> Telling:
    story = warmed_up(80)
    begin = story.look(-35, -20, 6, head_yaw_deg=-2, head_pitch_deg=-1)
    story.ahead(6)
    return story, (Due(begin, begin + LONG_S, DISTRACTION),)


def _by_head_alone() -> Telling:
    story = warmed_up(80)
    begin = story.look(-60, -5, 8, head_yaw_deg=-38)
    story.ahead(6)
    return story, (Due(begin, begin + 2.6, DISTRACTION, "advisory"), Due(begin, begin + 6.0, DISTRACTION))


def _low_sun(share: float, for_s: float, person: Person) -> Telling:
    story = warmed_up(80, person=person)
    since = story.t
    story.squint(share, for_s)
    story.ahead(for_s)
    story.ahead(10)
    return story, (Quiet(since, kinds=FATIGUE),)


def _avenue() -> Telling:
    """Sun between trees: six seconds of squint, five of shade."""
    story = warmed_up(80)
    since = story.t
    for _ in range(18):
        story.squint(0.25, 6)
        story.ahead(11)
    return story, (Quiet(since, kinds=FATIGUE),)


def _asleep_in_low_sun(share: float) -> Telling:
    story = warmed_up(80)
    story.squint(share, 200)
    story.ahead(60)
    begin = story.doze(2.6)
    story.ahead(10)
    return story, (Quiet(75, begin, kinds=FATIGUE), Due(begin, begin + 2.4, ACUTE))


def _narrow_eyes(closed_s: float) -> Telling:
    story = warmed_up(80, person=Person(openness=0.4), for_s=150)
    begin = story.doze(closed_s)
    story.ahead(10)
    return story, (Quiet(0, begin, kinds=FATIGUE), Due(begin, begin + 2.2, ACUTE))


def _singing(for_s: float, shortest_s: float, longest_s: float, openness: float) -> Telling:
    story = warmed_up(80)
    since, end = story.t, story.t + for_s
    while story.t < end:
        story.open_mouth(openness, float(story.rng.uniform(shortest_s, longest_s)))
        story.ahead(float(story.rng.uniform(0.3, 0.9)))
    return story, (Quiet(since, kinds=YAWNING),)


def _eating() -> Telling:
    story = warmed_up(80)
    since = story.t
    for _ in range(15):
        story.open_mouth(0.7, 1.2)
        for _ in range(12):
            story.open_mouth(0.25, 0.4)
            story.ahead(0.2)
    return story, (Quiet(since, kinds=YAWNING),)


def _laughing() -> Telling:
    story = warmed_up(80)
    since = story.t
    for _ in range(20):
        story.squint(0.45, 2.5)
        story.open_mouth(0.6, 2.5)
        story.ahead(4)
    return story, (Quiet(since, kinds=FATIGUE),)


def _yawns(count: int, every_s: float, for_s: float, due: bool, talking: bool = False) -> Telling:
    story = warmed_up(80)
    since = story.t
    for _ in range(count):
        story.open_mouth(0.85, for_s)
        end = story.t + every_s - for_s
        while story.t < end:
            if talking:
                story.open_mouth(0.35, 0.3)
            story.ahead(0.4 if talking else 2.0)
    if due:
        return story, (Due(since, story.t, YAWNING, "info"),)
    return story, (Quiet(since, kinds=YAWNING),)


SQUINTER, LIVELY = Person(), Person(blinks_per_min=22)

CASES = (
    Case("T11 leaning, left", "head 17 degrees to the left for a minute, eyes on the road", lambda: _leaning(17)),
    Case("T11b leaning, right", "head 17 degrees to the right", lambda: _leaning(-17)),
    Case("T11c leaning far", "head 22 degrees to the left", lambda: _leaning(22, roll_deg=-6)),
    Case("T11d head bowed", "head 16 degrees down, eyes on the road", lambda: _leaning(0, pitch_deg=-16)),
    Case("T11e leaning and away", "leaning, then 6 s at the right", lambda: _leaning_and_away(17, (-45, -10))),
    Case("T11f leaning, lap", "leaning, then 6 s in the lap", lambda: _leaning_and_away(-17, (-5, -45))),
    Case("T11g eyes alone", "centre screen without turning the head (A09)", _by_eyes_alone),
    Case("T11h head alone", "no gaze, head 38 degrees away for 8 s", _by_head_alone, gaze=False),
    Case("T12 low sun", "lids at .26 for five minutes, ordinary blinks", lambda: _low_sun(0.26, 300, SQUINTER)),
    Case("T12b lower sun", "lids at .24 for three minutes", lambda: _low_sun(0.24, 180, LIVELY)),
    Case("T12c sun", "lids at .30 for three minutes", lambda: _low_sun(0.30, 180, SQUINTER)),
    Case("T12d low sun, 22 blinks", "lids at .26, 22 blinks a minute", lambda: _low_sun(0.26, 180, LIVELY)),
    Case("T12e avenue", "six seconds of sun, five of shade", _avenue),
    Case("T12f asleep in low sun", "lids at .40 for a minute, then shut for 2.6 s", lambda: _asleep_in_low_sun(0.40)),
    Case("T12g narrow eyes", "eyes that open to .4, after 150 s shut for 2.4 s", lambda: _narrow_eyes(2.4)),
    Case("T13 singing", "vowels of 1.2 to 2.4 s for three minutes", lambda: _singing(180, 1.2, 2.4, 0.75)),
    Case("T13b singing, slower", "vowels of 1.5 to 2.8 s", lambda: _singing(150, 1.5, 2.8, 0.7)),
    Case("T13c talking", "bursts of 0.2 to 0.6 s for two minutes (D05)", lambda: _singing(120, 0.2, 0.6, 0.65)),
    Case("T13d eating", "bites and chewing", _eating),
    Case("T13e laughing", "20 laughs of 2.5 s, eyes narrow", _laughing),
    Case("T13f three yawns", "three of 5 s in four and a half minutes (D05)", lambda: _yawns(3, 90, 5, due=False)),
    Case("T13g many yawns", "six of 6 s in four minutes", lambda: _yawns(6, 40, 6, due=True)),
    Case("T13h yawns in talk", "six of 6 s in four minutes, talking between", lambda: _yawns(6, 40, 6, due=True, talking=True)),
)
