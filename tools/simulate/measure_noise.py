"""`python -m tools.simulate.measure_noise`: what perception gets wrong, measured on videos, for the simulator.

python -m tools.simulate.measure_noise --car FILE... --webcam FILE... -o tools/simulate/perception_noise.yaml

The bundled rendered drives are always measured: their scripts say what the driver did, so errors against the truth come from
them. Videos of real drivers have no truth; they give the noise around a smooth course, the standard errors that perception
reports, how the lids follow the gaze, and how often faces and eyes are lost. Only these numbers are written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from dms.capture import Silence, open_source
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.types import Observation
from tools.render.script import read_script
from tools.render.timeline import Timeline
from tools.simulate import noise
from tools.simulate.courses import angle_errors, jitter_of, smooth_course
from tools.simulate.noise import Angles, Drift, PooledNoise, VideoNoise

Signal = NDArray[np.float64]

RENDERED = {"day": "day_colour", "night": "night_infrared"}
DRIVES = Path(__file__).parents[2] / "tests/data/drives"
SCRIPTS = Path(__file__).parents[1] / "render/scripts"

READABLE = 0.5  # visibility from which fusion reads an eye
STILL_DEG_PER_S = 12.0
YAWN_MOUTH, SPEECHLESS_MOUTH = 0.6, 0.2
SIGMA_AT_DEG = 20.0
ANGLE_BINS_DEG = (0.0, 15.0, 25.0, 35.0, 45.0, 60.0)
LEAST_S = 0.5  # a figure from less than half a second of frames is none
PITCH_BIN_DEG = 5.0
LEAST_LOOK_DOWN_DEG = 15.0


class Track:
    """The readings of one video as arrays over time, NaN where perception says nothing."""

    def __init__(self, name: str, kind: str, observations: Sequence[Observation]) -> None:
        self.name, self.kind = name, kind
        self.t = np.array([seen.t for seen in observations])
        self.period_s = float(np.median(np.diff(self.t)))
        heads = [seen.head for seen in observations]
        gazes = [seen.gaze for seen in observations]
        self.face = np.array([seen.face is not None for seen in observations])
        self.head_yaw, self.head_pitch = _column(heads, "yaw_deg"), _column(heads, "pitch_deg")
        self.gaze_yaw, self.gaze_pitch = _column(gazes, "yaw_deg"), _column(gazes, "pitch_deg")
        self.head_sigma, self.gaze_sigma = _column(heads, "sigma_deg"), _column(gazes, "sigma_deg")
        eyes = [(seen.eyes.left, seen.eyes.right) if seen.eyes else (None, None) for seen in observations]
        self.visible = np.stack([np.nan_to_num(_column([pair[side] for pair in eyes], "visible")) for side in (0, 1)])
        openness = np.stack([_column([pair[side] for pair in eyes], "openness") for side in (0, 1)])
        readable = np.where(self.visible >= READABLE, self.visible, 0.0)
        weight = readable.sum(0)
        with np.errstate(invalid="ignore"):
            self.openness = (np.nan_to_num(openness) * readable).sum(0) / weight
        self.mouth = _column([seen.mouth for seen in observations], "openness")
        self.off_camera = np.hypot(self.head_yaw, self.head_pitch)
        self.open_eye = float(np.nanquantile(self.openness, 0.9))
        self.is_open = self._away_from(~(self.openness > 0.5 * self.open_eye), 0.3)
        turning = np.hypot(*(np.gradient(smooth_course(self.t, x), self.t) for x in (self.head_yaw, self.head_pitch)))
        self.is_still = turning < STILL_DEG_PER_S
        self.is_silent = self._away_from(self.mouth > SPEECHLESS_MOUTH, 0.3)

    @property
    def seconds(self) -> float:
        """How long the video is."""
        return self.t.size * self.period_s

    def enough(self, frames: NDArray[np.bool_]) -> bool:
        """Whether the frames last long enough for a figure."""
        return float(frames.sum()) * self.period_s >= LEAST_S

    def _away_from(self, frames: NDArray[np.bool_], distance_s: float) -> NDArray[np.bool_]:
        reach = round(distance_s / self.period_s)
        return np.convolve(frames, np.ones(2 * reach + 1), mode="same") < 0.5


def _column(parts: Sequence[object | None], name: str) -> Signal:
    values = [None if part is None else getattr(part, name) for part in parts]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def perceive(path: Path) -> Iterator[Observation]:
    """What `dms observe` says of the video."""
    perception = Perception(PerceptionSettings(landmarks=False))
    with open_source(str(path)) as source:
        for delivery in source:
            yield perception.observe_silence(delivery.t) if isinstance(delivery, Silence) else perception.observe(delivery)


def measure(track: Track, truth: Timeline | None, pooled: PooledNoise) -> VideoNoise:
    """The figures of one video."""
    steady = track.is_still & track.is_open
    growths = pooled.head_sigma_growth_per_deg, pooled.gaze_sigma_growth_per_deg
    head = _angles(track, (track.head_yaw, track.head_pitch), track.head_sigma, growths[0], steady)
    gaze = _angles(track, (track.gaze_yaw, track.gaze_pitch), track.gaze_sigma, growths[1], steady)
    if truth:
        drifts = _drifts(track, truth)
        head = replace(head, yaw_drift=drifts["head yaw"], pitch_drift=drifts["head pitch"])
        gaze = replace(gaze, yaw_drift=drifts["gaze yaw"], pitch_drift=drifts["gaze pitch"])
    yawning = track.mouth > YAWN_MOUTH
    before = track.is_silent
    yawns = track.enough(yawning)
    slope, lowest = _lid_of_looks_down(track)
    return VideoNoise(
        name=track.name,
        kind=track.kind,
        seconds=track.seconds,
        frames_per_s=1 / track.period_s,
        head=head,
        gaze=gaze,
        openness=jitter_of(track.t, track.openness, steady),
        mouth=jitter_of(track.t, track.mouth, track.is_still & track.is_silent),
        open_eye=track.open_eye,
        closed_mouth=float(np.nanmedian(track.mouth[before])),
        lid_per_deg_down=slope,
        lid_lowest=lowest,
        lid_while_yawning=_ratio(track.openness, yawning, before) if yawns else None,
        head_up_while_yawning_deg=_rise(track.head_pitch, yawning, before) if yawns else None,
    )


def _ratio(values: Signal, during: NDArray[np.bool_], otherwise: NDArray[np.bool_]) -> float:
    return min(1.0, float(np.nanmedian(values[during]) / np.nanmedian(values[otherwise])))


def _rise(values: Signal, during: NDArray[np.bool_], otherwise: NDArray[np.bool_]) -> float:
    return float(np.nanmedian(values[during]) - np.nanmedian(values[otherwise]))


def _angles(track: Track, axes: tuple[Signal, Signal], sigma: Signal, growth_per_deg: float, steady: NDArray[np.bool_]) -> Angles:
    near = np.isfinite(sigma) & steady
    at_20 = float(np.exp(np.median(np.log(sigma[near]) - growth_per_deg * (track.off_camera[near] - SIGMA_AT_DEG))))
    yaw, pitch = (jitter_of(track.t, values, steady, unit=sigma) for values in axes)
    return Angles(at_20, yaw, pitch, None, None)


def _growth(off_camera_deg: Signal, sigma: Signal) -> float:
    """How fast the reported standard error grows with the angle, per degree, on a logarithmic scale; 0 if the head rests."""
    if off_camera_deg.size < 10 or np.ptp(np.quantile(off_camera_deg, [0.05, 0.95])) < 10.0:
        return 0.0
    return float(np.polyfit(off_camera_deg, np.log(sigma), 1)[0])


def _lid_of_looks_down(track: Track) -> tuple[float | None, float | None]:
    """What a degree of gaze below the usual takes off the open eye, and the least share of it that is left of it in a look down:
    medians of 5-degree bins, the slope through (0, 1). None if the driver never looks far down."""
    down = np.nanmedian(track.gaze_pitch) - track.gaze_pitch
    seen = np.isfinite(down) & np.isfinite(track.openness) & track.is_silent
    bins = [seen & (down >= low) & (down < low + PITCH_BIN_DEG) for low in np.arange(0.0, 60.0, PITCH_BIN_DEG)]
    bins = [frames for frames in bins if track.enough(frames)]
    degrees = np.array([np.median(down[frames]) for frames in bins])
    if degrees.size < 2 or degrees.max() < LEAST_LOOK_DOWN_DEG:
        return None, None
    left = np.array([np.median(track.openness[frames]) for frames in bins]) / track.open_eye
    return max(0.0, float((degrees * (1.0 - left)).sum() / (degrees * degrees).sum())), float(left.min())


def _drifts(track: Track, truth: Timeline) -> dict[str, Drift]:
    """Errors against what the script says the driver did."""
    fine = np.arange(0.0, track.t[-1] + 0.01, 0.01)
    moments = [truth.at(t) for t in fine.tolist()]
    head = np.array([moment.head_deg[:2] for moment in moments]).T
    gaze = head + np.array([moment.eyes_deg for moment in moments]).T
    signals = {
        "head yaw": (track.head_yaw, head[0], track.head_sigma),
        "head pitch": (track.head_pitch, head[1], track.head_sigma),
        "gaze yaw": (track.gaze_yaw, gaze[0], track.gaze_sigma),
        "gaze pitch": (track.gaze_pitch, gaze[1], track.gaze_sigma),
    }
    return {
        name: angle_errors(track.t, np.where(track.is_open, read, np.nan), fine, true, float(np.nanmedian(sigma)))
        for name, (read, true, sigma) in signals.items()
    }


def pool(tracks: Sequence[Track]) -> PooledNoise:
    """What is measured over all videos together."""
    seconds = sum(track.seconds for track in tracks)
    lost = sum(int((np.diff(track.face.astype(int)) < 0).sum() + (not track.face[0])) for track in tracks)
    # The upper end of a 95 % interval of a Poisson rate: 3 if none was seen ("rule of three"), roughly n + 2 √n + 3 else.
    at_most = (lost + 2 * np.sqrt(lost) + 3.0) / seconds * 60
    growths: dict[str, list[float]] = {"head": [], "gaze": []}
    lowered: list[float] = []
    for track in tracks:
        steady = track.is_still & track.is_open
        for name, sigma in (("head", track.head_sigma), ("gaze", track.gaze_sigma)):
            frames = steady & np.isfinite(sigma)
            growth = _growth(track.off_camera[frames], sigma[frames])
            growths[name] += [growth] if growth else []
        share = track.openness / track.open_eye
        half, whole = (share > 0.25) & (share < 0.55), share > 0.85
        if track.enough(half):
            lowered.append(float(np.nanmedian(track.gaze_sigma[half]) / np.nanmedian(track.gaze_sigma[whole])))
    off_camera = np.concatenate([track.off_camera for track in tracks])
    visible = np.concatenate([track.visible for track in tracks], axis=1)
    shut = visible < READABLE
    openness = np.concatenate([track.openness for track in tracks])
    has_gaze = np.isfinite(np.concatenate([track.gaze_pitch for track in tracks]))
    return PooledNoise(
        seconds=seconds,
        face_lost_episodes=lost,
        face_lost_per_min_at_most=float(at_most),
        head_sigma_growth_per_deg=float(np.median(growths["head"])),
        gaze_sigma_growth_per_deg=float(np.median(growths["gaze"])),
        gaze_sigma_factor_lowered_lids=float(np.median(lowered)),
        gaze_needs_openness=_least_openness(openness, has_gaze),
        visible=float(np.median(visible[~shut])),
        far_eye_unreadable=_by_angle(off_camera, shut.sum(0) == 1),
        both_eyes_unreadable=_by_angle(off_camera, shut.sum(0) == 2),
    )


def _least_openness(openness: Signal, has_gaze: NDArray[np.bool_]) -> float:
    """The openness that best parts the frames with a gaze from those without."""
    limits = np.arange(0.05, 0.5, 0.01)
    wrong = [((openness > limit) != has_gaze).sum() for limit in limits]
    return float(limits[int(np.argmin(wrong))])


def _by_angle(off_camera: Signal, frames: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    edges = pairwise(ANGLE_BINS_DEG)
    bins = [(off_camera >= low) & (off_camera < high) for low, high in edges]
    return tuple((float(np.median(off_camera[inside])), float(frames[inside].mean())) for inside in bins if inside.any())


def rounded(value: Any) -> Any:
    """Four significant digits: what a measurement of seconds deserves."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: rounded(inside) for name, inside in value.items()}
    return [rounded(inside) for inside in value] if isinstance(value, list | tuple) else value


def table(videos: Sequence[VideoNoise]) -> str:
    """The figures for people."""
    lines = [f"{'':28}" + "".join(f"{video.name:>23}" for video in videos)]

    def row(name: str, cells: list[str]) -> None:
        lines.append(f"{name:28}" + "".join(f"{cell:>23}" for cell in cells))

    row("seconds, frames per second", [f"{v.seconds:.1f}, {v.frames_per_s:.0f}" for v in videos])
    for part in ("head", "gaze"):
        of = [getattr(video, part) for video in videos]
        row(f"{part}: sigma reported", [f"{a.sigma_deg:.1f}°" for a in of])
        for axis in ("yaw", "pitch"):
            jitters = [getattr(a, axis) for a in of]
            row(f"  {axis}: sd, memory", [f"{j.sd:.3f} σ, {j.memory_s:.2f} s" for j in jitters])
            row("  outliers: share, size", [f"{j.outlier_share:.1%}, {j.outlier_size:.2f} σ" for j in jitters])
            drifts = [getattr(a, f"{axis}_drift") for a in of]
            row("  bias, gain", [f"{d.bias:+.2f} σ, {d.gain:.2f}" if d else "no truth" for d in drifts])
            row("  lag, slow sd", [f"{d.lag_s:.2f} s, {d.slow_sd:.2f} σ" if d else "no truth" for d in drifts])
    for part in ("openness", "mouth"):
        jitters = [getattr(video, part) for video in videos]
        row(f"{part}: sd, memory", [f"{j.sd:.3f}, {j.memory_s:.2f} s" for j in jitters])
        row("  outliers: share, size", [f"{j.outlier_share:.1%}, {j.outlier_size:.2f}" for j in jitters])
    row("open eye, closed mouth", [f"{v.open_eye:.2f}, {v.closed_mouth:.2f}" for v in videos])
    for name, title, unit in (
        ("lid_per_deg_down", "lid per degree looked down", 100),
        ("lid_lowest", "lid at its lowest then", 100),
        ("lid_while_yawning", "lid while yawning", 100),
        ("head_up_while_yawning_deg", "head up while yawning", 1),
    ):
        of = [getattr(video, name) for video in videos]
        row(title, ["-" if x is None else f"{unit * x:.1f}{' %' if unit == 100 else '°'}" for x in of])
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print the table, write the file."""
    parser = argparse.ArgumentParser(prog="python -m tools.simulate.measure_noise", description="Measure perception's noise.")
    parser.add_argument("--car", type=Path, nargs="*", default=[], help="videos of drivers in a car")
    parser.add_argument("--webcam", type=Path, nargs="*", default=[], help="other videos of one person each")
    parser.add_argument("-o", "--out", type=Path, default=noise.MEASURED)
    options = parser.parse_args()
    sources = [(kind, DRIVES / f"{name}.mp4", name) for kind, name in RENDERED.items()]
    sources += [(kind, path, path.stem) for kind in ("car", "webcam") for path in getattr(options, kind)]
    tracks = []
    for kind, path, name in sources:
        sys.stderr.write(f"{path}\n")
        track = Track(name if kind in RENDERED else f"{kind} {name}", kind, list(perceive(path)))
        tracks.append(track)
    pooled = pool(tracks)
    truths = {name: Timeline(read_script(SCRIPTS / f"{name}.yaml")) for name in RENDERED.values()}
    videos = [measure(track, truths.get(track.name), pooled) for track in tracks]
    sys.stdout.write(table(videos))
    found = {"pooled": rounded(asdict(pooled)), "videos": [rounded(asdict(video)) for video in videos]}
    sys.stdout.write(yaml.safe_dump({"all videos": found["pooled"]}, sort_keys=False))
    options.out.write_text(HEADER + yaml.safe_dump(found, sort_keys=False), encoding="utf-8")


HEADER = """\
# What perception gets wrong. Written by `python -m tools.simulate.measure_noise`, which says how each figure is measured;
# not by hand.
# Sources: the two rendered drives of tests/data/drives (kinds day and night: their scripts are the truth), and videos of real
# people (kinds car and webcam: two in-car videos of YawDD, mirror camera, 640 x 480; one webcam video of head turns and nods),
# of which nothing but these numbers is kept. Angles: sd, size, bias and slow_sd are in units of the standard error that
# perception itself reports.
"""


if __name__ == "__main__":
    main()
