"""Which file a record goes into: a new one for each drive, each hour and each size limit; none while there is no room."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from msgspec.structs import replace

from dms.durable import private_folder, sync_folder
from dms.health import MarkHealth
from dms.recording.driven_on import RECORDED_UTC
from dms.recording.folder import RecordingsFolder
from dms.recording.image_message import CompressedPicture
from dms.recording.kept_pictures import MARKED_S, VideoSettings, VideoTrack
from dms.recording.mcap_writer import FLUSH_EVERY_S, DriveFile
from dms.types import Alert, DriveRecord, DriverInput, Frame, Setup
from dms.wall_clock import utc_now

LOG = logging.getLogger(__name__)

FILE_DURATION_S = 3600.0
RETRY_AFTER_S = 10.0
LOOK_EVERY_S = 10.0
"""How often the folder is looked at: whether files have to go, and whether there is room."""
UNKNOWN_TIME = "at an unknown time"
_LONGEST_NOTE = 200


class RecordedFiles:
    """Takes records and frames in order, on one thread. `dropped` counts the records that found no file.

    The last Setup is repeated at the head of each file. A `new_drive` and the alerts that it clears end a file. A `mark`
    protects the files of the last minute; `marks` counts the marks, `last_mark` says what became of the last one.

    Raises, in `begin`, `take` and `tend`:
        OSError: the disk refuses. `give_up` is then to be called; a new file is tried after a while.
        DriveError: a file cannot be created.
    """

    def __init__(
        self, folder: RecordingsFolder, metadata: Mapping[str, str], video: VideoSettings, file_duration_s: float
    ) -> None:
        self.path: Path | None = None
        self.problem: str | None = None
        self.dropped = 0
        self.pictures = 0
        self.marks = 0
        self.last_mark: MarkHealth | None = None
        self._folder = folder
        self._metadata = dict(metadata)
        self._video = VideoTrack(video)
        self._file_duration_s = file_duration_s
        self._file: DriveFile | None = None
        self._setup: Setup | None = None
        self._drive_is_over = False
        self._retry_at = 0.0
        self._synced_at = self._looked_at = time.monotonic()
        self._drive: str | None = None
        self._part = 0
        self._ended: list[tuple[Path, float]] = []
        self._began_at = time.time()

    @property
    def pictures_failed(self) -> int:
        """How many frames could not be made a picture."""
        return self._video.failed

    def begin(self) -> None:
        """Begin the first file, so that a folder that cannot be written is known before anything is lost."""
        self._open(0.0)

    def take(self, item: DriveRecord | Frame) -> None:
        """Write one record, or what is wanted of a frame."""
        if isinstance(item, Frame):
            self._save(self._video.frame(item))
            return
        self._turn_page(item)
        self._write(item)
        if isinstance(item, Alert):
            self._save(self._video.alert(item))
        elif isinstance(item, DriverInput):
            saved = self._save(self._video.driver(item))
            self._drive_is_over = item.action == "new_drive"
            if item.action == "mark":
                self._mark(item, saved)

    def tend(self) -> None:
        """To be called often: brings what was written to the disk, and sees to it that there is room."""
        now = time.monotonic()
        if self._file is not None and now - self._synced_at >= FLUSH_EVERY_S:
            self._synced_at = now
            if not self._file.is_still_there():
                LOG.warning("%s was moved or deleted while it was written; a new file is begun", self._file.path)
                self._file.abandon()
                self._file = None
                return
            self._file.flush()
            self._file.sync()
        if self._file is not None and now - self._looked_at >= LOOK_EVERY_S:
            self._look_after_room()

    def give_up(self, problem: str, *, lost: bool) -> None:
        """Leave the file as it is, after the disk refused it; `lost` if a record was lost by it."""
        self._stop(problem)
        self.dropped += lost
        if self._file is not None:
            self._file.abandon()
            self._ended.append((self._file.path, self._file.end_s))
            self._file = None

    def successor(self, problem: str, *, lost: bool) -> RecordedFiles:
        """What takes the place of these files while another thread hangs in writing one; `lost` if it hangs with a record."""
        after = RecordedFiles(self._folder, self._metadata, self._video.settings, self._file_duration_s)
        after.path, after.dropped, after.pictures = self.path, self.dropped + lost, self.pictures
        after.marks, after.last_mark = self.marks, self.last_mark
        after._setup, after._ended, after._began_at = self._setup, [*self._ended], self._began_at
        after._stop(problem)
        return after

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
            self._ended.append((self._file.path, self._file.end_s))
            self._file = None

    def _turn_page(self, record: DriveRecord) -> None:
        if self._drive_is_over and not isinstance(record, Alert):
            self._drive_is_over = False
            self.close()
            self._begin_drive()
        elif self._file is not None and self._is_full(self._file):
            self.close()

    def _is_full(self, file: DriveFile) -> bool:
        return file.duration_s >= self._file_duration_s or file.size_bytes >= self._folder.part_bytes

    def _write(self, record: DriveRecord) -> None:
        if isinstance(record, Setup):
            self._setup = record
        opened = self._file is None and time.monotonic() >= self._retry_at
        if opened:
            self._open(record.t)
        if self._file is None:
            self.dropped += 1
        elif not (opened and isinstance(record, Setup)):  # a new file begins with it
            self._file.write(record)

    def _save(self, pictures: Sequence[CompressedPicture]) -> int:
        """Write pictures, if there is a file; how many."""
        if self._file is None:
            return 0
        for picture in pictures:
            self._file.write_picture(picture)
        self.pictures += len(pictures)
        return len(pictures)

    def _begin_drive(self) -> None:
        self._drive = None
        self._part = 0

    def _open(self, t: float) -> None:
        private_folder(self._folder.directory)
        self._look_after_room()
        if self.problem is not None:
            return
        if self._drive is None:
            self._drive = self._folder.name_of_new_drive()
            self._ended = self._ended or self._ended_before()
        part, path = self._next_part(self._drive)
        metadata = {"drive": self._drive, "part": str(part), RECORDED_UTC: utc_now() or UNKNOWN_TIME}
        self._file = DriveFile(path, {**self._metadata, **metadata})
        self._part = part  # a file that could not be begun has not used its number up
        self.path = path
        self._file.flush()
        self._file.sync()
        sync_folder(path.parent)  # from here on a loss of power leaves a file that can be read
        LOG.info("recording into %s", path)
        if self._setup is not None:
            self._file.write(replace(self._setup, t=t))

    def _next_part(self, drive: str) -> tuple[int, Path]:
        parts = ((number, self._folder.part(drive, number)) for number in count(self._part + 1))
        return next((number, path) for number, path in parts if not path.exists())

    def _ended_before(self) -> list[tuple[Path, float]]:
        """Drives start their clock at 0: what was written just before this process began ended at a negative time."""
        ended = ((each.path, each.written_at - self._began_at) for each in self._folder.recordings())
        return [(path, end_t) for path, end_t in ended if -MARKED_S <= end_t <= 0.0]

    def _look_after_room(self) -> None:
        self._looked_at = time.monotonic()
        problem = self._folder.make_room(self.path if self._file is not None else None)
        if problem is not None:
            self._stop(problem)
            self.close()
        else:
            self.problem = None

    def _stop(self, problem: str) -> None:
        if problem != self.problem:
            LOG.error("recording stopped: %s", problem)
        self.problem = problem
        self._retry_at = time.monotonic() + RETRY_AFTER_S

    def _mark(self, mark: DriverInput, pictures: int) -> None:
        """Everything that holds a part of the last minute is kept: bring it to the disk, then say so."""
        since_t = mark.t - MARKED_S
        self._ended = [(path, end_t) for path, end_t in self._ended if end_t >= since_t and path.exists()]
        files = [path for path, _ in self._ended]
        if self._file is not None:
            self._file.flush()
            self._file.sync()
            files.append(self._file.path)
        note = " ".join(mark.note.split())[:_LONGEST_NOTE]
        problem = None if files else f"nothing was recorded: {self.problem}"
        try:
            for path in files:
                self._folder.protect(
                    path, f"{utc_now() or UNKNOWN_TIME} marked at {mark.t:.1f} s of the drive{': ' if note else ''}{note}"
                )
        except OSError as error:
            problem = f"{path}: not protected: {error.strerror}"
        self.last_mark = MarkHealth(mark.t, note, tuple(str(path) for path in files), pictures, problem)
        self.marks += 1
        if problem is None:
            LOG.info("marked at %.1f s, protected: %s", mark.t, ", ".join(map(str, files)))
        else:
            LOG.error("marked at %.1f s: %s", mark.t, problem)
