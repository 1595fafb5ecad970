"""Logs of a CAN bus: ASC, BLF, TRC, candump and what else python-can reads."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dms.errors import SourceError
from dms.vehicle.can.database import HOW_TO_INSTALL
from dms.vehicle.can.decoding import MALFORMED, Decoder
from dms.vehicle.fields import FieldName, Value
from dms.vehicle.source import Reading

if TYPE_CHECKING:
    from can import Message

FIRST_ABSOLUTE_S = 1e8
"""Times of logs are seconds: below this (March 1973) since the log began, from there on since 1970."""
_PLAYED_AT_MOST_S = 0.5


@dataclass(frozen=True, slots=True)
class LoggedValues:
    """What a message of a log tells, at the time `t` of the log."""

    t: float
    values: Mapping[FieldName, Value | None]


class CanLog:
    """The messages of a log that tell something, in the order in which they stand. Iterate as often as wanted.

    `messages` and `error_frames` count what stood in it, `first_s` and `last_s` are the times of the first and the last message,
    `cut_off` says that the file ends in the middle of one, as that of a logger without power does; all are complete after an
    iteration.

    Raises, while iterating:
        SourceError: the log cannot be read; the message names it, and the message in it.
    """

    def __init__(self, path: Path, decoder: Decoder) -> None:
        self.path = path
        self.messages = 0
        self.error_frames = 0
        self.cut_off = False
        self.first_s: float | None = None
        self.last_s: float | None = None
        self._decoder = decoder

    @property
    def refused(self) -> Mapping[str, int]:
        """Messages that are not as the DBC says."""
        return self._decoder.refused

    def begins_s(self) -> float:
        """Return the time of the first message; raises SourceError if there is none, or the log cannot be read."""
        for message in self._read():
            return float(message.timestamp)
        raise SourceError(f"{self.path}: the log is empty")

    def __iter__(self) -> Iterator[LoggedValues]:
        self._decoder.refused.clear()
        self.messages = self.error_frames = 0
        self.first_s = self.last_s = None
        for message in self._read():
            self.messages += 1
            self.first_s = message.timestamp if self.first_s is None else self.first_s
            self.last_s = message.timestamp
            self.error_frames += message.is_error_frame
            if message.is_error_frame or message.is_remote_frame:
                continue
            identifier, is_extended = message.arbitration_id, message.is_extended_id
            if message.dlc != len(message.data) and self._decoder.wants(identifier, is_extended=is_extended):
                self._decoder.refused[MALFORMED] += 1  # bytes are missing: those that are there may be the wrong ones
                continue
            if values := self._decoder.read(identifier, bytes(message.data), is_extended=is_extended):
                yield LoggedValues(message.timestamp, values)

    def _read(self) -> Iterator[Message]:
        try:
            from dms.vehicle.can.log_file import open_log
        except ImportError as error:
            raise SourceError(f"{HOW_TO_INSTALL} ({error})") from error
        read = 0
        self.cut_off = False
        try:
            reader: Any = open_log(self.path)
            with reader:
                try:
                    for message in reader:
                        _check(message)
                        yield message
                        read += 1
                except Exception:
                    self.cut_off = read > 0 and _is_at_its_end(reader)
                    if not self.cut_off:
                        raise
            self.cut_off |= getattr(reader, "cut_off", False)
        except OSError as error:
            raise SourceError(f"{self.path}: {error.strerror or error}") from error
        except Exception as error:  # readers of log files raise what their parsers do
            reason = " ".join(str(error).split()) or type(error).__name__
            raise SourceError(f"{self.path}: message {read + 1} cannot be read: {reason}") from error


def _check(message: Message) -> None:
    """Say that a message is none, as a table that anybody may have filled can hold; raises SourceError without the place."""
    if not isinstance(message.timestamp, int | float) or not math.isfinite(message.timestamp):
        raise SourceError(f"its time is {message.timestamp!r:.40}")
    if not isinstance(message.arbitration_id, int):
        raise SourceError(f"its identifier is {message.arbitration_id!r:.40}")


def _is_at_its_end(reader: Any) -> bool:
    """Whether a reader that failed has nothing left to read: what it failed at is the end of a file that was cut off."""
    file = getattr(reader, "file", None)
    if (cut_off := getattr(reader, "cut_off", None)) is not None:  # it knows
        return bool(cut_off)
    try:
        return file is not None and not file.closed and not file.read(1)
    except EOFError:  # of a compressed one
        return True
    except (OSError, ValueError):
        return False


class PlayedLog:
    """A log in place of a bus, in real time from when it is opened. Its end is the loss of the connection: it begins anew."""

    note: str | None = None

    def __init__(self, path: Path, decoder: Decoder) -> None:
        self._log = CanLog(path, decoder)
        self._decoder = decoder
        self._values = iter(self._log)
        self._next: LoggedValues | None = None
        self._began_s = time.monotonic()

    @property
    def refused(self) -> Mapping[str, int]:
        """Messages that are not as the DBC says."""
        return self._decoder.refused

    def read(self) -> Sequence[Reading]:
        """Return what is due; raises SourceError at the end of the log."""
        if self._next is None:
            self._next = next(self._values, None)
        if self._next is None:
            raise SourceError(f"{self._log.path}: the log is over, and begins anew")
        first_s = self._log.first_s
        assert first_s is not None, "a message has been read"
        due_s = self._began_s + self._next.t - first_s
        wait_s = due_s - time.monotonic()
        if wait_s > 0.0:
            time.sleep(min(wait_s, _PLAYED_AT_MOST_S))
        if wait_s > _PLAYED_AT_MOST_S:
            return []
        told, self._next = self._next, None
        return [Reading(due_s, told.values)]

    def close(self) -> None:
        """Nothing is held but the file, which the iterator closes."""
