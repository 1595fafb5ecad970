"""The road: main road, junctions, traffic lights and lane changes, and the glances that they demand of every driver."""

from __future__ import annotations

import numpy as np

from dms.types import TurnSignal
from tools.simulate import script as acts
from tools.simulate.script import Glance, Script, Target, VehicleChange

Rng = np.random.Generator

CRUISING_KPH = (60.0, 110.0)
JUNCTION_EVERY_S = (120.0, 360.0)  # [D] a country road
STANDING_SHARE = 0.4  # [D] of the junctions: a red light
STANDING_S = (8.0, 40.0)
LANE_CHANGES_PER_HOUR = 15.0  # [D]
JUNCTION_LOOK_S, JUNCTION_LOOK_SD_S = 2.0, 0.4  # side looks at junctions last 2.4 s with the turn of the head (FHWA)
MIRROR_S, MIRROR_SD_S = 1.10, 0.30  # left mirror (Taoka 1990)
SHOULDER_LOOK_S = (0.5, 1.0)  # [D] over the shoulder into the blind spot
SETTLED_S = 3.0  # attention is back to normal so long after a manoeuvre, where they come thick and fast
SETTLE_S = 15.0  # speed and attention are back to normal so long after a junction


def drive_vehicle(drive: Script, rng: Rng) -> None:
    """Fill in what the vehicle does, and the looks that go with it."""
    t = 0.0
    while t < drive.duration_s:
        cruising_kph = float(rng.uniform(*CRUISING_KPH))
        drive.vehicle.append(VehicleChange(t, cruising_kph))
        junction = t + float(rng.uniform(*JUNCTION_EVERY_S))
        _change_lanes(drive, t + SETTLE_S, junction - SETTLE_S, cruising_kph, rng)
        if junction + 80.0 > drive.duration_s:
            break
        t = _junction(drive, junction, rng)
    drive.vehicle.sort(key=lambda change: change.t)


def is_cruising(drive: Script, begin: float, end: float) -> bool:
    """Whether the vehicle keeps a cruising speed without a manoeuvre, from well before `begin` to `end`."""
    if drive.steady:
        return any(start + SETTLED_S <= begin and end <= until for start, until in drive.steady)
    last = None
    for change in drive.vehicle:
        if change.t <= begin - SETTLE_S:
            last = change
        elif change.t < end:
            return False
    return last is not None and last.speed_kph >= CRUISING_KPH[0] and last.turn_signal == "off"


def _junction(drive: Script, t: float, rng: Rng) -> float:
    """Slow down, stand at a red light or not, look to the side, turn; the time at which the road is free again."""
    to_left = bool(rng.random() < 0.5)
    signal: TurnSignal = "left" if to_left else "right"
    slow_kph = float(rng.uniform(12, 25))
    drive.vehicle.append(VehicleChange(t, slow_kph, 0.0, signal))
    t += 12.0
    if rng.random() < STANDING_SHARE:
        t = _stand(drive, t, signal, rng)
        drive.vehicle.append(VehicleChange(t, slow_kph, 0.0, signal))
    side = acts.SIDE_WINDOW if to_left else acts.JUNCTION_RIGHT
    look_s = float(np.clip(rng.normal(JUNCTION_LOOK_S, JUNCTION_LOOK_SD_S), 0.8, 2.6))
    drive.glances.append(Glance(t, look_s, side))
    t += look_s
    drive.vehicle.append(VehicleChange(t, 15.0, 120.0 if to_left else -120.0, signal))
    return t + 8.0


def _stand(drive: Script, t: float, signal: TurnSignal, rng: Rng) -> float:
    """At a red light drivers look at whatever they like, for as long as they like [D]."""
    until = t + float(rng.uniform(*STANDING_S))
    drive.vehicle.append(VehicleChange(t, 0.0, 0.0, signal))
    targets: tuple[Target, ...] = (acts.CENTRE_DISPLAY, acts.PASSENGER, acts.LAP, acts.SIDE_WINDOW)
    t += 1.0
    while t + 3.0 < until:
        look_s = float(rng.uniform(1.0, min(6.0, until - t - 1.5)))
        drive.glances.append(Glance(t, look_s, targets[int(rng.integers(len(targets)))]))
        t += look_s + float(rng.uniform(1.0, 4.0))
    return until


def _change_lanes(drive: Script, begin: float, end: float, speed_kph: float, rng: Rng) -> None:
    """Indicator, mirror, over the shoulder, mirror."""
    t = begin
    while True:
        t += float(rng.exponential(3600.0 / LANE_CHANGES_PER_HOUR))
        if t + 12.0 > end:
            return
        to_left = bool(rng.random() < 0.5)
        mirror, window = (acts.DRIVER_MIRROR, acts.SIDE_WINDOW) if to_left else (acts.PASSENGER_MIRROR, acts.JUNCTION_RIGHT)
        signal: TurnSignal = "left" if to_left else "right"
        drive.vehicle.append(VehicleChange(t, speed_kph, 0.0, signal))
        drive.vehicle.append(VehicleChange(t + 8.0, speed_kph))
        looks = [mirror_glance_s(rng), float(rng.uniform(*SHOULDER_LOOK_S)), mirror_glance_s(rng)]
        onset = t + 0.5
        for target, look_s in zip((mirror, window, mirror), looks, strict=True):
            drive.glances.append(Glance(onset, look_s, target))
            onset += look_s + float(rng.uniform(0.4, 1.0))
        t += 12.0


def mirror_glance_s(rng: Rng) -> float:
    """A look into an outer mirror."""
    return lognormal_s(MIRROR_S, MIRROR_SD_S, rng)


def lognormal_s(mean_s: float, deviation_s: float, rng: Rng, longest_s: float = 2.5) -> float:
    """A log-normal time with this mean and standard deviation, within reason."""
    spread = float(np.sqrt(np.log1p((deviation_s / mean_s) ** 2)))
    return float(np.clip(rng.lognormal(np.log(mean_s) - spread**2 / 2, spread), 0.2, longest_s))
