"""Drives as MCAP: read through the index where the file was closed properly, from the front where it was cut off."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import lz4.frame
import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.reader import SeekingReader
from mcap.records import Channel, Chunk, ChunkIndex, DataEnd, McapRecord, Message, Metadata
from mcap.stream_reader import StreamReader
from mcap.summary import Summary

from dms.bounded import open_file
from dms.errors import DriveError
from dms.recording.schemas import CHANNELS, FORMAT, METADATA_NAME
from dms.types import DriveRecord
from dms.wire import record_parser

# A damaged length field must not ask for all memory; the recorder's chunks are a thousandth of this.
_RECORD_LIMIT_BYTES = 256 << 20
LARGEST_CHUNK_BYTES = 128 << 20
"""What a chunk may unpack to: four times a second of pictures at their largest."""
# A damaged length can be more than memory holds (MemoryError) or than a file can be asked for (OverflowError).
_UNREADABLE = (
    McapError,
    struct.error,
    zstandard.ZstdError,
    RuntimeError,
    ValueError,
    KeyError,
    StopIteration,
    MemoryError,
    OverflowError,
)
_SMALL_CHUNK_BYTES = 1 << 20
MOST_TIMES_AS_LARGE = 1000
"""What a chunk may unpack to, times its own size, as with gzip; else a file of a megabyte keeps a reader busy for hours."""
_MAGIC = b"\x89MCAP0\r\n"

_FOOTER = struct.Struct("<BQQQI")  # opcode, length, start of the summary, start of its offsets, checksum of the summary
_RECORD_HEAD = struct.Struct("<BQ")  # opcode, length
_MESSAGE_HEAD = struct.Struct("<HIQQ")  # channel, sequence, log time, publish time

PlacedLine = tuple[int, int, bytes]  # log time in ns, place in the file (offset of the chunk, message in it), line of JSON


class McapDrive:
    """One `.mcap` drive. Iterating yields its records in the order they were logged; then `warnings` says what was lost.

    Messages of other channels are passed over, so that a drive may carry pictures or other programs' data; where the file was
    closed properly, chunks without ours are not even read.

    Raises, while iterating:
        DriveError: not an MCAP file, not a drive, written by a newer format, or a message that is no record.
    """

    def __init__(self, path: Path, *, landmarks: bool = False) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self.share_read = 0.0
        self._parse = record_parser(landmarks=landmarks)
        self._channels: dict[int, str] = {}
        self._wanted = frozenset(CHANNELS.values())
        self._closed = False
        self._indexed_at_all = True
        self._unsupported: set[str] = set()
        self._chunks_read = 0

    def __iter__(self) -> Iterator[DriveRecord]:
        self.warnings.clear()
        self._channels.clear()
        self._unsupported.clear()
        self._chunks_read = 0
        self.share_read = 0.0
        try:
            with open_file(self.path) as file:
                for log_time, _, line in self._lines(file):
                    try:
                        yield self._parse(line)
                    except DriveError as error:
                        raise DriveError(f"{self.path}: message at {log_time / 1e9:.3f} s: {error}") from error
        except OSError as error:
            raise DriveError(f"{self.path}: {error.strerror}") from error
        self.share_read = 1.0

    def _lines(self, file: IO[bytes]) -> Iterator[PlacedLine]:
        self._check_magic(file)
        summary = self._summary(file)
        if summary is not None and summary.chunk_indexes:
            yield from self._indexed(file, summary)
        else:
            file.seek(0)
            yield from self._from_the_front(file, indexed=summary is not None or not self._indexed_at_all)
        if self._unsupported and not self._chunks_read:
            raise DriveError(f"{self.path}: {' '.join(sorted(self._unsupported))}")
        if not set(CHANNELS.values()) & set(self._channels.values()):
            found = ", ".join(sorted(self._channels.values())) or "none"
            raise DriveError(f"{self.path}: not a recorded drive: it has no /dms/ channel (channels found: {found})")

    def _check_magic(self, file: IO[bytes]) -> None:
        magic = file.read(len(_MAGIC))
        if magic == _MAGIC:
            return
        if _MAGIC.startswith(magic):
            raise DriveError(f"{self.path}: {'empty' if not magic else 'cut off before the first record'}")
        if magic.startswith(_MAGIC[:5]):
            raise DriveError(f"{self.path}: MCAP version {magic[5:6].decode('ascii', 'replace')}; this dms reads version 0")
        raise DriveError(f"{self.path}: not an MCAP file")

    def _summary(self, file: IO[bytes]) -> Summary | None:
        """The index at the end of the file; None when it was never written or cannot be trusted.

        An index is optional: a file that was closed without one says so in its footer.
        """
        file.seek(-len(_MAGIC), io.SEEK_END)
        self._closed = file.read() == _MAGIC
        if not self._closed:
            return None
        try:
            self._indexed_at_all = _has_summary(file)
            file.seek(0)
            reader = SeekingReader(file, record_size_limit=_RECORD_LIMIT_BYTES)
            summary = reader.get_summary()
            for metadata in reader.iter_metadata() if summary is not None else ():
                self._take_metadata(metadata)
        except _UNREADABLE:
            return None
        return summary

    def _take_metadata(self, metadata: Metadata) -> None:
        if metadata.name != METADATA_NAME:
            return
        self.metadata = dict(metadata.metadata)
        written = self.metadata.get("format", "")
        if not written.isdecimal() or int(written) > FORMAT:
            raise DriveError(
                f"{self.path}: written in drive format {written or 'unknown'} by dms {self.metadata.get('dms', 'unknown')}; "
                f"this dms reads format {FORMAT}: use a newer one"
            )

    def _indexed(self, file: IO[bytes], summary: Summary) -> Iterator[PlacedLine]:
        """Chunk after chunk by time; lines of chunks that overlap are held back until no earlier one can come."""
        self._channels.update({number: channel.topic for number, channel in summary.channels.items()})
        if any(number not in self._channels for index in summary.chunk_indexes for number in index.message_index_offsets):
            self._find_channels(file, summary)
        indexes = sorted(
            (index for index in summary.chunk_indexes if self._may_hold_ours(index)),
            key=lambda index: (index.message_start_time, index.chunk_start_offset),
        )
        waiting: list[PlacedLine] = []
        for position, index in enumerate(indexes):
            try:
                file.seek(index.chunk_start_offset + _RECORD_HEAD.size)
                waiting.extend(self._chunk_lines(Chunk.read(ReadDataStream(file)), index.chunk_start_offset))
            except _UNREADABLE as error:
                self._warn_of_loss(index.message_start_time, index.message_end_time, error)
            waiting.sort()
            last = position + 1 == len(indexes)
            settled = waiting[:] if last else [line for line in waiting if line[0] < indexes[position + 1].message_start_time]
            del waiting[: len(settled)]
            self.share_read = (position + 1) / len(indexes)
            yield from settled

    def _find_channels(self, file: IO[bytes], summary: Summary) -> None:
        """Look for the channels in the chunks. Writers may leave them out of the index, and a chunk may hold messages of a
        channel that stands in another one."""
        for index in summary.chunk_indexes:
            file.seek(index.chunk_start_offset + _RECORD_HEAD.size)
            try:
                self._chunk_lines(Chunk.read(ReadDataStream(file)), index.chunk_start_offset)
            except _UNREADABLE:
                continue  # told when its turn comes

    def _warn_of_loss(self, start_ns: int, end_ns: int, error: Exception) -> None:
        is_damage = not isinstance(error, _UnsupportedError)
        if not is_damage:
            self._unsupported.add(str(error))
        what = "are damaged and lost" if is_damage else "are not read"
        span_s = (end_ns - start_ns) / 1e9
        self.warnings.append(f"{self.path}: {span_s:.1f} s from t = {start_ns / 1e9:.1f} s {what} ({error})")

    def _may_hold_ours(self, index: ChunkIndex) -> bool:
        """Whether a chunk has to be read; one whose writer did not say which channels are in it has to."""
        channels = index.message_index_offsets
        return not channels or any(self._channels.get(number) in self._wanted for number in channels)

    def _from_the_front(self, file: IO[bytes], *, indexed: bool) -> Iterator[PlacedLine]:
        """Record after record until the file ends or no longer makes sense. `indexed`: its index is as it should be."""
        size = self.path.stat().st_size
        records = StreamReader(file, emit_chunks=True, record_size_limit=_RECORD_LIMIT_BYTES).records
        read, last_ns, readable, complete = 0, 0, 0, False
        while True:
            try:
                record = next(records)
            except _UNREADABLE:
                break
            try:
                lines = self._record_lines(record, readable)
            except _UNREADABLE as error:
                if not isinstance(record, Chunk):
                    break
                self._warn_of_loss(record.message_start_time, record.message_end_time, error)
                lines = []
            complete = complete or isinstance(record, DataEnd)
            readable = file.tell()
            self.share_read = readable / size
            read += len(lines)
            last_ns = max(last_ns, lines[-1][0]) if lines else last_ns
            yield from lines
        if not (indexed and complete):
            what = "cut off" if not self._closed else "its index is damaged" if complete else "damaged"
            lost = size - readable
            rest = f"the last {lost} bytes are lost" if lost else "up to a second after that was not yet written"
            self.warnings.append(f"{self.path}: {what}: {read} records up to t = {last_ns / 1e9:.1f} s are read; {rest}")

    def _record_lines(self, record: McapRecord, offset: int) -> list[PlacedLine]:
        match record:
            case Chunk():
                return sorted(self._chunk_lines(record, offset))
            case Message() if self._channels.get(record.channel_id) in self._wanted:
                return [(record.log_time, offset, record.data)]
            case Channel():
                self._channels[record.id] = record.topic
            case Metadata():
                self._take_metadata(record)
        return []

    def _chunk_lines(self, chunk: Chunk, chunk_offset: int) -> list[PlacedLine]:
        """The lines of one chunk on our channels, as they stand in it."""
        data = _unpacked(chunk)
        self._chunks_read += 1
        length = len(data)
        if chunk.uncompressed_crc and zlib.crc32(data) != chunk.uncompressed_crc:
            raise ValueError("checksum mismatch")
        lines: list[PlacedLine] = []
        place = chunk_offset << 32
        offset = 0
        while offset < length:
            if not data[offset]:
                raise ValueError("a record without a kind")
            opcode, record_length = _RECORD_HEAD.unpack_from(data, offset)
            start = offset + _RECORD_HEAD.size
            offset = start + record_length
            if opcode == Opcode.MESSAGE:
                channel, _, log_time, _ = _MESSAGE_HEAD.unpack_from(data, start)
                if self._channels.get(channel) in self._wanted:
                    lines.append((log_time, place + len(lines), data[start + _MESSAGE_HEAD.size : offset]))
            elif opcode == Opcode.CHANNEL:
                found = Channel.read(ReadDataStream(io.BytesIO(data[start:offset])))
                self._channels[found.id] = found.topic
        return lines


class _UnsupportedError(ValueError):
    """Written in a way that dms does not read, which is no damage."""


def _unpacked(chunk: Chunk) -> bytes:
    """The records of a chunk. A kilobyte may say that it unpacks to a gigabyte, and may do so without saying it.

    Raises:
        _UnsupportedError: it is packed in another way.
        ValueError, ZstdError, RuntimeError: it is damaged or too large.
    """
    stated = zstandard.frame_content_size(chunk.data) if chunk.compression == "zstd" else chunk.uncompressed_size
    largest_bytes = min(LARGEST_CHUNK_BYTES, _SMALL_CHUNK_BYTES + MOST_TIMES_AS_LARGE * len(chunk.data))
    if max(stated, chunk.uncompressed_size) > largest_bytes:
        raise ValueError(f"a chunk of {max(stated, chunk.uncompressed_size)} bytes; at most {largest_bytes} are read")
    if chunk.compression == "zstd":
        data = zstandard.ZstdDecompressor().decompress(chunk.data, max_output_size=largest_bytes)
    elif chunk.compression == "lz4":
        data = lz4.frame.LZ4FrameDecompressor().decompress(chunk.data, max_length=largest_bytes)
    elif chunk.compression == "":
        data = chunk.data
    else:
        raise _UnsupportedError(f"its chunks are packed with {chunk.compression[:20]!r}: zstd, lz4 and unpacked ones are read")
    if len(data) != chunk.uncompressed_size:
        raise ValueError(f"a chunk of {len(data)} bytes that says {chunk.uncompressed_size}")
    return bytes(data)


def _has_summary(file: IO[bytes]) -> bool:
    """Whether the file has an index. The library does not compare its checksum, and by a damaged one whole chunks would be
    passed over.

    Raises:
        ValueError: the index is not what was written.
    """
    end = file.seek(-len(_MAGIC), io.SEEK_END)
    footer_start = file.seek(end - _FOOTER.size)
    opcode, _, summary_start, _, checksum = _FOOTER.unpack(file.read(_FOOTER.size))
    if opcode != Opcode.FOOTER:
        raise ValueError("the file does not end with a footer")
    if summary_start and checksum:
        file.seek(summary_start)
        if zlib.crc32(file.read(footer_start - summary_start + _FOOTER.size - 4)) != checksum:
            raise ValueError("checksum mismatch")
    return bool(summary_start)
