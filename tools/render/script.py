"""Reads drive scripts: who sits where in front of which camera, how fast the car goes, and what the driver does when."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import yaml

Hold = Literal["at_ear", "handheld"]
Side = Literal["left", "right"]
Lenses = Literal["left", "right", "both"]

PHONE_PLACE_CM = (5.0, -13.0, 26.0)
"""A phone in the hand: how far to the hand's side, above and in front of the head's origin, in the torso's frame."""
_EYES_CM = (0.0, 2.5, 8.0)  # between the eyes, same frame
_ASIDE, _UP, _AHEAD = np.array(PHONE_PLACE_CM) - np.array(_EYES_CM)
_PHONE_YAW_DEG = float(np.degrees(np.arctan2(_ASIDE, _AHEAD)))
_PHONE_PITCH_DEG = float(np.degrees(np.arctan2(_UP, np.hypot(_ASIDE, _AHEAD))))

# Degrees from straight ahead in a left-hand-drive car: yaw > 0 to the driver's left, pitch > 0 up.
TARGETS = {
    "road": (0.0, 0.0), "mirror_left": (39.0, -9.0), "mirror_inside": (-29.0, 12.0), "mirror_right": (-46.0, -6.0),
    "cluster": (0.0, -22.0), "centre_display": (-33.0, -20.0), "passenger": (-65.0, -2.0), "lap": (-5.0, -46.0),
    "window_driver": (70.0, 0.0), "phone_left": (_PHONE_YAW_DEG, _PHONE_PITCH_DEG),
    "phone_right": (-_PHONE_YAW_DEG, _PHONE_PITCH_DEG),
}  # fmt: skip
ACTIONS = ("glance", "eyes_closed", "yawn", "talk", "head_turn", "absent", "smile", "phone", "drink", "reflect")


class ScriptError(ValueError):
    """A drive script says something that cannot be played; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing the driver does, or the light does to the driver's glasses."""

    at_s: float
    action: str
    for_s: float
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    head_share: float = 0.75
    strength: float = 1.0
    hold: Hold = "at_ear"  # of a phone
    side: Side = "left"  # the driver's hand with a phone or a drink
    lenses: Lenses = "both"  # that mirror
    look: int = 0  # seed of how a thing looks and is held
    labels: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SecondCamera:
    """Another camera that sees the same driver: where it stands from the head, and how wide it sees.

    `yaw_deg` to the driver's left and `pitch_deg` up, from the line between the head and the first camera: the angles that the
    first camera reads of a driver who looks into the second.
    """

    yaw_deg: float
    pitch_deg: float
    distance_cm: float
    field_of_view_deg: float


@dataclass(frozen=True, slots=True)
class Script:
    """A whole scripted drive."""

    title: str
    duration_s: float
    fps: float
    seed: int
    infrared: bool
    person_seed: int
    environment: int
    distance_cm: float
    field_of_view_deg: float
    forward_yaw_deg: float
    forward_pitch_deg: float
    blinks_per_minute: float
    speed_kph: tuple[tuple[float, float], ...]
    events: tuple[Event, ...]
    wears: tuple[str, ...] = ()
    second_camera: SecondCamera | None = None


def read_script(path: Path) -> Script:
    """Read a timeline. Raises ScriptError naming the file and the entry that is wrong."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as problem:
        raise ScriptError(f"{path}: {problem}") from problem
    try:
        camera, driver = raw["camera"], raw["driver"]
        events = tuple(_event(path, index, entry) for index, entry in enumerate(raw["events"]))
        return Script(
            title=str(raw["title"]), duration_s=float(raw["duration_s"]), fps=float(raw["fps"]), seed=int(raw["seed"]),
            infrared=bool(raw["infrared"]), person_seed=int(driver["seed"]), environment=int(raw["environment"]),
            distance_cm=float(camera["distance_cm"]), field_of_view_deg=float(camera["field_of_view_deg"]),
            forward_yaw_deg=float(camera["forward_yaw_deg"]), forward_pitch_deg=float(camera["forward_pitch_deg"]),
            blinks_per_minute=float(driver["blinks_per_minute"]),
            speed_kph=tuple((float(t), float(v)) for t, v in raw["speed_kph"]), events=events,
            wears=tuple(driver.get("wears", ())), second_camera=_second_camera(raw.get("second_camera")),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as problem:
        if isinstance(problem, ScriptError):
            raise
        raise ScriptError(f"{path}: missing or wrong entry: {problem}") from problem


def _second_camera(entry: dict[str, object] | None) -> SecondCamera | None:
    if entry is None:
        return None
    return SecondCamera(**{name: float(str(entry[name])) for name in SecondCamera.__dataclass_fields__})


def _event(path: Path, index: int, entry: dict[str, object]) -> Event:
    def one_of(key: str, allowed: tuple[str, ...], unless_given: str | None = None) -> str:
        value = str(entry.get(key, unless_given))
        if value not in allowed:
            raise ScriptError(f"{path}: events[{index}]: {key}: {value} is none of {', '.join(allowed)}")
        return value

    action = one_of("do", ACTIONS)
    yaw, pitch = TARGETS[one_of("to", tuple(TARGETS), "road")]
    labels = entry.get("labels", [])
    assert isinstance(labels, list)
    holds = action in ("phone", "drink")
    return Event(
        at_s=float(str(entry["at"])), action=action, for_s=float(str(entry["for"])),
        yaw_deg=float(str(entry.get("yaw_deg", yaw))), pitch_deg=float(str(entry.get("pitch_deg", pitch))),
        head_share=float(str(entry.get("head_share", 0.75))), strength=float(str(entry.get("strength", 1.0))),
        hold=one_of("hold", get_args(Hold), None if action == "phone" else "at_ear"),  # type: ignore[arg-type]
        side=one_of("side", get_args(Side), None if holds else "left"),  # type: ignore[arg-type]
        lenses=one_of("lenses", get_args(Lenses), None if action == "reflect" else "both"),  # type: ignore[arg-type]
        look=int(str(entry.get("look", 0))),
        labels=tuple(str(label) for label in labels), note=str(entry.get("note", "")),
    )  # fmt: skip
