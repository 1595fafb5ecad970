"""Signals as perception reports them: noise that lasts, moments without a face, glare on the eyes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dms.types import CameraHealth, DriveRecord, Eye, Eyes, Face, Gaze, Head, Mouth, Observation, VehicleState
from tools.simulate.script import DriverProfile
from tools.simulate.signals import Signal, Signals

VEHICLE_PERIOD_S = 0.5


def records_of(signals: Signals, driver: DriverProfile, rng: np.random.Generator) -> Iterator[DriveRecord]:
    """Observations and vehicle states in the order of their times."""
    t = signals.t
    head_yaw = signals.head_yaw_deg + _lasting_noise(t, driver.head_noise_deg, rng)
    head_pitch = signals.head_pitch_deg + _lasting_noise(t, driver.head_noise_deg, rng)
    gaze_yaw = signals.gaze_yaw_deg + _lasting_noise(t, driver.gaze_noise_deg, rng)
    gaze_pitch = signals.gaze_pitch_deg + _lasting_noise(t, driver.gaze_noise_deg, rng)
    openness = np.clip(signals.openness + rng.normal(0, driver.openness_noise, t.size), 0.0, 1.2)
    mouth = np.clip(signals.mouth + rng.normal(0, 0.02, t.size), 0.0, 1.5)
    face_lost = _episodes(t, driver.dropouts_per_min / 60, 0.05, 0.4, rng)
    glare = _episodes(t, driver.glare_per_hour / 3600, 0.5, 4.0, rng)
    vehicle = list(signals.vehicle)
    state, next_vehicle = None, float(t[0]) if t.size else 0.0
    for i, now in enumerate(t.tolist()):
        while vehicle and vehicle[0].t <= now:
            state = vehicle.pop(0)
        if state is not None and now >= next_vehicle:
            yield VehicleState(now, round(state.speed_kph, 1), state.turn_signal, state.steering_deg, "D")
            next_vehicle = now + VEHICLE_PERIOD_S
        if face_lost[i]:
            yield Observation(t=now, frame=i, camera=CameraHealth.OK)
            continue
        visible = 0.1 if glare[i] else 0.98
        eye = Eye(round(float(openness[i]), 3), visible)
        yield Observation(
            t=now,
            frame=i,
            face=Face(0.98, (220.0, 120.0, 170.0, 200.0)),
            head=Head(round(float(head_yaw[i]), 2), round(float(head_pitch[i]), 2), 0.0, 2.0),
            eyes=Eyes(eye, eye),
            gaze=None if glare[i] else Gaze(round(float(gaze_yaw[i]), 2), round(float(gaze_pitch[i]), 2), driver.gaze_noise_deg),
            mouth=Mouth(round(float(mouth[i]), 3), 0.97),
        )


def _lasting_noise(t: Signal, deviation: float, rng: np.random.Generator, memory_s: float = 0.4) -> Signal:
    """Gaussian noise with an exponential memory: errors of a network last as long as the pose that causes them."""
    period_s = float(np.median(np.diff(t))) if t.size > 1 else memory_s
    keep = float(np.exp(-period_s / memory_s))
    shocks = rng.normal(0.0, deviation * np.sqrt(1 - keep * keep), t.size)
    noise = np.empty_like(t)
    level = float(rng.normal(0.0, deviation))
    for i, shock in enumerate(shocks.tolist()):
        level = keep * level + shock
        noise[i] = level
    return noise


def _episodes(t: Signal, rate_per_s: float, shortest_s: float, longest_s: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    inside = np.zeros(t.size, dtype=bool)
    if not t.size:
        return inside
    for onset in np.sort(rng.uniform(t[0], t[-1], rng.poisson(rate_per_s * (t[-1] - t[0])))):
        inside[int(np.searchsorted(t, onset)) : int(np.searchsorted(t, onset + rng.uniform(shortest_s, longest_s)))] = True
    return inside
