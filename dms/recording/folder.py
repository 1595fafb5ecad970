"""The folder of recorded drives: what its files are called, which of them are protected, and which go when there are too many.

A file `NAME.mcap` is protected by a file `NAME.keep` beside it, which anybody may create or remove. Files that the recorder did
not name are nobody's business here: they are neither counted nor deleted.
"""

from __future__ import annotations

import logging
import math
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dms.config.defaults import RECORD_FREE_MIB
from dms.durable import sync_folder
from dms.errors import reason
from dms.recording.ages import S_PER_DAY, Recording, date_anew, newest_date, outdated
from dms.wall_clock import NS_PER_S, SteadyClock

LOG = logging.getLogger(__name__)

_NAME = re.compile(r"(?P<stamp>\d{8}T\d{6}Z)-part(?P<part>\d{2,})\.mcap")
_STAMP = "%Y%m%dT%H%M%SZ"
_BYTES_PER_MIB = 1024 * 1024
_RESERVED_SHARE = 1 / 16  # for what is written between two looks
_PART_SHARE = 1 / 8


@dataclass(frozen=True, slots=True)
class RecordingLimits:
    """What may be recorded before the oldest unprotected drives go, or recording stops.

    `keep_mib`: all recordings together; None without a limit. `keep_days`: their age; None for ever. `free_mib`: recording stops
    before the disk has less than this left, whoever fills it.
    """

    keep_mib: float | None = None
    keep_days: float | None = None
    free_mib: float = RECORD_FREE_MIB


class RecordingsFolder:
    """The files in `directory`. `used_bytes` and `protected_bytes` are those of the last `make_room`.

    `part_bytes` is the size at which a file should give way to the next, so that deleting one does not take half of everything.
    """

    def __init__(self, directory: Path, limits: RecordingLimits, clock_ns: SteadyClock | None = None) -> None:
        self.directory = directory
        self.used_bytes = 0
        self.protected_bytes = 0
        self.part_bytes = math.inf
        self._limits = limits
        self._undeletable: set[Path] = set()
        self._clock_ns = clock_ns or SteadyClock()
        self._keep_bytes = math.inf if limits.keep_mib is None else limits.keep_mib * _BYTES_PER_MIB

    def recordings(self) -> list[Recording]:
        """What was recorded, oldest first."""
        with os.scandir(self.directory) as entries:
            found = {entry.name: entry for entry in entries}
        recordings: list[tuple[tuple[str, int], Recording]] = []
        for name, entry in found.items():
            match = _NAME.fullmatch(name)
            if match is None:
                continue
            path = self.directory / name
            with suppress(FileNotFoundError):  # somebody else may tidy up as well
                status = entry.stat()
                if not stat.S_ISREG(status.st_mode):
                    continue  # a folder or a device that bears such a name is none of ours
                is_kept = keep_file(path).name in found
                recording = Recording(path, status.st_size, status.st_mtime, is_kept, _began_at(match["stamp"]))
                recordings.append(((match["stamp"], int(match["part"])), recording))
        return [recording for _, recording in sorted(recordings, key=lambda placed: placed[0])]

    def name_of_new_drive(self) -> str:
        """The present time, UTC; but never a name that would sort before an older drive's, whatever became of the clock."""
        now = datetime.fromtimestamp((self._clock_ns.says() or 0) // NS_PER_S, UTC)
        recordings = self.recordings()
        with suppress(IndexError, ValueError, OverflowError):  # no older drive, or the name of one is no date
            latest = datetime.strptime(recordings[-1].path.name[: len("20261121T093000Z")], _STAMP).replace(tzinfo=UTC)
            now = max(now, latest + timedelta(seconds=1))
        return f"{now:{_STAMP}}"

    def part(self, drive: str, number: int) -> Path:
        """The file of a part of a drive."""
        return self.directory / f"{drive}-part{number:02d}.mcap"

    def protect(self, path: Path, remark: str) -> None:
        """Keep `path` from being deleted, over a loss of power as well; `remark` is a line for people.

        Raises:
            OSError: the disk refuses.
        """
        line = f"{remark}\n".encode()
        file = os.open(keep_file(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            os.write(file, line)
            os.fsync(file)
        finally:
            os.close(file)
        sync_folder(self.directory)

    def make_room(self, in_progress: Path | None) -> str | None:
        """Delete what is too old and too much; why nothing may be recorded all the same, None if it may.

        Raises:
            OSError: the folder cannot be read.
        """
        left = self._without_outdated(self._dated(in_progress), in_progress)
        protected = [each for each in left if each.protected]
        self.protected_bytes = sum(each.bytes for each in protected)
        self.part_bytes = (self._keep_bytes - self.protected_bytes) * _PART_SHARE
        most_bytes = self._keep_bytes * (1 - _RESERVED_SHARE)
        if self.protected_bytes <= most_bytes:
            left = self._without_excess(left, most_bytes, in_progress)
        self.used_bytes = sum(each.bytes for each in left)
        if self.protected_bytes > most_bytes:
            return (
                f"{self.directory}: the {self._limits.keep_mib:g} MiB for recordings are used up by {len(protected)} protected "
                "files: nothing is recorded until a .keep file is removed, drives are moved away, or record.keep_mib is raised"
            )
        return self._disk_problem()

    def _without_excess(self, recordings: list[Recording], most_bytes: float, in_progress: Path | None) -> list[Recording]:
        used = sum(each.bytes for each in recordings)
        left: list[Recording] = []
        for each in recordings:
            may_go = used > most_bytes and not each.protected and each.path != in_progress
            if may_go and self._delete(each, f"recordings take at most {self._limits.keep_mib:g} MiB"):
                used -= each.bytes
            else:
                left.append(each)
        return left

    def _without_outdated(self, recordings: list[Recording], in_progress: Path | None) -> list[Recording]:
        keep_days, now_ns = self._limits.keep_days, self._clock_ns()
        if keep_days is None or now_ns is None:
            return recordings
        too_old = outdated(recordings, now_ns / NS_PER_S, keep_days)
        left: list[Recording] = []
        for each in recordings:
            may_go = each.path in too_old and not each.protected and each.path != in_progress
            if not (may_go and self._delete(each, f"recordings are kept for {keep_days:g} days")):
                left.append(each)
        return left

    def _dated(self, in_progress: Path | None) -> list[Recording]:
        """The recordings, their dates put right if the clock has jumped."""
        recordings, now_s = self.recordings(), (self._clock_ns.says() or 0) / NS_PER_S
        newest_s = newest_date(recordings, now_s)
        if newest_s is not None and self._limits.keep_days is not None:
            self._clock_ns.begin_after(int(newest_s * NS_PER_S), int(self._limits.keep_days * S_PER_DAY * NS_PER_S))
        jump_ns = self._clock_ns.take_jump()
        if not jump_ns:
            return recordings
        date_anew(recordings, jump_ns / NS_PER_S, now_s, in_progress)
        return self.recordings()

    def _delete(self, recording: Recording, why: str) -> bool:
        """Delete it, unless somebody has just protected it, or will not have it deleted; whether it is gone."""
        if keep_file(recording.path).exists():
            return False
        try:
            recording.path.unlink(missing_ok=True)
        except PermissionError as error:  # an attribute of the file: all others go on being recorded and deleted
            if recording.path not in self._undeletable:
                LOG.warning("%s cannot be deleted and stays: %s", recording.path, reason(error))
            self._undeletable.add(recording.path)
            return False
        LOG.info("deleted %s, %.1f MiB: %s", recording.path, recording.bytes / _BYTES_PER_MIB, why)
        return True

    def _disk_problem(self) -> str | None:
        disk = os.statvfs(self.directory)
        free_mib = disk.f_bavail * disk.f_frsize / _BYTES_PER_MIB
        if free_mib >= self._limits.free_mib:
            return None
        return (
            f"{self.directory}: the disk is nearly full: {free_mib:.0f} MiB are left, and nothing is recorded below "
            f"{self._limits.free_mib:g} MiB (record.free_mib)"
        )


def _began_at(stamp: str) -> float | None:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def keep_file(recording: Path) -> Path:
    """The file whose presence protects `recording`."""
    return recording.with_suffix(".keep")
