"""Drivers and drives drawn from a seed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from msgspec import structs

from dms.types import DriveRecord, Observation, VehicleState
from tools.simulate.behaviour import BLINK_S_PER_LEVEL, attentive_drive, distracted_drive, drowsy_drive
from tools.simulate.noise import draw_between
from tools.simulate.roads import Roads
from tools.simulate.script import DriverProfile, Script
from tools.simulate.sensor import frame_times, records_of
from tools.simulate.sensor_profile import draw_sensor, measured
from tools.simulate.signals import signals_of

Mood = Literal["attentive", "drowsy", "distracted"]
Known = Literal["all", "no_vehicle", "no_gaze", "head_only"]
"""What an installation knows besides head and eyelids: gaze and vehicle; gaze; vehicle; neither."""

PREVIEW_S = (1.0, 2.5)  # drivers look at the road of 1 to 2 s ahead (Land & Lee 1994; Lehtonen et al. 2014), some beyond
NIGHT_SHARE = 0.25  # [D] of the drivers drive at night, before an infrared camera


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A random generator that depends on the seed and the names alone, on any machine."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def draw_driver(seed: int, number: int, *, phone_reader: bool = False) -> DriverProfile:
    """Driver `number` of a corpus. `phone_reader`: perception tells of phones, which the one that comes with dms does not."""
    rng = generator(seed, "driver", number)
    noise = measured()
    sensor = draw_sensor(rng, night=bool(rng.random() < NIGHT_SHARE))
    return DriverProfile(
        name=f"driver{number:02d}",
        forward_yaw_deg=float(rng.normal(0, 12)),
        forward_pitch_deg=float(rng.normal(-4, 5)),
        head_gain=float(np.clip(rng.normal(0.6, 0.2), 0.05, 1.0)),
        blinks_per_min=float(np.clip(rng.normal(17, 6), 6, 35)),
        # People differ by 1.7 times what a level of sleepiness makes [S1].
        blink_longer_s=float(rng.normal(0.0, 1.7 * BLINK_S_PER_LEVEL)),
        closing_factor=float(np.exp(rng.normal(0.0, 0.3))),
        lid_per_deg_down=draw_between(noise.known("lid_per_deg_down"), rng),
        lid_lowest=min(noise.known("lid_lowest")),
        lid_while_yawning=draw_between(noise.known("lid_while_yawning"), rng),
        head_up_while_yawning_deg=draw_between(noise.known("head_up_while_yawning_deg"), rng),
        sensor=replace(sensor, phone_reader=phone_reader),
        preview_s=float(rng.uniform(*PREVIEW_S)),
    )


def draw_script(driver: DriverProfile, mood: Mood, duration_s: float, rng: np.random.Generator, roads: Roads = "main") -> Script:
    """What the driver does in one drive."""
    if mood == "drowsy":
        return drowsy_drive(driver, duration_s, rng, roads)
    if mood == "distracted":
        return distracted_drive(driver, duration_s, rng, roads)
    return attentive_drive(driver, duration_s, rng, roads)


def simulate(driver: DriverProfile, script: Script, rng: np.random.Generator, fps: float = 30.0) -> Iterator[DriveRecord]:
    """The drive as records in the order of their times: labels at their onset, vehicle states, observations."""
    t, frames = frame_times(script.duration_s, fps, driver.sensor, rng)
    labels = sorted(script.labels, key=lambda label: (label.t, label.kind))
    for record in records_of(signals_of(script, driver, t, rng), frames, driver.sensor, rng):
        while labels and isinstance(record, Observation) and labels[0].t <= record.t:
            yield labels.pop(0)
        yield record
    yield from labels


def as_known(records: Iterable[DriveRecord], known: Known) -> Iterator[DriveRecord]:
    """The records that an installation has that knows no more than this."""
    for record in records:
        if isinstance(record, VehicleState):
            if known in ("all", "no_gaze"):
                yield record
        elif isinstance(record, Observation) and known in ("no_gaze", "head_only"):
            yield structs.replace(record, gaze=None)
        else:
            yield record


def known_of(number: int) -> Known:
    """Of five cars of a corpus one has no vehicle data and one no gaze; of ten, one has neither [D]."""
    known: tuple[Known, ...] = ("all", "all", "no_vehicle", "all", "no_gaze", "all", "all", "no_vehicle", "all", "head_only")
    return known[number % len(known)]


def mood_of(number: int) -> Mood:
    """A corpus is half attentive, a quarter drowsy and a quarter distracted."""
    moods: tuple[Mood, ...] = ("attentive", "drowsy", "attentive", "distracted")
    return moods[number % len(moods)]
