"""The output of `dms observe` for each source: observations as lines, and a summary for people."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import typer

from dms.capture.source import FrameSource
from dms.console.terminal_text import row
from dms.errors import DmsError
from dms.recording.packed import create_lines
from dms.types import CameraHealth, Observation
from dms.wire import to_json

PROGRESS_EVERY_S = 0.5


def say(text: str) -> None:
    """Print for people, on standard error. Standard output is for observations."""
    typer.echo(row(f"dms: {text}"), err=True)


class ObservationLines:
    """Observations as JSON lines. If `named`, each has its `source`."""

    def __init__(self, file: IO[bytes] | None, *, named: bool) -> None:
        self._file = file
        self._named = named

    @classmethod
    def open(cls, path: Path | None, stack: ExitStack, *, named: bool) -> ObservationLines:
        """Opens the file `path`, which `stack` closes, or standard output if it is `-`. Without a path nothing is written.

        Raises:
            DmsError: the file cannot be written.
        """
        if path is None or str(path) == "-":
            return cls(sys.stdout.buffer if path else None, named=named)
        try:
            return cls(stack.enter_context(create_lines(path)), named=named)
        except OSError as error:
            raise DmsError(f"{path}: cannot be written: {error.strerror}") from error

    def write(self, observation: Observation, source: str) -> None:
        """Append one line."""
        if self._file is None:
            return
        line = to_json(observation)
        if self._named:
            line = line[:-1] + b',"source":' + json.dumps(source).encode() + b"}"
        self._file.write(line + b"\n")
        if self._file is sys.stdout.buffer:
            self._file.flush()


class SourceReport:
    """The figures of one source: frames, faces, time taken, faults. Shows a line of progress on a terminal."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.faults = 0
        self.live = False
        self._frames = 0
        self._faces = 0
        self._dropped = 0
        self._cameras: Counter[CameraHealth] = Counter()
        self._times_ms: list[float] = []
        self._shown_at = time.monotonic()
        self._line_width = 0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure the processor time that one frame takes."""
        began = time.thread_time()
        yield
        self._times_ms.append((time.thread_time() - began) * 1000)

    def count(self, observation: Observation) -> None:
        """Take in one observation."""
        self._frames += 1
        self._faces += observation.face is not None
        self._cameras[observation.camera] += 1
        if sys.stderr.isatty() and time.monotonic() - self._shown_at >= PROGRESS_EVERY_S:
            self._shown_at = time.monotonic()
            self._show(f"{self.source}: {self._counts()}")

    def take_events(self, source: FrameSource) -> None:
        """Report what has happened to the source."""
        self.live, self._dropped = source.live, source.dropped
        for event in source.take_events():
            if event.is_fault:
                self.fault(event.message)
            elif event.kind != "opened":
                self._say(event.message)

    def fault(self, message: str) -> None:
        """Report a fault and remember it."""
        self.faults += 1
        self._say(message)

    def finish(self) -> None:
        """Print the summary."""
        if self._frames:
            self._say(f"{self.source}: {self._counts()}")

    def _counts(self) -> str:
        parts = [
            f"{self._frames} frames",
            f"face in {self._faces} ({self._faces / self._frames:.1%})",
            f"{statistics.median(self._times_ms):.2f} ms of processor a frame",
        ]
        parts += [f"camera {camera} in {count}" for camera, count in self._cameras.items() if camera is not CameraHealth.OK]
        if self._dropped:
            parts.append(f"{self._dropped} dropped")
        return ", ".join(parts)

    def _say(self, message: str) -> None:
        self._show("")
        say(message)

    def _show(self, text: str) -> None:
        """Show one line of progress, which is erased before anything else is printed."""
        if text or self._line_width:
            sys.stderr.write("\r" + text.ljust(self._line_width) + ("" if text else "\r"))
            sys.stderr.flush()
            self._line_width = len(text)
