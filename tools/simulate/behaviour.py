"""How drivers behave, as distributions to draw scripts from.

Sources: glance lengths Taoka 1990 (left mirror 1.10 ± 0.30 s, right mirror 0.75 ± 0.36 s, speedometer 0.62 ± 0.48 s, radio
1.44 ± 0.50 s, log-normal); blinks 111 ± 51 ms at half amplitude and 17 a minute in alert drivers; side looks at junctions
2.4 s (FHWA); yawns 3.5-6.3 s; microsleeps 1-15 s with a median of 3.4 s.
"""

from __future__ import annotations

import numpy as np

from dms.types import Label
from tools.simulate import script as acts
from tools.simulate.script import Closure, DriverProfile, Glance, MouthMovement, Script, Target, VehicleChange

Rng = np.random.Generator

# (target, mean s, deviation s, how many a minute at a steady speed)
ROUTINE_GLANCES: tuple[tuple[Target, float, float, float], ...] = (
    (acts.CLUSTER, 0.62, 0.48, 3.0),
    (acts.DRIVER_MIRROR, 1.10, 0.30, 1.2),
    (acts.INTERIOR_MIRROR, 0.75, 0.36, 1.5),
    (acts.PASSENGER_MIRROR, 0.75, 0.36, 0.5),
    (acts.CENTRE_DISPLAY, 1.44, 0.50, 0.3),
)
LONGEST_ROUTINE_GLANCE_S = 2.5
MICROSLEEP_MEDIAN_S = 3.4


def attentive_drive(driver: DriverProfile, duration_s: float, rng: Rng) -> Script:
    """A normal driver: mirrors, speedometer, talk, a rare yawn, blinks, junctions, lane changes. No label: nothing is wrong."""
    drive = Script(duration_s)
    _drive_vehicle(drive, rng)
    _glance_about(drive, rng)
    _blink(drive, driver.blinks_per_min, rng)
    for onset in _poisson(drive, 12 / 3600, rng):
        drive.mouth.append(MouthMovement(onset, rng.uniform(20, 120), rng.uniform(0.3, 0.6), talk=True))
    for onset in _poisson(drive, 2 / 3600, rng):
        drive.mouth.append(MouthMovement(onset, rng.uniform(3.5, 6.3), rng.uniform(0.6, 0.9), talk=False))
    return drive


def drowsy_drive(driver: DriverProfile, duration_s: float, rng: Rng, tired_from_s: float) -> Script:
    """Attentive at first; from `tired_from_s` on blinks grow long, lids droop, yawns and then microsleeps come."""
    drive = attentive_drive(driver, duration_s, rng)
    slow = _poisson(drive, 6 / 60, rng, tired_from_s)
    drive.closures.extend(Closure(onset, float(rng.uniform(0.4, 0.9))) for onset in slow)
    for onset in _poisson(drive, 12 / 3600, rng, tired_from_s):
        drive.mouth.append(MouthMovement(onset, rng.uniform(3.5, 6.3), rng.uniform(0.6, 0.95), talk=False))
    for onset in _poisson(drive, 15 / 3600, rng, tired_from_s + 120):
        duration_s = float(np.clip(rng.lognormal(np.log(MICROSLEEP_MEDIAN_S), 0.6), 1.0, 15.0))
        _clear_around(drive, onset, onset + duration_s)
        drive.closures.append(Closure(onset, duration_s))
        if duration_s >= 1.6:
            drive.labels.append(Label(onset, onset + duration_s, "fatigue.microsleep", f"eyes closed for {duration_s:.1f} s"))
    return drive


def distracted_drive(driver: DriverProfile, duration_s: float, rng: Rng) -> Script:
    """A driver with a telephone in the lap and an interest in the centre display: long looks and chains of short ones."""
    drive = attentive_drive(driver, duration_s, rng)
    for onset in _poisson(drive, 15 / 3600, rng, 60.0):
        target = acts.LAP if rng.random() < 0.5 else acts.CENTRE_DISPLAY
        if rng.random() < 0.6:
            duration_s = float(rng.uniform(3.6, 7.0))
            _clear_around(drive, onset, onset + duration_s)
            drive.glances.append(Glance(onset, duration_s, target))
            drive.labels.append(Label(onset, onset + duration_s, "distraction.long", f"{target.name} for {duration_s:.1f} s"))
        else:
            end = onset + 24.0
            _clear_around(drive, onset, end)
            drive.glances.extend(Glance(start, 1.6, target) for start in np.arange(onset, end, 2.6).tolist())
            drive.labels.append(Label(onset, end, "distraction.cumulative", f"short looks at {target.name}"))
    return drive


def _poisson(drive: Script, rate_per_s: float, rng: Rng, start_s: float = 5.0) -> list[float]:
    span = max(0.0, drive.duration_s - start_s - 20.0)
    return sorted(rng.uniform(start_s, start_s + span, rng.poisson(rate_per_s * span)).tolist())


def _glance_about(drive: Script, rng: Rng) -> None:
    onsets: list[tuple[float, Target, float]] = []
    for target, mean_s, deviation_s, per_minute in ROUTINE_GLANCES:
        spread = np.sqrt(np.log1p((deviation_s / mean_s) ** 2))
        for onset in _poisson(drive, per_minute / 60, rng):
            length = rng.lognormal(np.log(mean_s) - spread**2 / 2, spread)
            onsets.append((onset, target, float(np.clip(length, 0.2, LONGEST_ROUTINE_GLANCE_S))))
    busy = [(glance.onset - 0.5, glance.onset + glance.duration_s + 0.5) for glance in drive.glances]
    free_from = 0.0
    for onset, target, length in sorted(onsets, key=lambda item: item[0]):
        begin = max(onset, free_from)
        if any(begin < end and begin + length > start for start, end in busy):
            continue
        drive.glances.append(Glance(begin, length, target))
        # Between two glances the road gets at least a look: more often a long one than a short one.
        free_from = begin + length + float(rng.uniform(0.8, 3.0))


def _blink(drive: Script, per_minute: float, rng: Rng) -> None:
    onset = 1.0
    while onset < drive.duration_s - 1.0:
        full_width_s = float(np.clip(rng.normal(0.111, 0.051), 0.05, 0.25))
        drive.closures.append(Closure(onset, max(0.02, full_width_s - 0.09)))
        onset += float(rng.gamma(2.0, 60.0 / per_minute / 2.0)) + 0.4


def _drive_vehicle(drive: Script, rng: Rng) -> None:
    """Main road at 60-110 km/h, with a junction every few minutes: slow down, look both ways, turn, go on."""
    t = 0.0
    while t < drive.duration_s:
        drive.vehicle.append(VehicleChange(t, float(rng.uniform(60, 110))))
        t += float(rng.uniform(120, 360))
        if t + 20 > drive.duration_s:
            break
        to_left = rng.random() < 0.5
        drive.vehicle.append(VehicleChange(t, float(rng.uniform(12, 25)), 0.0, "left" if to_left else "right"))
        side = acts.SIDE_WINDOW if to_left else acts.JUNCTION_RIGHT
        look_s = float(np.clip(rng.normal(2.0, 0.4), 0.8, 2.6))
        drive.glances.append(Glance(t + 4.0, look_s, side))
        turning = VehicleChange(t + 4.0 + look_s, 15.0, 120.0 if to_left else -120.0, "left" if to_left else "right")
        drive.vehicle.append(turning)
        t += 12.0


def _clear_around(drive: Script, onset: float, end: float) -> None:
    """Make room for an episode: nothing routine happens during it or in the 6 s before it."""
    drive.glances[:] = [g for g in drive.glances if g.onset + g.duration_s < onset - 6.0 or g.onset > end + 1.0]
    drive.closures[:] = [c for c in drive.closures if c.onset + c.duration_s < onset - 0.5 or c.onset > end + 0.5]
    drive.labels[:] = [label for label in drive.labels if label.end < onset - 6.0 or label.t > end + 1.0]
