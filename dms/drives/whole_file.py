"""Files that are either as they were or as they shall be, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path

from dms.errors import DriveError


def write_whole(path: Path, content: str) -> None:
    """Write `content` (UTF-8, line ends as given) under another name, then let it take the place of `path`.

    Raises:
        DriveError: it cannot be written; what was there before still is.
    """
    target = path.resolve()
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.unfinished")
    try:
        try:
            with unfinished.open("w", encoding="utf-8", newline="") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise DriveError(f"{path}: cannot be written: {error.strerror}") from error
