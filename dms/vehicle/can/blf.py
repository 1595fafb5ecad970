"""Whether a log in Vector's binary format is whole: python-can reads one that was cut off as if it ended there.

After a header that tells its own length, a BLF file is a row of objects, each with its length, padded by as many bytes as that
leaves over of a multiple of four.
"""

from __future__ import annotations

import struct
from pathlib import Path

from dms.bounded import open_file

_FILE_HEADER, _OBJECT_HEADER = struct.Struct("<4sL"), struct.Struct("<4sHHLL")
_OBJECT = b"LOBJ"


def is_cut_off(path: Path) -> bool:
    """Return whether a BLF file ends within an object; False for every other file.

    Raises:
        OSError: it cannot be read.
    """
    if path.suffix.lower() != ".blf":
        return False
    size = path.stat().st_size
    with open_file(path) as file:
        head = file.read(_FILE_HEADER.size)
        if len(head) < _FILE_HEADER.size:
            return True
        at = max(_FILE_HEADER.size, _FILE_HEADER.unpack(head)[1])
        while at < size:
            file.seek(at)
            head = file.read(_OBJECT_HEADER.size)
            if len(head) < _OBJECT_HEADER.size:
                return True
            signature, _, _, length, _ = _OBJECT_HEADER.unpack(head)
            if signature != _OBJECT or length < _OBJECT_HEADER.size:
                return False
            at += length
            if at > size:
                return True
            at += length % 4
    return False
