"""A scripted drive seen twice: exactly, as it was scripted, and through pixels at several frame rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dms.config.cabin import Cabin, load_cabin
from dms.config.cabin import Camera as CabinCamera
from dms.perception.head_geometry import angles_from_direction, direction_from_angles, rotation_from_angles
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.types import CueEvent, DriveRecord, Eye, Eyes, Face, Frame, Gaze, Head, Mouth, Observation, VehicleState
from tools.evaluation.cue_events import events_of
from tools.render.drives import DriveRenderer
from tools.render.scene import Studio
from tools.render.script import Script, read_script
from tools.render.timeline import Moment, Timeline

SCRIPT = Path(__file__).with_suffix(".yaml")
EXACT_HZ = 100.0
"""So often the exact driver is looked at: onsets are then known to a hundredth of a second."""
STEPS = {30: 1, 15: 2, 10: 3}
"""Frames a second, and of how many rendered pictures one is taken."""
SOMEWHERE = Face(1.0, (260.0, 160.0, 120.0, 140.0))


@dataclass(frozen=True, slots=True)
class Seen:
    """The events of one drive: as they were, and as they were read by frames a second."""

    exact: tuple[CueEvent, ...]
    read: dict[int, tuple[CueEvent, ...]]


def see(studio: Studio, models: Path | None, script_path: Path = SCRIPT) -> Seen:
    """Render the drive and let perception and fusion look at it at every frame rate. Both know from where the camera looks."""
    script = read_script(script_path)
    timeline, renderer = Timeline(script), DriveRenderer(studio, script)
    cabin = cabin_of(script)
    exact = events_of(merged(exact_observations(timeline, renderer), timeline), cabin)
    observations = observed(timeline, renderer, models)
    return Seen(tuple(exact), {fps: tuple(events_of(merged(seen, timeline), cabin)) for fps, seen in observations.items()})


def cabin_of(script: Script) -> Cabin:
    """The usual cabin with the camera where the script has it."""
    camera = CabinCamera(forward_yaw_deg=script.forward_yaw_deg, forward_pitch_deg=script.forward_pitch_deg)
    return load_cabin().model_copy(update={"camera": camera})


def observed(timeline: Timeline, renderer: DriveRenderer, models: Path | None) -> dict[int, list[Observation]]:
    """What perception says of the same drive at each frame rate; a slower camera sees some of a faster one's pictures."""
    script = timeline.script
    watchers = {fps: Perception(PerceptionSettings(models=models)) for fps in STEPS}
    seen: dict[int, list[Observation]] = {fps: [] for fps in STEPS}
    for index in range(round(script.duration_s * script.fps)):
        t = index / script.fps
        picture = np.ascontiguousarray(renderer.frame(timeline.at(t))[..., ::-1])
        for fps, step in STEPS.items():
            if index % step == 0:
                seen[fps].append(watchers[fps].observe(Frame(t, index // step, picture)))
    return seen


def exact_observations(timeline: Timeline, renderer: DriveRenderer) -> Iterator[Observation]:
    """What a perception without error or delay would say."""
    openings: dict[tuple[object, ...], float] = {}
    for index in range(round(timeline.script.duration_s * EXACT_HZ)):
        t = index / EXACT_HZ
        moment = timeline.at(t)
        eye = Eye(moment.openness, 1.0)
        mouth_is = (moment.yawn, moment.talk, moment.smile)
        if mouth_is not in openings:
            openings[mouth_is] = renderer.mouth_open(moment)
        mouth = Mouth(openings[mouth_is], 1.0)
        yield Observation(
            t, index, face=SOMEWHERE, head=Head(*moment.head_deg), eyes=Eyes(eye, eye), gaze=exact_gaze(moment), mouth=mouth
        )


def exact_gaze(moment: Moment) -> Gaze:
    """Where the eyes look, relative to the ray to the camera."""
    look = rotation_from_angles(*moment.head_deg) @ direction_from_angles(*moment.eyes_deg)
    return Gaze(*angles_from_direction(look))


def merged(observations: Iterator[Observation] | Sequence[Observation], timeline: Timeline) -> Iterator[DriveRecord]:
    """Observations with the vehicle's word once a second among them."""
    next_s = 0.0
    for seen in observations:
        if seen.t >= next_s:
            yield VehicleState(seen.t, speed_kph=timeline.speed_kph(seen.t))
            next_s = seen.t + 1.0
        yield seen
