"""Signals as perception reports them: noise that lasts, moments without a face, eyes that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dms.types import CameraHealth, DriveRecord, Eye, Eyes, Face, Gaze, Head, Mouth, Observation
from tools.simulate.courses import HALF_WINDOW_S
from tools.simulate.noise import Drift, Jitter
from tools.simulate.sensor_profile import SIGMA_AT_DEG, DirectionNoise, SensorProfile
from tools.simulate.signals import Signal, Signals

FACE_LOST_S = (0.05, 0.4)  # [D] a hand at the wheel, a hard shadow
GLARE_S = (0.5, 4.0)  # [D] the sun between two trees
UNREADABLE = 0.1
LOWERED = 0.55  # share of the open eye below which the gaze is less certain, as it was measured
UNREADABLE_MEMORY_S = 0.5  # [D] the far eye goes behind the nose for as long as the head stays

Frames = NDArray[np.bool_]


def frame_times(duration_s: float, fps: float, sensor: SensorProfile, rng: np.random.Generator) -> tuple[Signal, list[int]]:
    """When the frames were taken that arrive, and their numbers; the times increase."""
    number = np.arange(round(duration_s * fps))
    jitter = np.clip(rng.normal(0.0, sensor.frame_jitter_s, number.size), -0.4 / fps, 0.4 / fps)
    t = np.maximum(number / fps + jitter, 0.0).round(6)
    kept = rng.random(number.size) >= sensor.frames_lost
    return t[kept], number[kept].tolist()


def records_of(signals: Signals, frames: list[int], sensor: SensorProfile, rng: np.random.Generator) -> Iterator[DriveRecord]:
    """Observations and vehicle states in the order of their times."""
    t = signals.t
    off_camera = np.hypot(signals.head_yaw_deg, signals.head_pitch_deg)
    head_sigma, head_yaw, head_pitch = _read(t, signals.head_yaw_deg, signals.head_pitch_deg, off_camera, sensor.head, 1.0, rng)
    lowered = np.where(signals.openness < LOWERED, sensor.sigma_factor_lowered_lids, 1.0)
    gaze_sigma, gaze_yaw, gaze_pitch = _read(
        t, signals.gaze_yaw_deg, signals.gaze_pitch_deg, off_camera, sensor.gaze, lowered, rng
    )
    openness = np.clip(sensor.open_eye * signals.openness + _jitter(t, sensor.openness, rng), 0.0, 1.0)
    mouth = np.clip(sensor.closed_mouth + signals.mouth + _jitter(t, sensor.mouth, rng), 0.0, 1.5)
    face_lost = _episodes(t, sensor.dropouts_per_min / 60, FACE_LOST_S, rng) | signals.absent
    blinded = _episodes(t, sensor.glare_per_hour / 3600, GLARE_S, rng) | sensor.sunglasses
    far_eye_lost = _far_eye_lost(t, off_camera, sensor, rng)
    # A head turned to the driver's left hides the left eye from the camera first.
    left_lost = blinded | (far_eye_lost & (signals.head_yaw_deg > 0))
    right_lost = blinded | (far_eye_lost & (signals.head_yaw_deg <= 0))
    has_gaze = ~(left_lost & right_lost) & (openness > sensor.gaze_needs_openness)
    vehicle = iter(signals.vehicle)
    upcoming = next(vehicle, None)
    rounded = [np.round(x, 2).tolist() for x in (head_yaw, head_pitch, gaze_yaw, gaze_pitch, signals.head_roll_deg)]
    sigmas = [np.round(x, 1).tolist() for x in (head_sigma, gaze_sigma)]
    shares = [np.round(x, 3).tolist() for x in (openness, mouth)]
    for i, now in enumerate(t.tolist()):
        while upcoming is not None and upcoming.t <= now:
            yield upcoming
            upcoming = next(vehicle, None)
        if face_lost[i]:
            yield Observation(t=now, frame=frames[i], camera=CameraHealth.OK)
            continue
        left = Eye(shares[0][i], UNREADABLE if left_lost[i] else sensor.visible)
        right = Eye(shares[0][i], UNREADABLE if right_lost[i] else sensor.visible)
        yield Observation(
            t=now,
            frame=frames[i],
            face=Face(0.98, (220.0, 120.0, 170.0, 200.0)),
            head=Head(rounded[0][i], rounded[1][i], rounded[4][i], sigmas[0][i]),
            eyes=Eyes(left, right),
            gaze=Gaze(rounded[2][i], rounded[3][i], sigmas[1][i]) if has_gaze[i] else None,
            mouth=Mouth(shares[1][i], UNREADABLE if signals.mouth_covered[i] else sensor.visible),
            phone=signals.phone[i] if sensor.phone_reader else None,
        )


def _read(
    t: Signal,
    yaw: Signal,
    pitch: Signal,
    off_camera: Signal,
    noise: DirectionNoise,
    factor: Signal | float,
    rng: np.random.Generator,
) -> tuple[Signal, Signal, Signal]:
    """The standard error that perception reports, and yaw and pitch as it reads them, degrees."""
    sigma = noise.sigma_deg * np.exp(noise.sigma_growth_per_deg * (off_camera - SIGMA_AT_DEG)) * factor
    errors = [
        drift.bias * noise.sigma_deg + sigma * (_wander(t, drift, rng) + _jitter(t, jitter, rng))
        for drift, jitter in ((noise.yaw_drift, noise.yaw), (noise.pitch_drift, noise.pitch))
    ]
    return sigma, noise.yaw_drift.gain * yaw + errors[0], noise.pitch_drift.gain * pitch + errors[1]


def _wander(t: Signal, drift: Drift, rng: np.random.Generator) -> Signal:
    """Slow and smooth: white noise under a Gaussian window whose autocorrelation falls to 1/e in the memory, but not so fast
    that it would count twice: what changes within half a second is jitter."""
    if not t.size:
        return np.zeros(0)
    width_s = max(drift.slow_memory_s, HALF_WINDOW_S) / 2
    step_s = width_s / 4
    window = np.exp(-0.5 * (np.arange(-16, 17) * step_s / width_s) ** 2)
    knots = np.arange(t[0] - step_s, t[-1] + 2 * step_s, step_s)
    white = rng.normal(0.0, drift.slow_sd, knots.size + window.size - 1)
    # Summed one by one: np.convolve may add in another order on another machine.
    smooth = sum(weight * white[k : k + knots.size] for k, weight in enumerate(window.tolist()))
    return np.asarray(np.interp(t, knots, smooth / np.sqrt((window**2).sum())), dtype=np.float64)


def _jitter(t: Signal, jitter: Jitter, rng: np.random.Generator) -> Signal:
    noise = _lasting_noise(t, jitter.sd, jitter.memory_s, rng)
    if jitter.outlier_share > 0:
        for begin, end in _spans(t, jitter.outlier_share / jitter.outlier_s, (jitter.outlier_s, jitter.outlier_s), rng):
            noise[begin : max(end, begin + 1)] += rng.normal(0.0, jitter.outlier_size)
    return noise


def _lasting_noise(t: Signal, deviation: float, memory_s: float, rng: np.random.Generator) -> Signal:
    """Gaussian noise with an exponential memory: errors of a network last as long as the pose that causes them."""
    shocks = rng.normal(0.0, 1.0, t.size)
    keep = np.exp(-np.diff(t, prepend=t[:1]) / memory_s)
    fresh = (np.sqrt(1 - keep * keep) * shocks).tolist()
    level = float(shocks[0]) if t.size else 0.0
    noise = []
    for kept, shock in zip(keep.tolist(), fresh, strict=True):
        level = kept * level + shock
        noise.append(level)
    return deviation * np.array(noise)


def _far_eye_lost(t: Signal, off_camera: Signal, sensor: SensorProfile, rng: np.random.Generator) -> Frames:
    """The eye behind the nose, for the share of time that was measured at this angle from the camera."""
    angles, shares = zip(*sensor.far_eye_unreadable, strict=True)
    # The logistic curve that is nearest to the normal distribution makes a uniform number of a normal one.
    uniform = 1.0 / (1.0 + np.exp(-1.702 * _lasting_noise(t, 1.0, UNREADABLE_MEMORY_S, rng)))
    return np.asarray(uniform < np.interp(off_camera, angles, shares), dtype=np.bool_)


def _spans(t: Signal, rate_per_s: float, lasting_s: tuple[float, float], rng: np.random.Generator) -> list[tuple[int, int]]:
    """Frames from and to of events at random times."""
    if not t.size:
        return []
    onsets = np.sort(rng.uniform(t[0], t[-1], rng.poisson(rate_per_s * (t[-1] - t[0]))))
    ends = onsets + rng.uniform(*lasting_s, onsets.size)
    return list(zip(np.searchsorted(t, onsets).tolist(), np.searchsorted(t, ends).tolist(), strict=True))


def _episodes(t: Signal, rate_per_s: float, lasting_s: tuple[float, float], rng: np.random.Generator) -> Frames:
    inside = np.zeros(t.size, dtype=bool)
    for begin, end in _spans(t, rate_per_s, lasting_s, rng):
        inside[begin:end] = True
    return inside
