"""New drive files of any kind, whole or not at all, and several of them all or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from dms.durable import WholeFile
from dms.errors import DriveError, UsageError
from dms.recording.image_message import CompressedPicture
from dms.recording.images import RecordedImage
from dms.recording.mcap_writer import DriveFile
from dms.recording.packed import create_lines, unpacked_name
from dms.types import DriveRecord, Label
from dms.wire import to_json

OWN_METADATA = ("format", "dms")
"""The writer says of itself which format it writes."""


class DriveWriter:
    """Writes a `.mcap`, `.jsonl` or `.jsonl.gz` beside `path` under another name, which takes its place when all went well.

    A link stays, and the file that it leads to is replaced.

    Raises:
        UsageError: the name is of no such file, or it exists and `force` does not say that it may be replaced.
        DriveError: it cannot be written; what was there before still is.
    """

    def __init__(self, path: Path, metadata: Mapping[str, str], *, force: bool = False) -> None:
        check_output(path, force=force)
        self.path = path
        self.records = 0
        self.pictures = 0
        self._whole = WholeFile(path)
        self._mcap: DriveFile | None = None
        self._lines: IO[bytes] | None = None
        try:
            self._whole.give_up()  # what a process of this number left behind
            if path.suffix.lower() == ".mcap":
                own = {key: value for key, value in metadata.items() if key not in OWN_METADATA}
                self._mcap = DriveFile(self._whole.path, own)
            else:
                self._lines = create_lines(self._whole.path, as_if=path)
        except OSError as error:
            raise DriveError(f"{path}: cannot be written: {error.strerror}") from error

    def write(self, record: DriveRecord) -> None:
        """Append a record."""
        try:
            if self._mcap is not None:
                self._mcap.write(record)
            elif self._lines is not None:
                self._lines.write(to_json(record) + b"\n")
        except OSError as error:
            raise DriveError(f"{self.path}: cannot be written: {error.strerror}") from error
        self.records += 1

    def write_picture(self, image: RecordedImage) -> None:
        """Append a picture; only `.mcap` holds any."""
        if self._mcap is None:
            return
        self._mcap.write_picture(CompressedPicture(image.t, image.frame, image.jpeg, image.width, image.height))
        self.pictures += 1

    def __enter__(self) -> Self:
        return self

    def complete(self) -> None:
        """End the file and bring it to the disk, still under its other name. Nothing more can be written.

        Raises:
            DriveError: it cannot be written.
        """
        try:
            self._end()
            self._whole.secure()
        except OSError as failed:
            raise DriveError(f"{self.path}: cannot be written: {failed.strerror}") from failed

    def _end(self) -> None:
        if self._mcap is not None:
            self._mcap.close()
        elif self._lines is not None:
            self._lines.close()
        self._mcap = self._lines = None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._end()
                self._whole.finish()
            elif self._mcap is not None:
                self._mcap.abandon()
            elif self._lines is not None:
                self._lines.close()
        except OSError as failed:
            raise DriveError(f"{self.path}: cannot be written: {failed.strerror}") from failed
        finally:
            with suppress(OSError):
                self._whole.give_up()


def check_output(path: Path, *, force: bool) -> None:
    """Say what is wrong with the name of a file to write; raises UsageError."""
    if path.suffix.lower() != ".mcap" and unpacked_name(path).suffix.lower() != ".jsonl":
        raise UsageError(f"{path}: a drive is written as .mcap, .jsonl or .jsonl.gz")
    if path.exists() and not force:
        raise UsageError(f"{path}: exists; --force replaces it")


class Pictures:
    """The pictures of a drive, to be taken by time: each is given once."""

    def __init__(self, images: Iterable[RecordedImage]) -> None:
        self._images = iter(images)
        self._next = next(self._images, None)

    def until(self, t: float) -> Iterator[RecordedImage]:
        """Yield those up to and including `t` that were not yielded before."""
        while self._next is not None and self._next.t <= t:
            image, self._next = self._next, next(self._images, None)
            yield image


def write_drive(
    path: Path, metadata: Mapping[str, str], records: Iterable[DriveRecord], pictures: Pictures, *, force: bool = False
) -> DriveWriter:
    """Write records, and the pictures up to the last of them in between, as a new drive.

    Returns what wrote it, which has counted them.

    Raises:
        UsageError, DriveError: as `DriveWriter` does, and as reading does.
    """
    with DriveWriter(path, metadata, force=force) as writer:
        _write(writer, records, pictures)
    return writer


def write_pieces(
    name: Callable[[int], Path],
    metadata: Mapping[str, str],
    pieces: Iterable[Iterable[DriveRecord]],
    pictures: Pictures,
    *,
    force: bool = False,
) -> list[DriveWriter]:
    """Write several new drives, all of them or none; `name` says where each is to be, counted from 1.

    Returns what wrote them.

    Raises:
        UsageError, DriveError: as `write_drive` does; nothing is in place then that was not before.
    """
    writers: list[DriveWriter] = []
    with ExitStack() as unfinished:
        for number, records in enumerate(pieces, 1):
            writer = unfinished.enter_context(DriveWriter(name(number), metadata, force=force))
            _write(writer, records, pictures)
            writer.complete()
            writers.append(writer)
    return writers


def _write(writer: DriveWriter, records: Iterable[DriveRecord], pictures: Pictures) -> None:
    for record in records:
        writer.write(record)
        if not isinstance(record, Label):
            for picture in pictures.until(record.t):
                writer.write_picture(picture)
