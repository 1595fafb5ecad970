"""Keeps what was learned of the driver of each seat, in a file that survives restarts, power cuts and editing."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from dms.bounded import read_at_most
from dms.config.settings import CalibrationSettings
from dms.durable import clear_leavings, real_place, write_whole
from dms.errors import DmsError
from dms.fusion.calibration import Calibration
from dms.locations import default_calibration_path
from dms.service.calibration_file import KeptSeat, Seat, kept_seat, parsed, written

LOG = logging.getLogger(__name__)

LARGEST_BYTES = 1 << 20
"""A seat takes some hundred bytes, and nobody has two thousand cameras."""
_NO_SUCH_FILE = frozenset({errno.EFBIG, errno.EINVAL, errno.EISDIR})
"""Too large, a pipe, a folder: whatever it is, it does not become a file of calibrations by waiting. A device stays where it is:
`/dev/null` may be meant, and is everybody's."""


class CalibrationFileError(DmsError):
    """The file with the calibrations cannot be read, or is not one."""


class _DamagedError(CalibrationFileError):
    """What is there is damaged or no such file, so trying again does not help."""


def calibration_path(settings: CalibrationSettings) -> Path:
    """Return the file in which a service with these settings keeps calibrations."""
    return Path(settings.path) if settings.path else default_calibration_path()


def progress_text(health: Mapping[str, Any]) -> str:
    """Say how far learning has come, from a health message."""
    calibration = health.get("calibration") or {}
    problem = f"; not kept: {calibration['problem']}" if calibration.get("problem") else ""
    return f"{calibration.get('percent', '?')} % of the driver learned ({calibration.get('source', '?')}){problem}"


class CalibrationStore:
    """The calibrations in the file to which `path` leads. It is always written as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = real_place(path)

    def read(self) -> tuple[KeptSeat, ...]:
        """Return all seats, none if there is no file.

        Raises:
            CalibrationFileError: it cannot be read, is damaged, something else, or of a newer version; the message says which.
        """
        try:
            content = read_at_most(self.path, LARGEST_BYTES)
        except FileNotFoundError:
            return ()
        except OSError as error:
            can_go = error.errno in _NO_SUCH_FILE and not self._is_device()
            kind = _DamagedError if can_go else CalibrationFileError
            raise kind(f"{self.path}: cannot be read: {error.strerror}") from error
        try:
            return parsed(content)
        except ValueError as error:
            raise _DamagedError(f"{self.path}: {error}") from error

    def restore(self, seat: Seat) -> Calibration | None:
        """Return what is known of this seat, or None.

        A file that cannot be used is logged once and moved out of the way.
        """
        self._clear_leavings()
        try:
            kept = self._read_or_set_aside()
        except CalibrationFileError as error:
            LOG.warning("no calibration is restored, the driver is learned again: %s", error)
            return None
        found = next((each for each in kept if each.is_at(seat.source, seat.cabin)), None)
        if found is None:
            return None
        learned = found.learned_utc or "at an unknown time"
        if found.models_sha256 != seat.models_sha256:
            LOG.info(
                "the calibration of %s, learned %s, is from other networks: the driver is learned again", seat.source, learned
            )
            return None
        LOG.info("calibration of %s restored, learned %s", seat.source, learned)
        return found.calibration

    def keep(self, seat: Seat, calibration: Calibration, learned_utc: str | None) -> None:
        """Store this calibration of the seat, replacing an earlier one.

        Raises:
            CalibrationFileError: the file cannot be read or written.
        """
        new = kept_seat(seat, calibration, learned_utc)
        with self._alone():
            others = [each for each in self._read_or_set_aside() if not each.is_at(seat.source, seat.cabin)]
            self._write([*others, new])

    def forget(self, source: str, cabin: str) -> bool:
        """Delete what is stored of this seat. Returns True if there was anything.

        Raises:
            CalibrationFileError: the file cannot be read or written.
        """
        if not any(each.is_at(source, cabin) for each in self.read()):
            return False
        with self._alone():
            self._write([each for each in self.read() if not each.is_at(source, cabin)])
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from changing the file meanwhile: a second camera's service, or `dms calibration forget`."""
        if self._is_device():
            raise CalibrationFileError(f"{self.path}: nothing is kept: a device, not a file")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o660)
        except OSError as error:
            raise CalibrationFileError(f"{self.path}: cannot be written: {error.strerror}") from error
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError as error:
                raise CalibrationFileError(f"{self.path}: cannot be locked: {error.strerror}") from error
            yield
        finally:
            os.close(lock)

    def _is_device(self) -> bool:
        return self.path.is_char_device() or self.path.is_block_device()

    def _read_or_set_aside(self) -> tuple[KeptSeat, ...]:
        try:
            return self.read()
        except _DamagedError as error:
            aside = next(path for path in (Path(f"{self.path}.refused-{number}") for number in count(1)) if not path.exists())
            try:
                self.path.rename(aside)
            except OSError as failure:
                raise CalibrationFileError(f"{error}; it cannot be moved aside: {failure.strerror}") from error
            LOG.warning("%s; it is now %s, and the driver is learned again", error, aside)
            return ()

    def _clear_leavings(self) -> None:
        """Each kill in the middle of a write leaves a file that nobody would ever look at again."""
        try:
            gone = clear_leavings(self.path)
        except OSError as error:
            LOG.warning("%s: what was left half written cannot be cleared away: %s", self.path, error.strerror)
        else:
            if gone:
                LOG.info("%s: %d half-written file(s) of earlier runs are cleared away", self.path, len(gone))

    def _write(self, seats: Sequence[KeptSeat]) -> None:
        """Replace the file. A power cut leaves either the old or the new one."""
        try:
            write_whole(self.path, written(seats))
        except OSError as error:
            raise CalibrationFileError(f"{self.path}: cannot be written: {error.strerror}") from error
