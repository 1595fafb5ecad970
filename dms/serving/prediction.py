"""What `POST /predict` answers, and how it is found."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dms.capture import CaptureSettings, FrameSource, Silence, open_source
from dms.capture.pictures import picture_in
from dms.errors import SourceError
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.perception.still_observer import StillObserver
from dms.serving.formats import Kind
from dms.types import SMALLEST_PX, Frame, Observation

SENT = "the body"
"""What messages call the file that was sent."""


class Prediction(msgspec.Struct, frozen=True):
    """What a picture or a clip shows: one observation of a picture, one of each frame of a clip, in order of time.

    `width` and `height` are those of the upright picture in pixels, in which boxes and landmarks are given. Without a face, an
    observation has `face` null. `notes` tell of what was odd about the file.
    """

    kind: Kind
    width: int
    height: int
    observations: tuple[Observation, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """How large what is sent may be, and how many may wait for an answer at a time."""

    body_bytes: int = 64 << 20
    clip_frames: int = 3600
    clip_read_s: float = 120.0
    waiting: int = 8
    silence_s: float = 20.0
    """Whoever sends nothing for so long is hung up on."""
    slowest_bytes_per_s: int = 64 << 10
    """So is who sends less on average, after as long: each keeps one of the few places."""


class Predictor:
    """Reads pictures and clips, one at a time. Not thread-safe.

    Raises:
        ModelError: weights or manifest are missing, altered or unusable.
    """

    def __init__(self, settings: PerceptionSettings, limits: Limits) -> None:
        self._settings, self._limits = settings, limits
        self._stills = StillObserver(settings)
        self.model_hashes = dict(Perception(settings).model_hashes)

    def picture(self, body: bytes) -> Prediction:
        """What a picture shows; it is read on its own.

        Raises:
            SourceError: it cannot be decoded.
        """
        image, note = picture_in(body, SENT)
        _check_size(image.shape[1], image.shape[0])
        seen = self._stills.observe(Frame(0.0, 0, image))
        return Prediction("picture", image.shape[1], image.shape[0], (seen,), (note,) if note else ())

    def clip(self, body: bytes) -> Prediction:
        """What a clip shows; the driver is followed through it.

        Raises:
            SourceError: it cannot be decoded, or has more frames than are allowed.
        """
        with tempfile.NamedTemporaryFile(prefix="dms-clip-", suffix=".video") as file:
            file.write(body)
            file.flush()
            try:
                return self._read_clip(Path(file.name))
            except SourceError as error:
                raise SourceError(str(error).replace(file.name, SENT)) from error

    def _read_clip(self, path: Path) -> Prediction:
        limits, give_up = self._limits, time.monotonic() + self._limits.clip_read_s
        perception, seen, notes = Perception(self._settings), list[Observation](), dict[str, None]()
        with open_source(path, CaptureSettings()) as source:
            _check_size(*(source.size or (SMALLEST_PX, SMALLEST_PX)))
            for delivery in source:
                notes.update(dict.fromkeys(_notes(source)))
                if isinstance(delivery, Silence):
                    seen.append(perception.observe_silence(delivery.t))
                    continue
                if len(seen) == limits.clip_frames:
                    raise SourceError(f"{SENT}: more than {limits.clip_frames} frames")
                if time.monotonic() > give_up:
                    raise SourceError(f"{SENT}: read for more than {limits.clip_read_s:g} s")
                seen.append(perception.observe(delivery))
            notes.update(dict.fromkeys(_notes(source)))
            width, height = source.size or (0, 0)
        if not seen:
            raise SourceError(f"{SENT}: not one frame of this clip can be decoded")
        return Prediction("clip", width, height, tuple(seen), tuple(note.replace(str(path), SENT) for note in notes))


def _check_size(width: int, height: int) -> None:
    if min(width, height) < SMALLEST_PX:
        raise SourceError(f"{SENT}: {width} by {height} pixels; nobody can be seen in less than {SMALLEST_PX} by {SMALLEST_PX}")


def _notes(source: FrameSource) -> Iterator[str]:
    return (event.message for event in source.take_events() if event.kind != "opened")
