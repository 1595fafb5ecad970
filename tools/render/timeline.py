"""Scripted drivers: a YAML timeline becomes head, eyes, lids and mouth at any moment, a speed trace and labels.

Motion follows what is known of people: heads turn along minimum-jerk profiles whose duration grows with the angle, eyes
lead the head and take what it leaves over, lids follow the eyes, blinks close in 70 ms and open in 150 ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

# Degrees from straight ahead in a left-hand-drive car: yaw > 0 to the driver's left, pitch > 0 up.
TARGETS = {
    "road": (0.0, 0.0), "mirror_left": (39.0, -9.0), "mirror_inside": (-29.0, 12.0), "mirror_right": (-46.0, -6.0),
    "cluster": (0.0, -22.0), "centre_display": (-33.0, -20.0), "passenger": (-65.0, -2.0), "lap": (-5.0, -46.0),
    "window_driver": (70.0, 0.0),
}  # fmt: skip
ACTIONS = ("glance", "eyes_closed", "yawn", "talk", "head_turn", "absent", "smile")
EYES_LEAD_S = 0.08
BLINK_CLOSE_S, BLINK_HOLD_S, BLINK_OPEN_S = 0.07, 0.05, 0.14


class ScriptError(ValueError):
    """A drive script says something that cannot be played; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing the driver does."""

    at_s: float
    action: str
    for_s: float
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    head_share: float = 0.75
    strength: float = 1.0
    labels: tuple[str, ...] = ()
    note: str = ""


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
    options: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """What the driver does at one moment; angles relative to the ray from the camera, openness 0..1."""

    present: bool
    head_deg: tuple[float, float, float]  # yaw, pitch, roll
    eyes_deg: tuple[float, float]  # in the head
    openness: float
    sway_cm: tuple[float, float, float]
    jaw: float
    yawn: float
    talk: tuple[float, float, float]  # jaw, lips rounded, lips stretched
    smile: float


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
            wears=tuple(driver.get("wears", ())),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as problem:
        if isinstance(problem, ScriptError):
            raise
        raise ScriptError(f"{path}: missing or wrong entry: {problem}") from problem


def _event(path: Path, index: int, entry: dict[str, object]) -> Event:
    action = str(entry.get("do"))
    if action not in ACTIONS:
        raise ScriptError(f"{path}: events[{index}]: do: {action} is none of {', '.join(ACTIONS)}")
    yaw, pitch = 0.0, 0.0
    if "to" in entry:
        if str(entry["to"]) not in TARGETS:
            raise ScriptError(f"{path}: events[{index}]: to: {entry['to']} is none of {', '.join(TARGETS)}")
        yaw, pitch = TARGETS[str(entry["to"])]
    labels = entry.get("labels", [])
    assert isinstance(labels, list)
    return Event(
        at_s=float(str(entry["at"])), action=action, for_s=float(str(entry["for"])),
        yaw_deg=float(str(entry.get("yaw_deg", yaw))), pitch_deg=float(str(entry.get("pitch_deg", pitch))),
        head_share=float(str(entry.get("head_share", 0.75))), strength=float(str(entry.get("strength", 1.0))),
        labels=tuple(str(label) for label in labels), note=str(entry.get("note", "")),
    )  # fmt: skip


def min_jerk(x: float) -> float:
    """Minimum-jerk progress, 0 to 1 (Flash and Hogan 1985)."""
    x = min(max(x, 0.0), 1.0)
    return x**3 * (10 - 15 * x + 6 * x**2)


def pulse(t: float, start: float, end: float, rise: float, fall: float) -> float:
    """Goes smoothly from 0 to 1 from `start` on, and back to 0 so that it is over at `end` + `fall`."""
    return min_jerk((t - start) / rise) * (1 - min_jerk((t - end) / fall))


def smooth_noise(t: float, seed: int, period_s: float) -> float:
    """Slow random motion of unit size, the same for the same seed."""
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, 5)
    ratios = np.array([1.0, 0.62, 1.47, 0.31, 2.3])
    return float(np.sin(2 * np.pi * t / period_s * ratios + phases).mean() * 1.6)


class Timeline:
    """Plays a script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.blinks = self._blinks()

    def _blinks(self) -> list[float]:
        generator = np.random.default_rng(self.script.seed)
        mean = 60.0 / self.script.blinks_per_minute
        times, t = [], 1.2
        while t < self.script.duration_s:
            if not any(e.action == "eyes_closed" and e.at_s - 0.6 < t < e.at_s + e.for_s + 0.6 for e in self.script.events):
                times.append(t)
            t += float(np.clip(generator.gamma(4.0, mean / 4.0), 1.0, 9.0))
        return times

    def speed_kph(self, t: float) -> float:
        """Speed at a moment, linear between the script's points."""
        times, values = zip(*self.script.speed_kph, strict=True)
        return float(np.interp(t, times, values))

    def labels(self) -> list[dict[str, object]]:
        """One label per alert expected: `t` the behaviour's onset, `end` its end."""
        return [
            {"topic": "label", "t": e.at_s, "end": round(e.at_s + e.for_s, 3), "kind": kind, "note": e.note}
            for e in self.script.events
            for kind in e.labels
        ]

    def at(self, t: float) -> Moment:
        """The driver at a moment."""
        s = self.script
        head = np.array([0.0, 0.0])
        eyes = np.array([0.0, 0.0])
        closed = yawn = smile = 0.0
        talk = np.zeros(3)
        present = True
        for index, e in enumerate(s.events):
            end = e.at_s + e.for_s
            if e.action in ("glance", "head_turn"):
                head_part, eye_part = self._turn(t, e)
                head += head_part
                eyes += eye_part
            elif e.action == "eyes_closed":
                closed = max(closed, e.strength * pulse(t, e.at_s, end, 0.12, 0.22))
                head += np.array([0.0, -6.0 * e.strength]) * pulse(t, e.at_s + 0.3, end, max(1.2, 0.6 * e.for_s), 0.5)
            elif e.action == "yawn":
                rise = 0.38 * e.for_s
                yawn = max(yawn, e.strength * pulse(t, e.at_s, end - 0.25 * e.for_s, rise, 0.25 * e.for_s))
            elif e.action == "talk" and e.at_s <= t <= end:
                level = pulse(t, e.at_s, end - 0.4, 0.4, 0.4)
                talk = level * self._speech(t, index)
            elif e.action == "smile":
                smile = max(smile, e.strength * pulse(t, e.at_s, end, 0.5, 0.7))
            elif e.action == "absent" and e.at_s <= t < end:
                present = False
        eyes = eyes + self._saccades(t)
        sway = [smooth_noise(t, s.seed + k, p) * a for k, (p, a) in enumerate(((7.0, 0.5), (5.2, 0.35), (9.0, 0.6)))]
        sway[1] += 0.12 * np.sin(2 * np.pi * t / 4.1) + 0.05 * smooth_noise(t, s.seed + 9, 0.21)
        yaw = s.forward_yaw_deg + head[0] + 1.2 * smooth_noise(t, s.seed + 4, 6.0)
        pitch = s.forward_pitch_deg + head[1] + 0.9 * smooth_noise(t, s.seed + 5, 5.0) + 7.0 * yawn
        roll = -0.08 * head[0] + 1.0 * smooth_noise(t, s.seed + 6, 8.0)
        looking_down = float(np.clip(-eyes[1] / 30, 0, 1))
        openness = (0.97 - 0.30 * looking_down) * (1 - 0.55 * yawn) * (1 - 0.2 * smile)
        openness *= (1 - closed) * (1 - self._blink(t))
        return Moment(
            present, (float(yaw), float(pitch), float(roll)), (float(eyes[0]), float(eyes[1])), float(max(openness, 0.0)),
            (sway[0], sway[1], sway[2]), 0.0, yawn, (float(talk[0]), float(talk[1]), float(talk[2])), smile,
        )  # fmt: skip

    def _turn(self, t: float, e: Event) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Head and eye angles of a glance: `for_s` counts from the first movement to the last."""
        target = np.array([e.yaw_deg, e.pitch_deg])
        move = 0.22 + 0.005 * float(np.linalg.norm(target))
        share = e.head_share if e.action == "glance" else 1.0
        end = e.at_s + e.for_s
        head = share * (min_jerk((t - e.at_s - EYES_LEAD_S) / move) - min_jerk((t - end + move) / move))
        line = min_jerk((t - e.at_s) / 0.10) - min_jerk((t - end + move) / 0.10)
        eyes = target * line - target * head
        return target * head, np.clip(eyes, -32, 32)

    def _saccades(self, t: float) -> NDArray[np.float64]:
        """Small fixations on the road, a new one every 0.8 s on average."""
        step = int(t / 0.8)
        offset = np.random.default_rng([self.script.seed, step]).normal(0, [2.0, 1.0])
        before = np.random.default_rng([self.script.seed, step - 1]).normal(0, [2.0, 1.0]) if step else offset
        progress = min_jerk((t - step * 0.8) / 0.05)
        return np.asarray(before + (offset - before) * progress)

    def _blink(self, t: float) -> float:
        worst = 0.0
        for start in self.blinks:
            if start - 0.5 < t < start + 1.0:
                worst = max(worst, pulse(t, start, start + BLINK_CLOSE_S + BLINK_HOLD_S, BLINK_CLOSE_S, BLINK_OPEN_S))
        return worst

    def _speech(self, t: float, index: int) -> NDArray[np.float64]:
        seed = self.script.seed + 31 * index
        jaw = max(0.0, 0.16 + 0.16 * smooth_noise(t, seed, 0.42))
        return np.array([jaw, max(0.0, 0.45 * smooth_noise(t, seed + 1, 0.6)), max(0.0, 0.35 * smooth_noise(t, seed + 2, 0.5))])
