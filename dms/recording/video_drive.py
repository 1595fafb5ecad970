"""Drives that are videos: observations perceived on the way, vehicle trace and labels from the file beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from dms.recording.jsonl import JsonlDrive
from dms.recording.ordering import Placed, in_time_order
from dms.recording.packed import trace_beside
from dms.types import DriveRecord, Observation


class Perceived(Protocol):
    """The observations of one video. `warnings` and `metadata` (model hashes) are complete at the end of an iteration."""

    warnings: list[str]
    metadata: dict[str, str]
    share_read: float

    def __iter__(self) -> Iterator[Observation]: ...


Perceive = Callable[[Path], Perceived]
"""Watches a video. Handed in by the caller: this part of the program knows nothing of pixels."""


class VideoDrive:
    """One video as a drive. Observations in the side file are passed over: the video says what was to be seen."""

    def __init__(self, path: Path, perceive: Perceive) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._perceived = perceive(path)
        side = trace_beside(path)
        self._side = JsonlDrive(side) if side is not None else None

    @property
    def metadata(self) -> dict[str, str]:
        """What perceived the video."""
        return self._perceived.metadata

    @property
    def share_read(self) -> float:
        """How much of the video has been seen, 0 to 1."""
        return self._perceived.share_read

    def __iter__(self) -> Iterator[DriveRecord]:
        streams: list[Iterator[Placed]] = [enumerate(self._perceived)]
        if self._side is not None:
            streams = [self._side.few(), self._side.vehicle(), *streams]
        yield from in_time_order(streams)
        self.warnings = [*(self._side.warnings if self._side else ()), *self._perceived.warnings]
