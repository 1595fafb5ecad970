"""Planted hours: the roads of the attentive ones, and on them drivers who ought to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tools.traffic import events
from tools.traffic.drive_file import write_drive
from tools.traffic.events import Plant, Planted
from tools.traffic.hours import FPS, VARIANTS, Variant
from tools.traffic.lap import attentive_stretch
from tools.traffic.person import HOURLY, some_person
from tools.traffic.places import country, motorway, town
from tools.traffic.story import Story

ACUTE: tuple[Plant, ...] = (
    events.microsleep,
    events.long_glance,
    events.phone_in_the_lap,
    events.microsleep,
    events.phone_in_a_bend,
    events.long_glance,
    events.short_microsleep,
    events.time_sharing,
    events.sleep,
)
SLOW: tuple[Plant, ...] = (events.growing_drowsiness, events.repeated_closures, events.yawns)
Road = Callable[[Story, float], None]


@dataclass(frozen=True)
class PlantedDrive:
    """A written drive with what was planted in it."""

    variant: str
    vehicle: bool
    path: Path
    planted: tuple[Planted, ...]


def acute_story(road: Road, kph: float, seed: int) -> tuple[Story, tuple[Planted, ...]]:
    """Every acute event once or twice, each after half a minute of that road, on a straight piece at that speed."""
    story = _someone(seed)
    road(story, 75)
    planted = []
    for plant in ACUTE:
        _straight(story, kph)
        planted.append(plant(story))
        story.ahead(12)
        road(story, 30)
    return story, tuple(planted)


def slow_story(plant: Plant, kph: float, seed: int) -> tuple[Story, tuple[Planted, ...]]:
    """Three attentive minutes, then what takes minutes to show."""
    story = _someone(seed)
    motorway(story, 180)
    _straight(story, kph)
    planted = plant(story)
    story.ahead(10)
    return story, (planted,)


def magazine_story(seed: int) -> tuple[Story, tuple[Planted, ...]]:
    """The consumer magazine's second lap: four acts of three seconds, each to be told within three and a half."""
    story = _someone(seed)
    acts = ((-33, -20, None, 0.0), (-36, -22, -26.0, 9.0), (75, -5, None, 0.0), (-4, -55, None, 0.0))
    attentive_stretch(story, 75)
    planted = []
    for yaw, pitch, head, roll in acts:
        _straight(story, float(story.rng.choice([50.0, 80.0, 110.0])))
        begin = story.look(yaw, pitch, 3.0, head_yaw_deg=head, roll_deg=roll)
        story.label("distraction.long", begin, story.t)
        planted.append(Planted("magazine's act, 3.0 s", begin, story.t, begin + 3.5, ("distraction",), "advisory"))
        story.ahead(10)
        attentive_stretch(story, 30)
    return story, tuple(planted)


def stories(drivers: int, seed: int) -> Iterator[tuple[str, Story, tuple[Planted, ...]]]:
    """For each driver a drive with acute events, one with each slow one, and the magazine's lap; with the name of the drive."""
    roads: tuple[tuple[Road, float], ...] = ((motorway, 115.0), (town, 42.0), (country, 80.0))
    for driver in range(drivers):
        base = seed * 1000 + driver * 10
        road, kph = roads[driver % 3]
        yield f"driver{driver:02d}-acute", *acute_story(road, kph, base)
        for at, plant in enumerate(SLOW, start=1):
            yield f"driver{driver:02d}-slow{at}", *slow_story(plant, (100.0, 58.0, 80.0)[driver % 3], base + at)
        yield f"driver{driver:02d}-magazine", *magazine_story(base + 9)


def write_planted(folder: Path, drivers: int, seed: int, variants: tuple[Variant, ...] = VARIANTS[:1]) -> Iterator[PlantedDrive]:
    """Write the planted drives of so many drivers in those variants."""
    for name, story, planted in stories(drivers, seed):
        for variant in variants:
            path = folder / f"{name}-{variant.name.replace(',', '').replace(' ', '_')}.jsonl"
            write_drive(story, path, gaze=variant.gaze, vehicle=variant.vehicle)
            yield PlantedDrive(variant.name, variant.vehicle, path, planted)


def _someone(seed: int) -> Story:
    rng = np.random.default_rng([seed, 991])
    story = Story(50, seed=int(rng.integers(2**31)), fps=FPS, person=some_person(rng), camera=HOURLY)
    story.ahead(20)
    return story


def _straight(story: Story, kph: float) -> None:
    story.steer(0.0)
    story.speed(kph, over_s=5)
    story.ahead(12)
