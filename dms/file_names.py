"""File names that no file has, and those that are not text: Linux allows any bytes, and an old camera card may hold Latin-1.

Python holds such a name with escapes in it. Libraries that are given them crash, and JSON and HTML cannot hold them.
"""

from __future__ import annotations

import os
from pathlib import Path

LONGEST_NAME_BYTES, LONGEST_PATH_BYTES = 255, 4095
"""What Linux takes, limits.h, without the NUL behind it."""
_SHOWN = 60


def name_problem(path: Path | str) -> str | None:
    """Why a file of this name cannot be worked with, with the name in a form that can be shown; None if it can."""
    name = os.fsencode(path)
    try:
        name.decode()
    except UnicodeDecodeError as error:
        shown = name.decode(errors="backslashreplace")
        return f"{shown}: the name is not UTF-8 (byte 0x{name[error.start]:02x}): rename the file or its folder"
    longest = max(map(len, name.split(b"/")))
    if longest > LONGEST_NAME_BYTES or len(name) > LONGEST_PATH_BYTES:
        shown = name[:_SHOWN].decode(errors="replace")
        return f"{shown}…: a name of {longest} bytes: no file has one of more than {LONGEST_NAME_BYTES}"
    return None
