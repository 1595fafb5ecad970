"""What is tried: a place at which dms reads what a stranger wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: the name of its file (empty for messages, which are in none), input that is right, and the reading itself.

    `named` is what its messages name where that is not the file: the folder of a bag, of which the file is a part. The seeds are
    asked for before anything is read, and may put into the folder what the reader needs beside the file.
    """

    file_name: str
    seeds: Callable[[Path], Iterable[bytes]]
    read: Callable[[bytes, Path], object]
    named: str = ""
