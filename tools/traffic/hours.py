"""Attentive hours: every place, a quarter of an hour a driver, and each drive as four kinds of installation would record it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tools.traffic.drive_file import write_drive
from tools.traffic.person import HOURLY, some_person
from tools.traffic.places import PLACES
from tools.traffic.story import Story

FPS = 15.0
PIECE_S = 900.0


@dataclass(frozen=True)
class Variant:
    """What an installation knows besides the face."""

    name: str
    gaze: bool
    vehicle: bool


VARIANTS = (
    Variant("gaze and vehicle", True, True),
    Variant("gaze, no vehicle", True, False),
    Variant("head only, vehicle", False, True),
    Variant("head only, no vehicle", False, False),
)


@dataclass(frozen=True)
class HourDrive:
    """A written drive in which nobody was inattentive for `length_s` seconds."""

    place: str
    variant: str
    path: Path
    length_s: float


def attentive_story(place: str, for_s: float, seed: int) -> Story:
    """A driver of that seed, in that place for some `for_s` seconds (a manoeuvre that has begun is told to its end)."""
    rng = np.random.default_rng([seed, sorted(PLACES).index(place)])
    story = Story(40, seed=int(rng.integers(2**31)), fps=FPS, person=some_person(rng), camera=HOURLY)
    story.ahead(20)
    PLACES[place](story, for_s)
    story.ahead(5)
    return story


def write_hours(folder: Path, hours: float, seed: int, places: Sequence[str] = tuple(PLACES)) -> Iterator[list[HourDrive]]:
    """Write so many hours of each place in each variant; a list of drives for each driver, when they are written."""
    for place in places:
        left_s = hours * 3600.0
        piece = 0
        while left_s > 0:
            story = attentive_story(place, min(left_s, PIECE_S), seed * 1000 + piece)
            drives = []
            for variant in VARIANTS:
                path = folder / f"{_file(place)}-driver{piece:02d}-{_file(variant.name)}.jsonl"
                write_drive(story, path, gaze=variant.gaze, vehicle=variant.vehicle)
                drives.append(HourDrive(place, variant.name, path, story.t))
            yield drives
            left_s -= story.t
            piece += 1


def _file(name: str) -> str:
    return name.replace(",", "").replace(" ", "_")
