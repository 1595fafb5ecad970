"""Drivers and drives drawn from a seed, streamed in pieces so that hours of drive need little memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Literal

import numpy as np

from dms.types import DriveRecord, Observation
from tools.simulate.behaviour import attentive_drive, distracted_drive, drowsy_drive
from tools.simulate.script import DriverProfile, Script
from tools.simulate.sensor import records_of
from tools.simulate.signals import signals_of

Mood = Literal["attentive", "drowsy", "distracted"]


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A random generator that depends on the seed and the names alone, on any machine."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def draw_driver(seed: int, number: int) -> DriverProfile:
    """Driver `number` of a corpus."""
    rng = generator(seed, "driver", number)
    return DriverProfile(
        name=f"driver{number:02d}",
        forward_yaw_deg=float(rng.normal(0, 12)),
        forward_pitch_deg=float(rng.normal(-4, 5)),
        head_gain=float(np.clip(rng.normal(0.6, 0.2), 0.05, 1.0)),
        open_eye=float(np.clip(rng.normal(0.9, 0.1), 0.6, 1.1)),
        blinks_per_min=float(np.clip(rng.normal(17, 6), 6, 35)),
        head_noise_deg=float(rng.uniform(0.4, 1.2)),
        gaze_noise_deg=float(rng.uniform(3.0, 6.0)),
        openness_noise=float(rng.uniform(0.02, 0.05)),
        dropouts_per_min=float(rng.uniform(0.1, 1.0)),
        glare_per_hour=float(rng.uniform(0.0, 6.0)),
    )


def draw_script(driver: DriverProfile, mood: Mood, duration_s: float, rng: np.random.Generator) -> Script:
    """What the driver does in one drive."""
    if mood == "drowsy":
        return drowsy_drive(driver, duration_s, rng, tired_from_s=duration_s / 3)
    if mood == "distracted":
        return distracted_drive(driver, duration_s, rng)
    return attentive_drive(driver, duration_s, rng)


def simulate(driver: DriverProfile, script: Script, rng: np.random.Generator, fps: float = 30.0) -> Iterator[DriveRecord]:
    """The drive as records in the order of their times: labels at their onset, vehicle states, observations."""
    t = np.arange(round(script.duration_s * fps)) / fps
    labels = sorted(script.labels, key=lambda label: label.t)
    for record in records_of(signals_of(script, driver, t, rng), driver, rng):
        while labels and isinstance(record, Observation) and labels[0].t <= record.t:
            yield labels.pop(0)
        yield record
    yield from labels


def mood_of(number: int) -> Mood:
    """A corpus is half attentive, a quarter drowsy and a quarter distracted."""
    moods: tuple[Mood, ...] = ("attentive", "drowsy", "attentive", "distracted")
    return moods[number % len(moods)]
