"""One recorded drive on disk: an MCAP file that stays readable wherever the power goes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mcap.writer import CompressionType, Writer

import dms
from dms.errors import DriveError
from dms.outputs.drive_schemas import drive_schema
from dms.types import DriveRecord, Label
from dms.wire import TOPICS, to_json

FORMAT = 1
METADATA_NAME = "dms.drive"
CHUNK_BYTES = 64 * 1024
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

    Raises:
        DriveError: the file exists or cannot be written.
    """

    def __init__(self, path: Path, metadata: Mapping[str, str]) -> None:
        self.path = path
        self._first_ns: int | None = None
        self._log_ns = 0
        self._flushed_ns = 0
        try:
            self._file = path.open("xb")
        except OSError as error:
            raise DriveError(f"{path}: cannot record: {error.strerror}") from error
        self._writer = Writer(self._file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._writer.start(profile="dms", library=f"dms {dms.__version__}")
        self._writer.add_metadata(METADATA_NAME, {**metadata, "format": str(FORMAT), "dms": dms.__version__})
        self._channels = {record_type: self._add_channel(topic) for topic, record_type in TOPICS.items()}

    def _add_channel(self, topic: str) -> int:
        schema = self._writer.register_schema(f"dms.{topic}", "jsonschema", drive_schema(topic))
        return self._writer.register_channel(f"/dms/{topic}", "json", schema)

    @property
    def duration_s(self) -> float:
        """Seconds of drive in the file so far."""
        return 0.0 if self._first_ns is None else (self._log_ns - self._first_ns) / 1e9

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

    def flush(self) -> None:
        """Close the chunk in progress and hand everything to the operating system."""
        self._flushed_ns = self._log_ns
        self._writer.flush()

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
            self._writer.finish()
            self._file.flush()
            self.sync()
        finally:
            self._file.close()
