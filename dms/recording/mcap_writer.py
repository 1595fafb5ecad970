"""One recorded drive on disk: an MCAP file that stays readable wherever the power goes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mcap.writer import CompressionType, Writer

import dms
from dms.errors import DriveError
from dms.recording.image_message import IMAGE_TOPIC, SCHEMA_NAME, CompressedPicture, image_message, image_schema
from dms.recording.schemas import CHANNELS, FORMAT, METADATA_NAME, drive_schema
from dms.types import DriveRecord, Label
from dms.wire import TOPICS, to_json

# Records come to a tenth of it in the second after which a chunk is closed anyway; a second of pictures makes one chunk, too.
CHUNK_BYTES = 1024 * 1024
FLUSH_EVERY_S = 1.0
# MCAP counts nanoseconds in 64 bits; a time outside a month is a fault of its source and must not move the file's clock.
_LATEST_T_S = 30 * 86400.0


class DriveFile:
    """Writes records to a new `.mcap` file.

    A chunk is closed and handed to the operating system after each second of recorded time, so that a killed process loses
    no more than that. `sync` puts it on the disk, against loss of power.

    `log_time` never goes back: it is the latest time written so far (labels speak of other times and do not count), so that
    reading in log order is reading in the order the live service met the records, which makes a replay equal to the live run.
    `publish_time` is the record's own.

    Pictures stand in chunks of their own, so that reading the records does not touch them; their `log_time` is when they were
    seen, since they may be written later.

    Raises:
        DriveError: the file exists or cannot be written.
    """

    def __init__(self, path: Path, metadata: Mapping[str, str]) -> None:
        self.path = path
        self._first_ns: int | None = None
        self._log_ns = 0
        self._flushed_ns = 0
        self._pictures: list[CompressedPicture] = []
        try:
            self._file = path.open("xb")
        except OSError as error:
            raise DriveError(f"{path}: cannot record: {error.strerror}") from error
        try:
            self._begin(metadata)
        except OSError as error:
            self.abandon()  # the disk has room for a name and not for what is to stand in the file
            with suppress(OSError):
                path.unlink()
            raise DriveError(f"{path}: cannot record: {error.strerror}") from error

    def _begin(self, metadata: Mapping[str, str]) -> None:
        self._writer = Writer(self._file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._writer.start(profile="dms", library=f"dms {dms.__version__}")
        self._writer.add_metadata(METADATA_NAME, {**metadata, "format": str(FORMAT), "dms": dms.__version__})
        self._channels = {
            record_type: self._add_channel(CHANNELS[topic], f"dms.{topic}", drive_schema(topic))
            for topic, record_type in TOPICS.items()
        }
        self._image_channel = self._add_channel(IMAGE_TOPIC, SCHEMA_NAME, image_schema())

    def _add_channel(self, topic: str, schema_name: str, schema: bytes) -> int:
        return self._writer.register_channel(topic, "json", self._writer.register_schema(schema_name, "jsonschema", schema))

    @property
    def duration_s(self) -> float:
        """Seconds of drive in the file so far."""
        return 0.0 if self._first_ns is None else (self._log_ns - self._first_ns) / 1e9

    @property
    def end_s(self) -> float:
        """The drive time up to which the file has been written."""
        return self._log_ns / 1e9

    @property
    def size_bytes(self) -> int:
        """Bytes in the file so far, and those about to be written."""
        return self._file.tell() + sum(len(picture.jpeg) for picture in self._pictures)

    def write(self, record: DriveRecord) -> None:
        """Append one record; OSError when the disk refuses."""
        own_ns = int(record.t * 1e9) if 0.0 <= record.t <= _LATEST_T_S else self._log_ns
        if not isinstance(record, Label):
            self._log_ns = max(self._log_ns, own_ns)
        if self._first_ns is None:
            self._first_ns = self._flushed_ns = self._log_ns
        self._writer.add_message(self._channels[type(record)], self._log_ns, to_json(record), publish_time=own_ns)
        if self._log_ns - self._flushed_ns >= FLUSH_EVERY_S * 1e9:
            self.flush()

    def write_picture(self, picture: CompressedPicture) -> None:
        """Append one picture, with the next flush; its time must be that of a frame, not a fault of its source."""
        self._pictures.append(picture)

    def flush(self) -> None:
        """Close the chunk in progress and hand everything to the operating system."""
        self._flushed_ns = self._log_ns
        self._writer.flush()
        if self._pictures:
            self._flush_pictures()

    def _flush_pictures(self) -> None:
        pictures, self._pictures = self._pictures, []
        for picture in pictures:
            seen_ns = round(picture.t * 1e9)
            self._writer.add_message(self._image_channel, seen_ns, image_message(picture), publish_time=seen_ns)
        self._writer.flush()

    def is_still_there(self) -> bool:
        """Whether the path still leads to the file that is written."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return False
        return os.path.samestat(found, os.fstat(self._file.fileno()))

    def sync(self) -> None:
        """Wait until everything handed over is on the disk."""
        os.fdatasync(self._file.fileno())

    def abandon(self) -> None:
        """Let go of the file as it is, after the disk refused it."""
        with suppress(OSError):
            self._file.close()

    def close(self) -> None:
        """Write the index and close the file."""
        try:
            self.flush()
            self._writer.finish()
            self._file.flush()
            self.sync()
        finally:
            self._file.close()
