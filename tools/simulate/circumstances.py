"""What makes an attentive driver hard to read: low sun, song, talk, food, a head that leans, a knocked camera, another driver.

How often and how long is [D] throughout, unless a source is named: often enough that every kind comes up in a few hours.
"""

from __future__ import annotations

import numpy as np

from tools.simulate import script as acts
from tools.simulate.journey import Journey
from tools.simulate.manoeuvres import stand
from tools.simulate.script import (
    Absence,
    DriverProfile,
    Glance,
    Lean,
    MouthMovement,
    Script,
    Shift,
    Squint,
    Successor,
)
from tools.simulate.traffic import lognormal_s

Rng = np.random.Generator

LOW_SUN_SHARE, SONG_SHARE, TALK_SHARE, MEAL_SHARE, LEAN_SHARE = 0.25, 0.25, 0.3, 0.2, 0.2  # of the drives
KNOCK_SHARE, SUCCESSOR_SHARE = 0.25, 0.2
KNOCK_DEG, KNOCK_S = (5.0, 18.0), 0.1
SEAT_SHARE, SEAT_DEG, SEAT_S = 0.3, (3.0, 8.0), 4.0  # of the knocks: a seat that is lowered while driving on
SQUINT_OPEN = (0.22, 0.5)  # share of the usual opening that is left; closed is a fifth (P80) [S1]
VOWEL_S, VOWEL_SD_S, VOWEL_MOST_S, VOWEL_PEAK = 0.7, 0.5, 2.8, (0.35, 0.9)  # held vowels of ballads last up to seconds
LAUGH_S, BITE_S = (0.3, 0.9), (0.3, 0.7)
PASSENGER_LOOK_S, PASSENGER_LOOK_SD_S = 0.9, 0.4  # glances at a passenger last about a second
EMPTY_SEAT_S = (12.0, 60.0)
SETTLING_S = (15.0, 60.0)  # seat, belt and mirrors of the next driver
RELEARNING_S = 150.0  # so long after a knock or a change of drivers nothing is planted: two minutes are allowed to find forward


def may_be_judged(drive: Script, begin: float) -> bool:
    """Whether the place of the driver's forward was long enough the same by then."""
    changes = [*(shift.t for shift in drive.shifts), *(successor.t for successor in drive.successors)]
    return not any(t - 30.0 <= begin <= t + RELEARNING_S for t in changes)


def make_hard(drive: Script, driver: DriverProfile, rng: Rng) -> None:
    """Draw what comes up in this drive."""
    if not driver.sensor.night and rng.random() < LOW_SUN_SHARE:
        _low_sun(drive, rng)
    for share, act in ((SONG_SHARE, _sing), (TALK_SHARE, _converse), (MEAL_SHARE, _eat), (LEAN_SHARE, _lean)):
        if rng.random() < share:
            act(drive, rng)
    if rng.random() < KNOCK_SHARE:
        _knock(drive, rng)


def change_drivers(journey: Journey) -> None:
    """Stop, one gets out, another gets in, settles, and pulls off."""
    rng, script = journey.rng, journey.script
    journey.reach(0.0, signal="right")
    journey.go(0.0, signal="off", gear="P")
    journey.drive(journey.uniform(3.0, 15.0))
    empty_s = journey.uniform(*EMPTY_SEAT_S)
    script.absences.append(Absence(journey.now, empty_s))
    journey.drive(empty_s)
    script.successors.append(
        Successor(
            journey.now - 0.1,
            float(rng.normal(0.0, 8.0)),  # the camera turned to the last one, or not; statures differ
            float(rng.normal(0.0, 5.0)),
            float(np.exp(rng.normal(0.0, 0.15))),
            float(np.clip(rng.normal(0.6, 0.2), 0.05, 1.0)),
        )
    )
    stand(journey, journey.uniform(*SETTLING_S))
    journey.go(0.0, signal="left")
    journey.drive(journey.shoulder_looks("left"))
    journey.reach(30.0, signal="left")
    journey.go(30.0, signal="off")


def _spells(drive: Script, number: tuple[int, int], length_s: tuple[float, float], rng: Rng) -> list[tuple[float, float]]:
    """From when to when something lasts, a few times in a drive."""
    count = int(rng.integers(number[0], number[1] + 1))
    begins = np.sort(rng.uniform(30.0, max(31.0, drive.duration_s - 60.0), count)).tolist()
    ends = [begin + float(rng.uniform(*length_s)) for begin in begins]
    # One that would run into the next ends before it.
    ends = [min(end, after - 5.0) for end, after in zip(ends, [*begins[1:], drive.duration_s], strict=True)]
    return [(begin, end) for begin, end in zip(begins, ends, strict=True) if end - begin > 10.0]


def _low_sun(drive: Script, rng: Rng) -> None:
    for begin, end in _spells(drive, (2, 5), (20.0, 240.0), rng):
        drive.squints.append(Squint(begin, end - begin, float(rng.uniform(*SQUINT_OPEN))))


def _sing(drive: Script, rng: Rng) -> None:
    for begin, end in _spells(drive, (1, 3), (120.0, 240.0), rng):
        t = begin
        while t < end:
            length_s = lognormal_s(VOWEL_S, VOWEL_SD_S, rng, VOWEL_MOST_S)
            drive.mouth.append(MouthMovement(t, length_s, float(rng.uniform(*VOWEL_PEAK)), "quick"))
            t += length_s + float(rng.uniform(0.15, 0.6))
            if rng.random() < 0.15:  # between two lines
                t += float(rng.uniform(1.0, 4.0))


def _converse(drive: Script, rng: Rng) -> None:
    for begin, end in _spells(drive, (1, 3), (60.0, 300.0), rng):
        drive.mouth.append(MouthMovement(begin, end - begin, float(rng.uniform(0.3, 0.6)), "talk"))
        t = begin + float(rng.uniform(2.0, 8.0))
        while t < end:
            length_s = lognormal_s(PASSENGER_LOOK_S, PASSENGER_LOOK_SD_S, rng, 2.0)
            if is_free(drive, t, t + length_s):
                drive.glances.append(Glance(t, length_s, acts.PASSENGER))
            if rng.random() < 0.2:
                _laugh(drive, t, rng)
            t += float(rng.uniform(5.0, 15.0))


def _laugh(drive: Script, t: float, rng: Rng) -> None:
    for _ in range(int(rng.integers(2, 7))):
        length_s = float(rng.uniform(*LAUGH_S))
        drive.mouth.append(MouthMovement(t, length_s, float(rng.uniform(0.4, 0.8)), "quick"))
        t += length_s + float(rng.uniform(0.1, 0.3))


def _eat(drive: Script, rng: Rng) -> None:
    for begin, end in _spells(drive, (1, 1), (150.0, 480.0), rng):
        t = begin
        while t < end:
            look_s = float(rng.uniform(0.4, 1.0))
            if is_free(drive, t, t + look_s):
                drive.glances.append(Glance(t, look_s, acts.LAP))
            bite_s = float(rng.uniform(*BITE_S))
            drive.mouth.append(
                MouthMovement(t + 1.2, bite_s, float(rng.uniform(0.4, 0.8)), "quick", covered=bool(rng.random() < 0.5))
            )
            chewing_s = float(rng.uniform(5.0, 15.0))
            drive.mouth.append(MouthMovement(t + 1.5 + bite_s, chewing_s, float(rng.uniform(0.05, 0.2)), "talk"))
            t += 2.0 + bite_s + chewing_s


def _lean(drive: Script, rng: Rng) -> None:
    for begin, end in _spells(drive, (1, 4), (40.0, 300.0), rng):
        side = 1.0 if rng.random() < 0.7 else -1.0  # the window is on the left, where the head then rolls to
        yaw_deg, roll_deg = float(rng.uniform(4.0, 18.0)), float(rng.uniform(6.0, 20.0))
        drive.leans.append(Lean(begin, end - begin, side * yaw_deg, -side * roll_deg))


def _knock(drive: Script, rng: Rng) -> None:
    t = float(rng.uniform(0.25, 0.75)) * drive.duration_s
    if rng.random() < SEAT_SHARE:
        drive.shifts.append(Shift(t, 0.0, float(rng.uniform(*SEAT_DEG)) * float(rng.choice([-1.0, 1.0])), SEAT_S))
        return
    angle, size_deg = float(rng.uniform(0.0, 2 * np.pi)), float(rng.uniform(*KNOCK_DEG))
    drive.shifts.append(Shift(t, size_deg * float(np.cos(angle)), 0.6 * size_deg * float(np.sin(angle)), KNOCK_S))


def is_free(drive: Script, begin: float, end: float) -> bool:
    """Whether the driver looks at nothing else then, and has looked ahead for a moment before."""
    apart_s = 1.0
    looks = ((glance.onset, glance.onset + glance.duration_s) for glance in drive.glances)
    return all(end + apart_s < onset or until + apart_s < begin for onset, until in looks)
