"""Scripted drivers: a script becomes head, eyes, lids and mouth at any moment, a speed trace and labels.

Motion follows what is known of people: heads turn along minimum-jerk profiles whose duration grows with the angle, eyes
lead the head and take what it leaves over, lids follow the eyes, blinks close in 70 ms and open in 150 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tools.render.script import Event, Lenses, Script, Side

EYES_LEAD_S = 0.08
REACH_S = 0.8  # a hand takes so long from the lap to the head, and back
SWEEP_S = 0.35  # a reflection takes so long to come over a lens, and to leave it
BLINK_CLOSE_S, BLINK_HOLD_S, BLINK_OPEN_S = 0.07, 0.05, 0.14


@dataclass(frozen=True, slots=True)
class Holding:
    """A hand with a thing: `lift` 0 it lies in the lap, 1 it is where the thing is used; `shake_cm` it trembles about there."""

    what: Literal["at_ear", "handheld", "drink"]
    side: Side
    look: int
    lift: float
    shake_cm: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Mirroring:
    """A bright window in the lenses: `course` -1 before it comes, 0 over what it hides, 1 gone; `drift` about there."""

    lenses: Lenses
    course: float
    drift: tuple[float, float]
    strength: float


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
    holding: tuple[Holding, ...] = ()
    mirroring: Mirroring | None = None


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
        holding = tuple(self._holdings(t))
        tipped = max((held.lift for held in holding if held.what == "drink"), default=0.0)
        pitch = s.forward_pitch_deg + head[1] + 0.9 * smooth_noise(t, s.seed + 5, 5.0) + 7.0 * yawn + 6.0 * tipped
        roll = -0.08 * head[0] + 1.0 * smooth_noise(t, s.seed + 6, 8.0)
        looking_down = float(np.clip(-eyes[1] / 30, 0, 1))
        openness = (0.97 - 0.30 * looking_down) * (1 - 0.55 * yawn) * (1 - 0.2 * smile)
        openness *= (1 - closed) * (1 - self._blink(t))
        return Moment(
            present, (float(yaw), float(pitch), float(roll)), (float(eyes[0]), float(eyes[1])), float(max(openness, 0.0)),
            (sway[0], sway[1], sway[2]), 0.0, yawn, (float(talk[0]), float(talk[1]), float(talk[2])), smile,
            holding, self._mirroring(t),
        )  # fmt: skip

    def _holdings(self, t: float) -> Iterator[Holding]:
        """What hands hold at `t`: `at_s` and `for_s` count while a thing is in use, the way there and back not."""
        for e in self.script.events:
            if e.action in ("phone", "drink") and e.at_s - REACH_S < t < e.at_s + e.for_s + REACH_S:
                lift = pulse(t, e.at_s - REACH_S, e.at_s + e.for_s, REACH_S, REACH_S)
                shake = [0.25 * smooth_noise(t, self.script.seed + 40 + k, 1.7 + 0.4 * k) for k in range(3)]
                yield Holding(e.hold if e.action == "phone" else "drink", e.side, e.look, lift, (shake[0], shake[1], shake[2]))

    def _mirroring(self, t: float) -> Mirroring | None:
        """The reflection at `t`: `at_s` and `for_s` count while it is over what it hides."""
        for e in self.script.events:
            end = e.at_s + e.for_s
            if e.action == "reflect" and e.at_s - SWEEP_S < t < end + SWEEP_S:
                course = min_jerk((t - e.at_s + SWEEP_S) / SWEEP_S) - 1 + min_jerk((t - end) / SWEEP_S)
                drift = (smooth_noise(t, self.script.seed + 50, 3.0), smooth_noise(t, self.script.seed + 51, 2.3))
                return Mirroring(e.lenses, course, drift, e.strength)
        return None

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
