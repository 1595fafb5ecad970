"""Kinds of road, each with what happens on it and how often: town, country road, motorway, and all of them in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import degrees
from typing import Literal

import numpy as np

from tools.simulate import script as acts
from tools.simulate.circumstances import SUCCESSOR_SHARE, change_drivers
from tools.simulate.journey import Journey
from tools.simulate.manoeuvres import change_lanes, crossing, park, queue, ramp, red_light, roundabout, turn
from tools.simulate.script import Car, Script

Rng = np.random.Generator
Roads = Literal["main", "town", "country", "motorway", "mixed"]
Manoeuvre = Callable[[Journey], None]

SECTION_S = (180.0, 480.0)  # [D] of a kind of road, where they come in turn
STEERING_RATIO, WHEELBASE_M, CHARACTERISTIC_KPH = (14.0, 18.0), (2.5, 2.9), (75.0, 110.0)  # of passenger cars [S2]
WORD_EVERY_S = 0.1  # a slow signal of a vehicle's bus [D]
LEAST_STEADY_S = 4.0


@dataclass(frozen=True)
class Kind:
    """A kind of road.

    `manoeuvres` come one after another, so often in relation to each other, with stretches of driving on between them.
    `lateral_mps2` is how hard its bends are taken, `bend_deg` by how much they turn, `bends_every_s` how often they come;
    `roadside_per_min` is how often the driver looks at what is beside the road.
    """

    speed_kph: tuple[float, float]
    between_s: tuple[float, float]
    manoeuvres: tuple[tuple[Manoeuvre, float], ...]
    bends_every_s: tuple[float, float]
    bend_deg: tuple[float, float]
    lateral_mps2: tuple[float, float]
    scanning_deg: float
    roadside_per_min: float


# Scanning: eyes spread by 3 to 4 degrees on motorways, more on country roads, most in towns (Crundall & Underwood 1998) [S1].
# Bends are taken with 1 to 4 m/s² (Reymond 2001) [S1]; all that is how often and how long is [D].
KINDS: dict[str, Kind] = {
    "town": Kind(
        speed_kph=(28.0, 52.0),
        between_s=(6.0, 35.0),
        manoeuvres=((turn, 0.30), (crossing, 0.20), (red_light, 0.22), (roundabout, 0.14), (queue, 0.08), (park, 0.06)),
        bends_every_s=(12.0, 60.0),
        bend_deg=(10.0, 60.0),
        lateral_mps2=(1.0, 2.5),
        scanning_deg=5.0,
        roadside_per_min=4.0,
    ),
    "country": Kind(
        speed_kph=(65.0, 100.0),
        between_s=(60.0, 200.0),
        manoeuvres=((turn, 0.4), (roundabout, 0.3), (crossing, 0.3)),
        bends_every_s=(6.0, 30.0),
        bend_deg=(8.0, 80.0),
        lateral_mps2=(1.5, 3.0),
        scanning_deg=4.0,
        roadside_per_min=1.0,
    ),
    "motorway": Kind(
        speed_kph=(100.0, 130.0),
        between_s=(30.0, 180.0),
        manoeuvres=((change_lanes, 0.8), (ramp, 0.17), (queue, 0.03)),
        bends_every_s=(30.0, 120.0),
        bend_deg=(5.0, 40.0),
        lateral_mps2=(0.4, 1.0),
        scanning_deg=3.0,
        roadside_per_min=0.5,
    ),
}


def drive_on(roads: Roads, drive: Script, rng: Rng) -> None:
    """Fill in what the vehicle does on such roads, where they go, and the looks that traffic asks for."""
    ratio, wheelbase_m, characteristic_kph = (
        float(rng.uniform(*span)) for span in (STEERING_RATIO, WHEELBASE_M, CHARACTERISTIC_KPH)
    )
    drive.car = Car(ratio, wheelbase_m, characteristic_kph, WORD_EVERY_S)
    journey = Journey(drive, rng)
    stop_at = float(rng.uniform(0.3, 0.7)) * drive.duration_s if rng.random() < SUCCESSOR_SHARE else drive.duration_s
    names = list(KINDS)
    place = int(rng.integers(len(names)))
    while not journey.is_over:
        kind = KINDS[names[place % len(names)] if roads == "mixed" else roads]
        drive.scanning.append((journey.now, kind.scanning_deg))
        until = journey.now + journey.uniform(*SECTION_S)
        while journey.now < until and not journey.is_over:
            _go_along(journey, kind)
            if journey.now >= stop_at:
                change_drivers(journey)
                stop_at = drive.duration_s
            _draw(kind.manoeuvres, rng)(journey)
        place += 1


def _go_along(journey: Journey, kind: Kind) -> None:
    """A stretch without a manoeuvre, with the road's bends."""
    speed_kph = journey.uniform(*kind.speed_kph)
    journey.reach(speed_kph)
    begin, until = journey.now, journey.now + journey.uniform(*kind.between_s)
    while True:
        straight_s = journey.uniform(*kind.bends_every_s)
        if journey.now + straight_s >= until:
            break
        _look_at_the_roadside(journey, kind, straight_s)
        journey.drive(straight_s)
        _bend(journey, kind, speed_kph)
    journey.drive(max(0.0, until - journey.now))
    if journey.now - begin >= LEAST_STEADY_S:
        journey.script.steady.append((begin, journey.now))


def _bend(journey: Journey, kind: Kind, speed_kph: float) -> None:
    heading_deg = journey.uniform(*kind.bend_deg) * (1 if journey.is_likely(0.5) else -1)
    per_s = degrees(journey.uniform(*kind.lateral_mps2) / (speed_kph / 3.6))
    journey.bend(heading_deg, max(2.0, abs(heading_deg) / per_s))


def _look_at_the_roadside(journey: Journey, kind: Kind, within_s: float) -> None:
    """Pedestrians, parked cars, side streets, signs."""
    in_s = 1.0
    for _ in range(int(journey.rng.poisson(kind.roadside_per_min / 60 * within_s))):
        target = journey.one_of(acts.KERB_RIGHT, acts.ACROSS_LEFT, acts.TRAFFIC_SIGN)
        if in_s + 2.0 > within_s:
            return
        in_s = journey.look(target, journey.uniform(0.3, 1.2), in_s) + journey.uniform(0.8, 4.0)


def _draw(choices: tuple[tuple[Manoeuvre, float], ...], rng: Rng) -> Manoeuvre:
    shares = np.cumsum([share for _, share in choices])
    return choices[int(np.searchsorted(shares, rng.random() * shares[-1]))][0]
