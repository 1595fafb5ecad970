"""Real videos, and what is truly known of each: only that a car stands. None of a car that drives is at hand at a frame rate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dms.capture.factory import open_source
from dms.perception.pipeline import Perception
from dms.perception.reader import grey_of
from dms.types import Frame
from tools.outside.cabin import Filmed
from tools.outside.seconds import Second, features, flow_px, readings_of, spans

PERIOD_S = 0.099
"""As far apart are the frames of the rendered drives: what changes between two frames depends on it."""
STANDING = ("yawdd/videos/1.avi", "yawdd/videos/2.avi", "webcam/turns_and_nods.mp4")
"""Two parked cars, with people and cars passing; one room."""


def seconds_of(video: Path, name: str, speed_kph: float | None) -> Iterator[Second]:
    """A real video's seconds, with faces found by perception as it is shipped."""
    for t, recent in spans(readings_of(_filmed(video))):
        yield Second(name, 0, t, speed_kph, None, flow_px(recent), features(recent))


def _filmed(video: Path) -> Iterator[Filmed]:
    perception, next_s = Perception(), 0.0
    with open_source(video) as source:
        for frame in source:
            if isinstance(frame, Frame) and frame.t >= next_s:
                next_s = frame.t + PERIOD_S
                face = perception.observe(frame).face
                yield Filmed(frame.t, grey_of(frame.image), face.box_px if face is not None else None)
