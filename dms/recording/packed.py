"""Drives as text, packed with gzip: `NAME.jsonl.gz`, read and written as if it were `NAME.jsonl`."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from dms.bounded import open_file
from dms.errors import DriveError

PACKED = ".gz"
_GZIP = 16 + zlib.MAX_WBITS
_PIECE_BYTES = 1 << 16


def unpacked_name(path: Path) -> Path:
    """`NAME.jsonl` of `NAME.jsonl.gz`; any other path as it is. Its suffix says which kind of drive a file is."""
    inner = path.with_suffix("")
    return inner if path.suffix.lower() == PACKED and inner.suffix.lower() == ".jsonl" else path


def trace_beside(video: Path) -> Path | None:
    """The file beside a video that holds its vehicle trace and its labels, None if there is none."""
    candidates = (video.with_suffix(suffix) for suffix in (".jsonl", f".jsonl{PACKED}"))
    return next((path for path in candidates if path.is_file()), None)


def open_lines(path: Path, buffer_bytes: int, warn: Callable[[str], None]) -> tuple[IO[bytes], IO[bytes]]:
    """Returns the lines of a file to read, unpacked if it is packed, and the file itself, whose position says how far that is.

    Closing the first closes both. Of a packed file that is cut off, what is there is read, and `warn` is told.

    Raises:
        OSError: it cannot be opened.
        DriveError, while reading: it is not packed as its name says.
    """
    file = open_file(path, buffer_bytes)
    if path.suffix.lower() != PACKED:
        return file, file
    return io.BufferedReader(_Unpacked(path, file, warn), buffer_bytes), file


def create_lines(path: Path, *, as_if: Path | None = None) -> IO[bytes]:
    """Returns the file to write lines into, which packs them if its name, or the one that it is to have, ends in `.gz`.

    Equal lines give equal files.

    Raises:
        OSError: it cannot be created.
    """
    if (as_if or path).suffix.lower() != PACKED:
        return path.open("wb")
    return cast(IO[bytes], _Packed(path))


class _Packed(gzip.GzipFile):
    """Without the time and the name that gzip notes, which would make two files of the same lines differ."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("wb")
        super().__init__("", "wb", fileobj=self._raw, mtime=0)

    def close(self) -> None:
        """Finish the file."""
        super().close()
        self._raw.close()


class _Unpacked(io.RawIOBase):
    """What a gzip file of any number of members holds, never more than a piece of it in memory."""

    def __init__(self, path: Path, file: IO[bytes], warn: Callable[[str], None]) -> None:
        self._path = path
        self._file = file
        self._warn = warn
        self._member = zlib.decompressobj(_GZIP)
        self._packed = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer as far as one step of unpacking does."""
        while True:
            self._packed = self._packed or self._file.read(_PIECE_BYTES)
            if not self._packed:
                if not self._member.eof:
                    self._warn(f"{self._path}: the packed file is cut off; what it lacks is lost")
                return 0
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            try:
                piece = self._member.decompress(self._packed, len(buffer))
            except zlib.error as error:
                raise DriveError(f"{self._path}: not packed with gzip, or damaged: {error}") from error
            self._packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if piece:
                buffer[: len(piece)] = piece
                return len(piece)

    def close(self) -> None:
        """Close the packed file as well."""
        super().close()
        self._file.close()
