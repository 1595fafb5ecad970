"""Labels are people's work: the file that holds them is never half written."""

from __future__ import annotations

from pathlib import Path

from dms import durable
from dms.errors import DriveError


def write_whole(path: Path, content: str) -> None:
    """Write `content` (UTF-8, line ends as given) in place of `path`, or of the file that it links to.

    Raises:
        DriveError: it cannot be written; what was there before still is.
    """
    try:
        durable.write_whole(path, content)
    except OSError as error:
        raise DriveError(f"{path}: cannot be written: {error.strerror}") from error
