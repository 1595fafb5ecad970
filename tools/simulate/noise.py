"""What perception gets wrong, as measured by `tools.simulate.measure_noise`, and how it differs from one video to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import yaml

MEASURED = Path(__file__).with_name("perception_noise.yaml")


@dataclass(frozen=True)
class Jitter:
    """Noise around a smooth course: Gaussian with an exponential memory, and a few frames that are further off.

    Angles are in units of the standard error that perception reports, openness is in its own unit. `outlier_size` is their
    root mean square, `outlier_s` how long one lasts.
    """

    sd: float
    memory_s: float
    outlier_share: float
    outlier_size: float
    outlier_s: float


@dataclass(frozen=True)
class Drift:
    """Error against the truth that a smooth course does not show: a constant, a wrong scale, a delay, and a slow wander.

    `bias` and `slow_sd` are in units of the reported standard error; only rendered drivers have a truth to measure it by.
    """

    bias: float
    gain: float
    lag_s: float
    slow_sd: float
    slow_memory_s: float


@dataclass(frozen=True)
class Angles:
    """One direction. `sigma_deg` is what perception reports 20 degrees off the camera."""

    sigma_deg: float
    yaw: Jitter
    pitch: Jitter
    yaw_drift: Drift | None
    pitch_drift: Drift | None


@dataclass(frozen=True)
class VideoNoise:
    """One video. The lids: openness of open eyes, what a degree of gaze below forward takes off it, what
    the lowest look and a yawn leave of it.

    None where nothing of the kind happens in the video.
    """

    name: str
    kind: str
    seconds: float
    frames_per_s: float
    head: Angles
    gaze: Angles
    openness: Jitter
    mouth: Jitter
    open_eye: float
    closed_mouth: float
    lid_per_deg_down: float | None
    lid_lowest: float | None
    lid_while_yawning: float | None
    head_up_while_yawning_deg: float | None


@dataclass(frozen=True)
class PooledNoise:
    """What takes all videos together. Tables are of (degrees between the head and the camera, value)."""

    seconds: float
    face_lost_episodes: int
    face_lost_per_min_at_most: float
    head_sigma_growth_per_deg: float
    gaze_sigma_growth_per_deg: float
    gaze_sigma_factor_lowered_lids: float
    gaze_needs_openness: float
    visible: float
    far_eye_unreadable: tuple[tuple[float, float], ...]
    both_eyes_unreadable: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PerceptionNoise:
    """The whole measurement."""

    pooled: PooledNoise
    videos: tuple[VideoNoise, ...]

    def of(self, *kinds: str) -> tuple[VideoNoise, ...]:
        """The videos of these kinds: `day`, `night` (both rendered), `car`, `webcam` (both real)."""
        return tuple(video for video in self.videos if video.kind in kinds)

    def known(self, name: str) -> list[float]:
        """The values of one figure in the videos that have it."""
        return [getattr(video, name) for video in self.videos if getattr(video, name) is not None]

    def drifts(self, direction: str, axis: str) -> list[Drift]:
        """The errors against the truth of one axis, of the videos that have a truth."""
        found = [getattr(getattr(video, direction), f"{axis}_drift") for video in self.videos]
        return [drift for drift in found if drift is not None]


def load_noise(path: Path = MEASURED) -> PerceptionNoise:
    """Read a measurement."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    pooled: dict[str, Any] = {name: _tuples(value) for name, value in raw["pooled"].items()}
    return PerceptionNoise(PooledNoise(**pooled), tuple(_video(entry) for entry in raw["videos"]))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _video(raw: Mapping[str, Any]) -> VideoNoise:
    jitters = {name: Jitter(**raw[name]) for name in ("openness", "mouth")}
    return VideoNoise(**{**raw, **jitters, "head": _angles(raw["head"]), "gaze": _angles(raw["gaze"])})


def _angles(raw: Mapping[str, Any]) -> Angles:
    yaw_drift, pitch_drift = (Drift(**raw[f"{axis}_drift"]) if raw[f"{axis}_drift"] else None for axis in ("yaw", "pitch"))
    return Angles(raw["sigma_deg"], Jitter(**raw["yaw"]), Jitter(**raw["pitch"]), yaw_drift, pitch_drift)


def between(first: Jitter, second: Jitter, share: float) -> Jitter:
    """`share` of the way from one to the other, every figure on a logarithmic scale; shares of outliers on a linear one."""
    values = {
        field.name: between_values(getattr(first, field.name), getattr(second, field.name), share) for field in fields(Jitter)
    }
    return Jitter(**values)


def between_values(first: float, second: float, share: float) -> float:
    """The same for one figure: logarithmic where both are positive."""
    if min(first, second) > 0:
        return float(first ** (1 - share) * second**share)
    return (1 - share) * first + share * second


def draw_between(values: Sequence[float], rng: np.random.Generator) -> float:
    """A value anywhere between the least and the greatest that was measured, on a logarithmic scale."""
    return between_values(min(values), max(values), float(rng.random()))
