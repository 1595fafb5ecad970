"""What a camera and its networks make of a story: columns of numbers, one value a frame, NaN where nothing is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.traffic.person import Camera, Floats, Person
from tools.traffic.story import Story
from tools.traffic.timeline import Aim, Closure, inside, interpolated, road_yaw_deg, words

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
HEAD_TURN_DEG_PER_S = 150.0
FACE_LOST_BEYOND_DEG = 70.0
LID_PER_DEG = 0.012
"""Lids follow the eyes down: an eye turned down by 30 degrees is open by some third less."""


@dataclass(frozen=True)
class Seen:
    """A drive as it was perceived: `t` in seconds and, of the same length, angles in degrees, openness and mouth in [0, 1]."""

    t: Floats
    head_yaw_deg: Floats
    head_pitch_deg: Floats
    head_roll_deg: Floats
    gaze_yaw_deg: Floats
    gaze_pitch_deg: Floats
    openness: Floats
    mouth: Floats
    face: Floats
    phone: list[str]


def perceive(story: Story) -> Seen:
    """The story through its camera, at its frame rate."""
    rng = np.random.default_rng([story.seed, 77])
    t = np.arange(round(story.t * story.fps)) / story.fps
    persons = [person for _, person in story.people]
    who = np.searchsorted([since for since, _ in story.people], t, side="right") - 1
    road = road_yaw_deg(interpolated(story.speeds, t), interpolated(story.steering, t))
    gaze_yaw, gaze_pitch, head_yaw, head_pitch, roll = _directions(story.aims, persons, who, t, road)
    mount_yaw = interpolated(story.mounts, t) if story.mounts else 0.0
    mount_pitch = interpolated(story.mount_pitches, t) if story.mount_pitches else 0.0
    yaw_0 = np.array([one.forward_yaw_deg for one in persons])[who] + mount_yaw
    pitch_0 = np.array([one.forward_pitch_deg for one in persons])[who] + mount_pitch
    roll_0 = np.array([one.forward_roll_deg for one in persons])[who]
    lids = _lids(story, persons, who, t) * (1 - LID_PER_DEG * np.clip(head_pitch - gaze_pitch - 5, 0, 50))
    face_gone = np.nan_to_num(inside(story.no_face, t)) > 0
    face_gone |= np.abs(head_yaw) > FACE_LOST_BEYOND_DEG
    face_gone |= _dropouts(story.camera, t, rng)
    gaze_gone = face_gone | (np.nan_to_num(inside(story.no_gaze, t)) > 0) | (lids < 0.25 * story.person.openness)
    errors = [_error(story, sigma, len(t), rng) for sigma in _sigmas(story.camera)]
    return Seen(
        t,
        head_yaw + yaw_0 + errors[0],
        head_pitch + pitch_0 + errors[1],
        roll + roll_0 + errors[2],
        np.where(gaze_gone, np.nan, gaze_yaw + yaw_0 + errors[3]),
        np.where(gaze_gone, np.nan, gaze_pitch + pitch_0 + errors[4]),
        np.clip(lids + errors[5] * (0.3 + 0.7 * np.clip(lids, 0, 1)), 0, 1),
        np.clip(_mouth(story, t) + rng.normal(0, 0.02, len(t)), 0, 1.5),
        np.where(face_gone, np.nan, 0.98),
        words(story.phones, t, "none" if story.phones else ""),
    )


def _sigmas(camera: Camera) -> tuple[float, ...]:
    return (camera.head_sigma_deg,) * 3 + (camera.gaze_sigma_deg,) * 2 + (camera.openness_sigma,)


def _error(story: Story, sigma: float, count: int, rng: np.random.Generator) -> Floats:
    return story.camera.noise(sigma, count, story.fps, rng)


def _directions(aims: list[Aim], persons: list[Person], who: Indices, t: Floats, road: Floats) -> tuple[Floats, ...]:
    """Gaze yaw and pitch, head yaw and pitch, roll: each aim is reached by a saccade, and by the head a little later."""
    ordered = sorted(aims, key=lambda aim: aim.t)
    index = np.maximum(0, np.searchsorted([aim.t for aim in ordered], t, side="right") - 1)
    before = np.maximum(0, index - 1)
    since = t - np.array([aim.t for aim in ordered])[index]
    follow = np.array([1.0 if aim.on_road else 0.0 for aim in ordered])
    yaw, pitch = np.array([aim.yaw_deg for aim in ordered]), np.array([aim.pitch_deg for aim in ordered])
    gaze_from, gaze_to = yaw[before] + follow[before] * road, yaw[index] + follow[index] * road
    size = np.hypot(gaze_to - gaze_from, pitch[index] - pitch[before])
    eye = np.clip(since / (0.021 + 0.0022 * size), 0, 1)  # the main sequence of saccades (Carpenter 1988)
    gaze_yaw = gaze_from + (gaze_to - gaze_from) * eye
    gaze_pitch = pitch[before] + (pitch[index] - pitch[before]) * eye
    heads = _head_targets(ordered, persons, who, road, (before, index))
    turn = np.clip((since - 0.04) / (0.15 + np.abs(heads[1] - heads[0]) / HEAD_TURN_DEG_PER_S), 0, 1)
    smooth = turn * turn * (3 - 2 * turn)
    roll = np.array([aim.roll_deg for aim in ordered])
    return (
        gaze_yaw,
        gaze_pitch,
        heads[0] + (heads[1] - heads[0]) * smooth,
        heads[2] + (heads[3] - heads[2]) * smooth,
        roll[before] + (roll[index] - roll[before]) * smooth,
    )


def _head_targets(
    aims: list[Aim], persons: list[Person], who: Indices, road: Floats, steps: tuple[Indices, Indices]
) -> tuple[Floats, ...]:
    """Where the head comes from and goes to in each frame: yaw from, yaw to, pitch from, pitch to."""
    eye_only = np.array([one.eye_only_deg for one in persons])[who]
    gain = np.array([one.head_gain for one in persons])[who]
    given_yaw = np.array([np.nan if aim.head_yaw_deg is None else aim.head_yaw_deg for aim in aims])
    given_pitch = np.array([np.nan if aim.head_pitch_deg is None else aim.head_pitch_deg for aim in aims])
    yaw, pitch = np.array([aim.yaw_deg for aim in aims]), np.array([aim.pitch_deg for aim in aims])
    follow = np.array([1.0 if aim.on_road else 0.0 for aim in aims])
    yaws, pitches = [], []
    for step in steps:
        gaze = yaw[step] + follow[step] * road
        share = np.sign(gaze) * np.clip(np.abs(gaze) - eye_only, 0, None) * gain
        bow = np.sign(pitch[step]) * np.clip(np.abs(pitch[step]) - 0.7 * eye_only, 0, None) * 0.7 * gain
        yaws.append(np.where(np.isnan(given_yaw[step]), share, given_yaw[step]))
        pitches.append(np.where(np.isnan(given_pitch[step]), bow, given_pitch[step]))
    return yaws[0], yaws[1], pitches[0], pitches[1]


def _lids(story: Story, persons: list[Person], who: Indices, t: Floats) -> Floats:
    """How open the eyes are: the driver's own, less squinting, closures and blinks."""
    openness = np.array([one.openness for one in persons])[who]
    share = np.nan_to_num(inside(story.squints, t), nan=1.0)
    down = np.zeros(len(t))
    for closure in [*story.closures, *_blinks(story)]:
        fall, rise = (0.06, 0.10) if closure.blink else (0.10, 0.15)
        # A closure is below a fifth of open for its duration, a blink below half of it.
        early, late = (0.5 * fall, 0.5 * rise) if closure.blink else (0.8 * fall, 0.8 * rise)
        begin, end = closure.t - early, closure.t + closure.duration_s + late
        first, last = np.searchsorted(t, (begin, end))
        part = t[first:last]
        height = np.minimum((part - begin) / fall, (end - part) / rise)
        down[first:last] = np.maximum(down[first:last], np.clip(height, 0, 1))
    return np.asarray(openness * share * (1 - down) + 0.02 * down)


def _blinks(story: Story) -> list[Closure]:
    """Ordinary blinks at the driver's rate, none while the lids are down anyway or where the story forbids them."""
    rng = np.random.default_rng([story.seed, 78])
    blinks: list[Closure] = []
    taken = [(one.t - 0.5, one.t + one.duration_s + 0.5) for one in story.closures] + [(s.t, s.end) for s in story.no_blinks]
    for index, (since, person) in enumerate(story.people):
        until = story.people[index + 1][0] if index + 1 < len(story.people) else story.t
        t = since
        while (t := t + max(0.6, float(rng.gamma(4.0, 60.0 / person.blinks_per_min / 4.0)))) < until:
            if not any(begin < t < end for begin, end in taken):
                blinks.append(Closure(t, float(np.clip(rng.normal(person.blink_s, 0.02), 0.08, 0.22)), blink=True))
    return blinks


def _mouth(story: Story, t: Floats) -> Floats:
    opening = np.full(len(t), 0.04)
    for one in story.mouth:
        first, last = np.searchsorted(t, (one.t, one.t + one.duration_s))
        part = t[first:last]
        ramp = min(0.35, one.duration_s / 3)
        height = np.clip(np.minimum((part - one.t) / ramp, (one.t + one.duration_s - part) / ramp), 0, 1)
        opening[first:last] = np.maximum(opening[first:last], one.openness * height)
    return opening


def _dropouts(camera: Camera, t: Floats, rng: np.random.Generator) -> Flags:
    lost = np.zeros(len(t), bool)
    if len(t):
        for begin in rng.uniform(0, t[-1], rng.poisson(camera.dropouts_per_min * t[-1] / 60)):
            lost |= (t >= begin) & (t < begin + rng.exponential(0.15))
    return lost
