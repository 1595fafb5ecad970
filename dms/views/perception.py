"""Perception with two cameras: each has its own, and what they see is joined. To the pipeline it is one like any other."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from dms.capture import Silence
from dms.errors import one_line
from dms.health import SecondCameraHealth, SourceHealth
from dms.types import CameraHealth, Frame, Observation
from dms.views.joining import Joiner
from dms.views.pairs import FramePair

LOG = logging.getLogger(__name__)
_TIME_DIGITS = 6


class Perceives(Protocol):
    """Turns frames into observations: `dms.perception.pipeline.Perception`, or `TwoViews` for two cameras."""

    @property
    def faults(self) -> Mapping[str, int]:
        """How often a network's output was unusable, by output."""
        ...

    @property
    def model_hashes(self) -> Mapping[str, str]:
        """The sha256 of the weights by network."""
        ...

    @property
    def camera_note(self) -> str | None:
        """What would help a camera that does not see well, if that is known."""
        ...

    def observe(self, frame: Frame) -> Observation:
        """Return what was seen in the frame."""
        ...

    def observe_silence(self, t: float) -> Observation:
        """Return the observation for a time `t` without a frame."""
        ...

    def new_drive(self) -> None:
        """Forget the driver: another one may take the seat."""
        ...


class _Watched:
    """One camera with its perception, and how it gets on."""

    def __init__(self, name: str, perception: Perceives) -> None:
        self.name = name
        self.perception = perception
        self.state: CameraHealth | None = None
        self.note: str | None = None
        self.failures = 0
        self._failed_before = False

    def see(self, item: Frame | Silence | None) -> Observation | None:
        """What the camera shows, None if it has nothing new. A picture on which a library fails shows nothing."""
        if item is None:
            return None
        if isinstance(item, Silence):
            self.note = item.reason or self.note
            seen = self.perception.observe_silence(item.t)
        else:
            seen = self._read(item)
        self.state = seen.camera
        return seen

    def _read(self, frame: Frame) -> Observation:
        try:
            seen = self.perception.observe(frame)
        except Exception as error:
            self.failures += 1
            self.note = one_line(f"its picture could not be read: {error}")
            if not self._failed_before:  # thirty times a second would fill the log
                LOG.exception("%s: frame %d could not be read", self.name, frame.index)
            self._failed_before = True
            return Observation(frame.t, frame.index, camera=CameraHealth.STALE)
        self._failed_before = False
        self.note = self.perception.camera_note
        return seen


class TwoViews:
    """Watches one driver with two cameras, named for people. Takes `FramePair`s. Not thread-safe.

    A fault with one camera's picture is counted and costs that view alone.

    Raises, in `observe`:
        RuntimeError: neither of two pictures could be read.
    """

    def __init__(self, names: tuple[str, str], perceptions: tuple[Perceives, Perceives], joiner: Joiner) -> None:
        self._watched = _Watched(names[0], perceptions[0]), _Watched(names[1], perceptions[1])
        self._joiner = joiner
        self._index = -1
        self._is_aligned: bool | None = None

    @property
    def faults(self) -> Mapping[str, int]:
        """How often a network's output was unusable, by output, and pictures of each camera that could not be read."""
        faults: Counter[str] = Counter()
        for which, watched in zip(("first", "second"), self._watched, strict=True):
            faults.update(watched.perception.faults)
            if watched.failures:
                faults[f"picture.{which}"] = watched.failures
        return faults

    @property
    def model_hashes(self) -> Mapping[str, str]:
        """The sha256 of the weights by network: both cameras are read by the same."""
        return self._watched[0].perception.model_hashes

    @property
    def camera_note(self) -> str | None:
        """What would help the cameras that do not see well."""
        notes = [f"{watched.name}: {watched.note}" for watched in self._watched if watched.note]
        return "; ".join(notes) or None

    def cameras(self) -> tuple[SourceHealth, SecondCameraHealth]:
        """How each camera gets on. May be called from another thread."""
        first, second = self._watched
        place_deg = self._joiner.alignment.place_deg
        note = _of_second(second.note)
        if self._joiner.alignment.agrees is False:
            note = "it does not see the same head as the first: it is not used"
        yaw_deg, pitch_deg = (None, None) if place_deg is None else (round(place_deg[0], 1), round(place_deg[1], 1))
        return (
            SourceHealth(first.name, first.state, first.note),
            SecondCameraHealth(second.name, second.state, note, yaw_deg, pitch_deg),
        )

    def observe(self, frame: Frame) -> Observation:
        """Return what both cameras show at one moment, in the angles of the first."""
        if not isinstance(frame, FramePair):
            raise TypeError("frames of two cameras come in pairs")
        failures = [watched.failures for watched in self._watched]
        self._index = frame.index
        first, second = (watched.see(item) for watched, item in zip(self._watched, (frame.first, frame.second), strict=True))
        if all(watched.failures > before for watched, before in zip(self._watched, failures, strict=True)):
            raise RuntimeError("neither camera's picture could be read")
        seen = self._joiner.join(round(frame.t, _TIME_DIGITS), frame.index, first, second)
        self._tell_of_place()
        return seen

    def observe_silence(self, t: float) -> Observation:
        """Return the observation for a time at which neither camera delivers anything."""
        first, second = (watched.see(Silence(t, -1, 0.0, "")) for watched in self._watched)
        return self._joiner.join(round(t, _TIME_DIGITS), self._index, first, second)

    def new_drive(self) -> None:
        """Forget the driver. Where the cameras stand is known on."""
        for watched in self._watched:
            watched.perception.new_drive()

    def _tell_of_place(self) -> None:
        """The log says where the second camera stands once that is learned: it can be written into the configuration."""
        alignment = self._joiner.alignment
        if alignment.agrees is None or alignment.agrees is self._is_aligned:
            return
        self._is_aligned = alignment.agrees
        place_deg, second = alignment.place_deg, self._watched[1].name
        if place_deg is not None:
            words = "%s stands at yaw_deg: %.0f, pitch_deg: %.0f from the first camera, seen from the driver's head"
            LOG.info(words, second, *place_deg)
        else:
            words = "%s and the first camera read heads that do not fit together, by %.0f degrees: it is not used"
            LOG.warning(words, second, alignment.spread_deg)


def _of_second(note: str | None) -> str | None:
    """The note with the name that a setting of the camera has for the second one."""
    return note and note.replace("camera.rotate", "second_camera.rotate")
