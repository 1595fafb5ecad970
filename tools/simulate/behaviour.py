"""How drivers behave, as distributions to draw scripts from.

Sources, marked as in the rule packs ([S1] a secondary source that read the primary, [D] our design decision): glance lengths
Taoka 1990 [S1], log-normal; blinks 17 a minute, 111 ± 51 ms at half amplitude in alert drivers, longer by 6 ms with each level of
the Karolinska scale, individuals apart by 1.7 levels [S1]; share of time in closures longer than a blink by level from NSTSCE
25-UI-177 and Optalert (10-15 % at KSS 8) and Wierwille (below 7.5 % awake) [S1]; microsleeps 1-15 s, median 3.4 s [S1]; yawns
3.5-6.3 s, half of them behind a hand [S1]. How often things happen is [D] unless said otherwise.
"""

from __future__ import annotations

import numpy as np

from dms.types import KSS, Label
from tools.simulate import script as acts
from tools.simulate.circumstances import make_hard, may_be_judged
from tools.simulate.roads import Roads, drive_on
from tools.simulate.script import Closure, DriverProfile, Glance, MouthMovement, Nod, PhoneUse, Script, Target
from tools.simulate.signals import head_share
from tools.simulate.traffic import SETTLED_S, drive_vehicle, is_cruising, lognormal_s

Rng = np.random.Generator

# (target, mean s, deviation s, how many a minute at a steady speed [D])
ROUTINE_GLANCES: tuple[tuple[Target, float, float, float], ...] = (
    (acts.CLUSTER, 0.62, 0.48, 3.0),
    (acts.DRIVER_MIRROR, 1.10, 0.30, 1.2),
    (acts.INTERIOR_MIRROR, 0.75, 0.36, 1.5),
    (acts.PASSENGER_MIRROR, 0.75, 0.36, 0.5),
    (acts.CENTRE_DISPLAY, 1.44, 0.50, 0.3),
)
TALKS_PER_HOUR, YAWNS_PER_HOUR, TIRED_YAWNS_PER_HOUR = 12.0, 2.0, 12.0
COVERED_YAWNS = 0.5
BLINK_S, BLINK_SD_S, BLINK_S_PER_LEVEL = 0.102, 0.051, (0.151 - 0.102) / 8
# Level on the Karolinska scale against the share of time in closures that are longer than a blink.
SHARE_CLOSED = ((1.0, 0.003), (5.0, 0.010), (6.0, 0.030), (7.0, 0.070), (8.0, 0.120), (9.0, 0.200))
SLOW_CLOSURE_S, SLOW_CLOSURE_SPREAD, SLOW_CLOSURE_LIMITS_S = 0.5, 0.35, (0.27, 1.2)  # below the 1.5 s of a microsleep's warning
MICROSLEEP_MEDIAN_S, MICROSLEEP_SPREAD, MICROSLEEPS_PER_HOUR, MICROSLEEP_FROM_KSS = 3.4, 0.6, 40.0, 7.5
WARNED_MICROSLEEP_S, WARNED_SLEEP_S = 1.6, 3.1  # a closure of just the rule's time may go either way: labelled if longer
SLEEPY_KSS = 6.5  # the rating is 7 from here on: a warning is right [S2], and due from 8 [S1]
SLEEPING_LID_DEPTH = (0.82, 1.0)  # microsleeps are closures of at least 80 % [S1]
FLUTTER_FROM_S, FLUTTERING_SHARE, FLUTTER_S = 2.5, 0.2, (0.12, 0.22)  # the lids come up for a moment [D]
NODS_FROM_S, NODDING_SHARE, NOD_DEG = 2.0, 0.5, (12.0, 20.0)  # drowsy nods [S1]; how often [D]
KSS_EVERY_S = 300.0
RATING_SD = 0.4  # people rate themselves in whole levels, and not quite right
EPISODES_PER_HOUR, EPISODE_APART_S = 40.0, 30.0  # those that would fall near a junction or into another one are left out
EPISODE_ROOM_S = {
    "long": 9.0,
    "chain": 24.0,
    "call": 12.0,
    "short": 4.0,
    "few": 16.0,
}  # of driving on, where it comes in stretches
YAWNING_BOUT_S, YAWNS_APART_S, VISIBLE_YAWNS = 570.0, (35.0, 65.0), 5  # who yawns often enough for a note, and is seen to [D]
READ_FROM_THE_EYES = ("fatigue.microsleep", "fatigue.sleep", "fatigue.drowsiness")  # behind sunglasses nobody can tell them
BUSY_TURNING_DEG_S = 10.0  # nobody reads a speedometer in a turn [D]
LONG_LOOK_S = (4.0, 7.0)  # a warning is due from 3 to 4 s of looking away on (Euro NCAP) [S1]
LEAST_LONG_LOOK_S = 3.2  # ... on roads on which shorter ones are tried as well; not at what lies where the instruments do
BRIEF_LOOK_S = (1.8, 2.8)  # none is due yet
HEAD_AWAY_DEG, HEAD_AWAY_S = 20.0, 2.4  # the default pack asks for 15 degrees and 2 s [D]; a turn takes 0.3 s
CHAIN_AWAY_S, FEW_LOOKS_AWAY_S = 12.5, (5.0, 8.0)  # 10 s in 30 s are warned of (Euro NCAP) [S1]
LONG_LOOK_TARGETS = (acts.LAP, acts.LAP, acts.CENTRE_DISPLAY, acts.CENTRE_DISPLAY, acts.WHEEL_TOP, acts.PASSENGER, acts.GLOVEBOX)
REPEATED_LOOK_TARGETS = (acts.LAP, acts.CENTRE_DISPLAY, acts.WHEEL_TOP)
TARGET_SPREAD_DEG = 4.0  # [D]
WARM_UP_S = 90.0  # packs judge from one minute of driving on


def attentive_drive(driver: DriverProfile, duration_s: float, rng: Rng, roads: Roads = "main") -> Script:
    """A normal driver: mirrors, speedometer, talk, a rare yawn, blinks, junctions, lane changes. Nothing to warn of."""
    drive = Script(duration_s)
    level = float(rng.uniform(2.0, 4.5))
    drive.sleepiness = [(0.0, level), (duration_s, level + 0.5)]
    _behave(drive, driver, rng, roads)
    return drive


def drowsy_drive(driver: DriverProfile, duration_s: float, rng: Rng, roads: Roads = "main") -> Script:
    """Alert at first, then sleepier and sleepier: blinks grow long, lids droop, yawns and then microsleeps come."""
    drive = Script(duration_s)
    first, last = float(rng.uniform(3.0, 4.5)), float(rng.uniform(8.3, 9.0))
    tired_from_s = duration_s * float(rng.uniform(0.15, 0.35))
    drive.sleepiness = [(0.0, first), (tired_from_s, first + 0.5), (duration_s * 0.8, last), (duration_s, last)]
    _behave(drive, driver, rng, roads)
    if roads != "main":
        _yawn_again_and_again(drive, tired_from_s, rng)
    for onset in _poisson(drive, TIRED_YAWNS_PER_HOUR / 3600, rng, tired_from_s):
        drive.mouth.append(_yawn(onset, rng))
    _fall_asleep(drive, rng)
    drowsy_from_s = _time_of_level(drive, SLEEPY_KSS)
    drive.labels.append(Label(drowsy_from_s, duration_s, "fatigue.drowsiness", "sleepy: a rating of 7 and more"))
    if driver.sensor.sunglasses:
        drive.labels[:] = [label for label in drive.labels if label.kind not in READ_FROM_THE_EYES]
    return drive


def distracted_drive(driver: DriverProfile, duration_s: float, rng: Rng, roads: Roads = "main") -> Script:
    """A driver with a phone and an interest in other things: long looks, chains of short ones, calls; and looks that are too
    short and too few to be warned of, which have no label."""
    drive = Script(duration_s)
    drive.sleepiness = [(0.0, 3.0), (duration_s, 3.5)]
    _behave(drive, driver, rng, roads)
    acting = {"long": _look_long, "chain": _look_again_and_again, "call": _call, "short": _look_briefly, "few": _look_a_few_times}
    free_from = WARM_UP_S
    for onset in _poisson(drive, EPISODES_PER_HOUR / 3600, rng, WARM_UP_S):
        kind = rng.choice(["long", "chain", "call", "short", "few"], p=[0.35, 0.25, 0.10, 0.20, 0.10])
        if drive.steady:
            place = _next_place(drive, max(onset, free_from), EPISODE_ROOM_S[str(kind)])
            if place is not None:
                free_from = acting[str(kind)](drive, driver, place, rng) + EPISODE_APART_S
        elif onset >= free_from and is_cruising(drive, onset, onset + EPISODE_APART_S):
            free_from = acting[str(kind)](drive, driver, onset, rng) + EPISODE_APART_S
    return drive


def _behave(drive: Script, driver: DriverProfile, rng: Rng, roads: Roads) -> None:
    """What every driver does."""
    if roads == "main":
        drive_vehicle(drive, rng)
    else:
        drive_on(roads, drive, rng)
    _glance_about(drive, rng)
    _blink(drive, driver, rng)
    _close_slowly(drive, driver, rng)
    for onset in _poisson(drive, TALKS_PER_HOUR / 3600, rng):
        drive.mouth.append(MouthMovement(onset, float(rng.uniform(20, 120)), float(rng.uniform(0.3, 0.6)), "talk"))
    for onset in _poisson(drive, YAWNS_PER_HOUR / 3600, rng):
        drive.mouth.append(_yawn(onset, rng))
    _rate_sleepiness(drive, rng)
    if roads != "main":
        make_hard(drive, driver, rng)


def _yawn(onset: float, rng: Rng) -> MouthMovement:
    duration_s, peak = float(rng.uniform(3.5, 6.3)), float(rng.uniform(0.6, 1.1))
    return MouthMovement(onset, duration_s, peak, "yawn", covered=bool(rng.random() < COVERED_YAWNS))


def _yawn_again_and_again(drive: Script, tired_from_s: float, rng: Rng) -> None:
    """A bout of yawning; labelled if enough of it is to be seen."""
    onset = begin = tired_from_s + float(rng.uniform(0.0, 60.0))
    yawns: list[MouthMovement] = []
    while onset + 10.0 < min(begin + YAWNING_BOUT_S, drive.duration_s):
        yawns.append(_yawn(onset, rng))
        onset += float(rng.uniform(*YAWNS_APART_S))
    visible = [yawn for yawn in yawns if not yawn.covered]
    drive.mouth[:] = [m for m in drive.mouth if m.kind == "yawn" or m.onset + m.duration_s < begin or m.onset > onset] + yawns
    if len(visible) >= VISIBLE_YAWNS:
        end = visible[-1].onset + visible[-1].duration_s
        note = f"{len(visible)} yawns to be seen"
        drive.labels.append(Label(round(visible[0].onset, 3), round(end, 3), "fatigue.yawning", note))


def _next_place(drive: Script, t: float, room_s: float) -> float | None:
    """The first moment from `t` on after which the car drives on for so long without a manoeuvre, and forward is known."""
    for begin, until in drive.steady:
        place = max(t, begin + SETTLED_S)
        if place + room_s <= min(until, drive.duration_s - 5.0) and may_be_judged(drive, place):
            return place
    return None


def _poisson(drive: Script, rate_per_s: float, rng: Rng, start_s: float = 5.0) -> list[float]:
    span = max(0.0, drive.duration_s - start_s - 20.0)
    return sorted(rng.uniform(start_s, start_s + span, rng.poisson(rate_per_s * span)).tolist())


def _glance_about(drive: Script, rng: Rng) -> None:
    onsets = [
        (onset, target, lognormal_s(mean_s, deviation_s, rng))
        for target, mean_s, deviation_s, per_minute in ROUTINE_GLANCES
        for onset in _poisson(drive, per_minute / 60, rng)
    ]
    busy = [(glance.onset - 0.5, glance.onset + glance.duration_s + 0.5) for glance in drive.glances]
    busy += [
        (bend.onset - 0.5, bend.onset + bend.duration_s)
        for bend in drive.bends
        if abs(bend.heading_deg) > BUSY_TURNING_DEG_S * bend.duration_s
    ]
    free_from = 0.0
    for onset, target, length in sorted(onsets, key=lambda item: item[0]):
        begin = max(onset, free_from)
        if any(begin < end and begin + length > start for start, end in busy):
            continue
        drive.glances.append(Glance(begin, length, target))
        # Between two glances the road gets at least a look: more often a long one than a short one.
        free_from = begin + length + float(rng.uniform(0.8, 3.0))


def kss_at(drive: Script, t: float) -> float:
    """How sleepy the driver is."""
    times, levels = zip(*drive.sleepiness, strict=True)
    return float(np.interp(t, times, levels))


def _time_of_level(drive: Script, level: float) -> float:
    times, levels = zip(*drive.sleepiness, strict=True)
    return round(float(np.interp(level, levels, times)), 3)


def _blink(drive: Script, driver: DriverProfile, rng: Rng) -> None:
    onset = 1.0
    while onset < drive.duration_s - 1.0:
        mean_s = BLINK_S + BLINK_S_PER_LEVEL * (kss_at(drive, onset) - 1.0) + driver.blink_longer_s
        # The width at half amplitude is that of the closed lid and half of the ways down and up.
        half_width_s = float(np.clip(rng.normal(mean_s, BLINK_SD_S), 0.05, 0.3))
        drive.closures.append(Closure(onset, max(0.02, half_width_s - 0.09)))
        onset += float(rng.gamma(2.0, 60.0 / driver.blinks_per_min / 2.0)) + 0.4


def _close_slowly(drive: Script, driver: DriverProfile, rng: Rng) -> None:
    """Closures that are longer than a blink, for the share of time that belongs to the level of sleepiness."""
    levels, shares = zip(*SHARE_CLOSED, strict=True)
    t = 1.0
    while True:
        kss = kss_at(drive, t)
        length_s = float(np.clip(rng.lognormal(np.log(SLOW_CLOSURE_S), SLOW_CLOSURE_SPREAD), *SLOW_CLOSURE_LIMITS_S))
        if kss < 6.0:
            length_s = min(length_s, 0.45)
        share = min(0.5, float(np.interp(kss, levels, shares)) * driver.closing_factor)
        onset = t + 0.3 + float(rng.exponential(max(0.1, length_s / share - length_s - 0.3)))
        if onset > drive.duration_s - 2.0:
            return
        drive.closures.append(Closure(onset, length_s))
        t = onset + length_s


def _fall_asleep(drive: Script, rng: Rng) -> None:
    """Microsleeps and longer ones: the lids nearly down or down, at times a flutter, at times the head sinks."""
    free_from = _time_of_level(drive, MICROSLEEP_FROM_KSS)
    for onset in _poisson(drive, MICROSLEEPS_PER_HOUR / 3600, rng, free_from):
        length_s = float(np.clip(rng.lognormal(np.log(MICROSLEEP_MEDIAN_S), MICROSLEEP_SPREAD), 1.0, 15.0))
        if drive.steady:
            place = _next_place(drive, max(onset, free_from), length_s)
            if place is None:
                continue
            onset = place
        end = onset + length_s
        if onset < free_from or not is_cruising(drive, onset, end):
            continue
        _clear_around(drive, onset, end)
        drive.closures += _closures_of_sleep(onset, length_s, rng)
        if length_s > NODS_FROM_S and rng.random() < NODDING_SHARE:
            drive.nods.append(Nod(onset + 0.6, length_s - 0.6, float(rng.uniform(*NOD_DEG))))
        free_from = end + EPISODE_APART_S
        note = f"eyes closed for {length_s:.1f} s"
        kinds = [("fatigue.microsleep", WARNED_MICROSLEEP_S), ("fatigue.sleep", WARNED_SLEEP_S)]
        drive.labels += [Label(round(onset, 3), round(end, 3), kind, note) for kind, least_s in kinds if length_s >= least_s]


def _closures_of_sleep(onset: float, length_s: float, rng: Rng) -> list[Closure]:
    depth = float(rng.uniform(*SLEEPING_LID_DEPTH))
    if length_s < FLUTTER_FROM_S or rng.random() > FLUTTERING_SHARE:
        return [Closure(onset, length_s, depth)]
    first_s = length_s * float(rng.uniform(0.3, 0.7))
    open_s = float(rng.uniform(*FLUTTER_S))
    return [Closure(onset, first_s, depth), Closure(onset + first_s + open_s, length_s - first_s - open_s, depth)]


def _rate_sleepiness(drive: Script, rng: Rng) -> None:
    """What the driver says every five minutes of how sleepy they were since the last time."""
    for begin in np.arange(0.0, drive.duration_s - 1.0, KSS_EVERY_S).tolist():
        end = min(begin + KSS_EVERY_S, drive.duration_s)
        level = kss_at(drive, (begin + end) / 2) + float(rng.normal(0.0, RATING_SD))
        drive.labels.append(Label(begin, end, KSS, "own rating", float(np.clip(round(level), 1, 9))))


def _look_long(drive: Script, driver: DriverProfile, onset: float, rng: Rng) -> float:
    target = _somewhere(LONG_LOOK_TARGETS, rng)
    tries_shorter_ones = bool(drive.steady) and target.name != acts.WHEEL_TOP.name
    length_s = float(rng.uniform(LEAST_LONG_LOOK_S if tries_shorter_ones else LONG_LOOK_S[0], LONG_LOOK_S[1]))
    end = onset + length_s
    _clear_around(drive, onset, end)
    drive.glances.append(Glance(onset, length_s, target))
    _label_look(drive, driver, drive.glances[-1], ("distraction.long",))
    return end


def _look_briefly(drive: Script, driver: DriverProfile, onset: float, rng: Rng) -> float:
    length_s = float(rng.uniform(*BRIEF_LOOK_S))
    _clear_around(drive, onset, onset + length_s)
    drive.glances.append(Glance(onset, length_s, _somewhere(LONG_LOOK_TARGETS, rng)))
    _label_look(drive, driver, drive.glances[-1], ())
    return onset + length_s


def _label_look(drive: Script, driver: DriverProfile, look: Glance, kinds: tuple[str, ...]) -> None:
    """Besides `kinds`, the turned head is labelled where it is clearly turned, for clearly long enough."""
    if look.duration_s >= HEAD_AWAY_S and float(np.hypot(*head_share(look, driver.head_gain))) >= HEAD_AWAY_DEG:
        kinds += ("distraction.head_away",)
    begin, end = round(look.onset, 3), round(look.onset + look.duration_s, 3)
    if driver.sensor.sunglasses and "distraction.head_away" not in kinds:
        return
    drive.labels += [Label(begin, end, kind, f"{look.target.name} for {look.duration_s:.1f} s") for kind in kinds]


def _look_again_and_again(drive: Script, driver: DriverProfile, onset: float, rng: Rng) -> float:
    target = _somewhere(REPEATED_LOOK_TARGETS, rng)
    end = _chain(drive, onset, target, CHAIN_AWAY_S, rng)
    kind, what = "distraction.cumulative", f"short looks at {target.name}"
    if target.name in (acts.LAP.name, acts.WHEEL_TOP.name):
        drive.phone.append(PhoneUse(onset, end - onset, "handheld"))
        if driver.sensor.phone_reader:
            kind, what = "distraction.phone", f"short looks at a phone: {target.name}"
    if not driver.sensor.sunglasses:
        drive.labels.append(Label(round(onset, 3), round(end, 3), kind, what))
    return end


def _look_a_few_times(drive: Script, driver: DriverProfile, onset: float, rng: Rng) -> float:
    return _chain(drive, onset, _somewhere(REPEATED_LOOK_TARGETS, rng), float(rng.uniform(*FEW_LOOKS_AWAY_S)), rng)


def _chain(drive: Script, onset: float, target: Target, away_s: float, rng: Rng) -> float:
    """Looks at the target with short looks at the road in between, for `away_s` in sum; when it ends."""
    looks: list[Glance] = []
    t = onset
    while away_s > 0:
        length_s = float(rng.uniform(1.4, 2.0))
        looks.append(Glance(t, length_s, target))
        away_s -= length_s
        t += length_s + float(rng.uniform(0.7, 1.4))
    end = looks[-1].onset + looks[-1].duration_s
    _clear_around(drive, onset, end)
    drive.glances += looks
    return end


def _somewhere(targets: tuple[Target, ...], rng: Rng) -> Target:
    """One of the targets; nobody looks at just the same spot of it, nor is it there in every car."""
    target = targets[int(rng.integers(len(targets)))]
    yaw_deg, pitch_deg = rng.normal([target.yaw_deg, target.pitch_deg], TARGET_SPREAD_DEG).tolist()
    return Target(target.name, yaw_deg, pitch_deg)


def _call(drive: Script, driver: DriverProfile, onset: float, rng: Rng) -> float:
    """A phone at the ear; nothing tells of it where nothing looks for phones."""
    length_s = float(rng.uniform(8.0, 40.0))
    drive.phone.append(PhoneUse(onset, length_s, "at_ear"))
    if driver.sensor.phone_reader:
        label = Label(round(onset, 3), round(onset + length_s, 3), "distraction.phone", f"a call of {length_s:.0f} s")
        drive.labels.append(label)
    return onset + length_s


def _clear_around(drive: Script, onset: float, end: float) -> None:
    """Make room for an episode: nothing routine happens during it or in the 6 s before it."""
    drive.glances[:] = [g for g in drive.glances if g.onset + g.duration_s < onset - 6.0 or g.onset > end + 1.0]
    drive.closures[:] = [c for c in drive.closures if c.onset + c.duration_s < onset - 0.5 or c.onset > end + 0.5]
    drive.mouth[:] = [m for m in drive.mouth if m.kind != "yawn" or m.onset + m.duration_s < onset - 1.0 or m.onset > end + 1.0]
