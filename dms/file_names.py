"""File names that are not text: Linux allows any bytes, and a name from an old camera card may be Latin-1.

Python holds such a name with escapes in it. Libraries that are given them crash, and JSON and HTML cannot hold them.
"""

from __future__ import annotations

import os
from pathlib import Path


def name_problem(path: Path | str) -> str | None:
    """Why a file of this name cannot be worked with, with the name in a form that can be shown; None if it can."""
    name = os.fsencode(path)
    try:
        name.decode()
    except UnicodeDecodeError as error:
        shown = name.decode(errors="backslashreplace")
        return f"{shown}: the name is not UTF-8 (byte 0x{name[error.start]:02x}): rename the file or its folder"
    return None
