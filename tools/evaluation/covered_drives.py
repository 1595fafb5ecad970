"""A video made from a recorded drive by painting something over the driver's eyes at times."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from dms.capture.video import VideoFile
from dms.console.overlay_files import OverlayVideo
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from tools.evaluation.paint import COVERS, EYES, painted, spot_of

FIRST_S = 10.0
"""The driver is learned first."""
BOTH_S, ONE_S, BETWEEN_S = 4.0, 1.5, 0.8
"""Both eyes are covered for longer than a closure takes to be called sleep."""
Which = Literal["both", "left", "right"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """So long a cover lies over these eyes."""

    start_s: float
    end_s: float
    cover: str
    which: Which

    @property
    def eyes(self) -> tuple[Literal["left", "right"], ...]:
        """The covered eyes."""
        return ("left", "right") if self.which == "both" else (self.which,)


@dataclass(frozen=True, slots=True)
class CoveredDrive:
    """The video, when what was over the eyes, and the frames (by number) on which it could be painted: with a face in them."""

    video: Path
    stretches: tuple[Stretch, ...]
    painted: frozenset[int]


def schedule(length_s: float, first_cover: int) -> Iterator[Stretch]:
    """Every cover over both eyes, and then over one of them, until the drive ends."""
    names = [*COVERS][first_cover:] + [*COVERS][:first_cover]
    start_s = FIRST_S
    for number, name in enumerate(names):
        pair: tuple[tuple[Which, float], ...] = (("both", BOTH_S), (("left", "right")[number % 2], ONE_S))
        for which, covered_s in pair:
            if start_s + covered_s < length_s:
                yield Stretch(start_s, start_s + covered_s, name, which)
            start_s += covered_s + BETWEEN_S


def cover_drive(drive: Path, folder: Path, models: Path | None, first_cover: int, seed: int) -> CoveredDrive:
    """Paint a drive (a video with its trace beside it) and write it to `folder`, the trace beside it again."""
    perception = Perception(PerceptionSettings(models=models, landmarks=True))
    target = folder / f"{drive.stem}.avi"
    shutil.copyfile(drive.with_suffix(".jsonl"), target.with_suffix(".jsonl"))
    rng, numbers = np.random.default_rng(seed), set()
    with VideoFile(drive) as video, OverlayVideo(target, video.fps) as written:
        stretches = tuple(schedule(video.announced_s or 0.0, first_cover))
        for frame in video:
            picture, landmarks = frame.image, perception.observe(frame).landmarks
            now = next((one for one in stretches if one.start_s <= frame.t < one.end_s), None)
            if now is not None and landmarks is not None:
                numbers.add(frame.index)
                for eye in now.eyes:
                    picture = painted(now.cover, picture, spot_of(np.array(landmarks), EYES[eye]), rng)
            written.write(picture)
    return CoveredDrive(target, stretches, frozenset(numbers))
