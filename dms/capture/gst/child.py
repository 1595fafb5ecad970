"""The process in which a pipeline runs, seen from outside: it is started, read with a limit of time, and ended."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import msgspec

from dms.capture.gst import program
from dms.capture.opencv import LARGEST_PIXELS
from dms.errors import SourceError, one_line

SYSTEM_PYTHON = "/usr/bin/python3"
ENDS_WITHIN_S = 2.0
LARGEST_MESSAGE_BYTES = 2 * LARGEST_PIXELS + program.STAMP.size


class Look(msgspec.Struct, frozen=True):
    """What pictures look like: width, height and the bytes of a row; the bits of a pixel, 8 or 16; whether black is 16 and white
    235; the width of a pixel over its height; and the stated rate, None if there is none."""

    width: int
    height: int
    stride: int
    bits: int
    limited_range: bool
    pixel_aspect: float
    fps: float | None
    format: str


class Picture(msgspec.Struct, frozen=True):
    """One picture: its `time.monotonic()` of capture, how many were left out since the one before, and its rows."""

    stamp_s: float
    left_out: int
    rows: memoryview


class Child:
    """A running pipeline, of the words that gst-launch-1.0 would take.

    Raises:
        SourceError: no process can be started.
    """

    def __init__(self, name: str, words: Sequence[str]) -> None:
        self._name = name
        self._process = _started(name)
        _tell(self._process, words)
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._output, select.POLLIN)

    def next(self, within_s: float) -> Look | Picture:
        """Return what comes next.

        Raises:
            SourceError: nothing came in time, or the pipeline has ended; the message says why.
        """
        give_up_s = time.monotonic() + within_s
        kind, size = program.HEAD.unpack(self._read(program.HEAD.size, give_up_s, within_s))
        if size > LARGEST_MESSAGE_BYTES:
            raise SourceError(f"{self._name}: its pictures have more than {LARGEST_PIXELS} pixels")
        content = self._read(size, give_up_s, within_s)
        if kind == program.END:
            raise SourceError(f"{self._name}: {one_line(bytes(content).decode(errors='replace'))}")
        if kind == program.LOOK:
            look = msgspec.json.decode(content, type=Look)
            if look.width * look.height > LARGEST_PIXELS:
                raise SourceError(f"{self._name}: its pictures have more than {LARGEST_PIXELS} pixels")
            return look
        stamp_ns, left_out = program.STAMP.unpack_from(content)
        return Picture(stamp_ns / 1e9, left_out, content[program.STAMP.size :])

    def _read(self, size: int, give_up_s: float, within_s: float) -> memoryview:
        content = memoryview(bytearray(size))
        got = 0
        while got < size:
            left_s = give_up_s - time.monotonic()
            if left_s <= 0 or not self._poll.poll(left_s * 1000):
                raise SourceError(f"{self._name}: the pipeline delivers no picture (waited {within_s:g} s)")
            count = os.readv(self._output, [content[got:]])
            if count == 0:
                raise SourceError(f"{self._name}: {self._how_it_ended()}")
            got += count
        return content

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            return "the pipeline's process says no more"
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return f"the pipeline's process {how}"

    def close(self) -> None:
        """End the process."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def check_words(name: str, words: Sequence[str], within_s: float) -> None:
    """Have a pipeline built, but not run: no camera is opened.

    Raises:
        SourceError: GStreamer is missing, or it is no pipeline: a misspelt or missing element, a property that there is not.
    """
    process = _started(name, "--check")
    _tell(process, words)
    try:
        output, _ = process.communicate(timeout=within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise SourceError(f"{name}: GStreamer did not answer within {within_s:g} s") from None
    if process.returncode:
        why = one_line(output[program.HEAD.size :].decode(errors="replace"))
        raise SourceError(f"{name}: {why or f'exit code {process.returncode}'}")


def _started(name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """The program on its way. What libraries print on standard error is left to go where our own goes."""
    python = sys.executable if find_spec("gi") else SYSTEM_PYTHON
    command = [python, "-I", str(Path(program.__file__)), *arguments]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)  # noqa: S603 - no shell
    except OSError as error:
        raise SourceError(f"{name}: {python} cannot be started: {error.strerror}; {program.NO_BINDING}") from error


def _tell(process: subprocess.Popen[bytes], words: Sequence[str]) -> None:
    """Hand the pipeline over. A process that has ended already will be found so when it is read."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(words).encode() + b"\n")
