"""Errors that a person can act on: the message names the file, line or value; the exit code tells a script what kind it is."""

from __future__ import annotations

import os
from typing import ClassVar

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_CONFIGURATION = 78  # EX_CONFIG of sysexits.h; systemd does not restart the service on it


BAD_INPUT = (ValueError, TypeError, ArithmeticError, RecursionError, MemoryError)
"""What Python's own number, JSON and text functions raise for input that nobody could read.

Text that is no Unicode is a ValueError, a whole number too large for a float an ArithmeticError, deep nesting a
RecursionError, a length that no memory holds a MemoryError. Whoever reads what a stranger wrote catches all of them where it
is read, and nowhere else.
"""


class DmsError(Exception):
    """Something the user can put right. `str(error)` is the whole message, one problem per line."""

    exit_code: ClassVar[int] = EXIT_FAILED


class UsageError(DmsError):
    """The command line asks for something that makes no sense."""

    exit_code: ClassVar[int] = EXIT_USAGE


class ConfigurationError(DmsError):
    """A configuration file, rule pack, cabin file or model manifest that cannot be honoured."""

    exit_code: ClassVar[int] = EXIT_CONFIGURATION


class SourceError(DmsError):
    """A camera, video, folder or stream that cannot be opened or read."""


class DriveError(DmsError):
    """A recorded drive that cannot be read or written."""


def reason(error: BaseException) -> str:
    """Why something failed, in words that name the file: `/data/drives: Read-only file system`."""
    if isinstance(error, OSError) and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}" if error.filename else error.strerror
    return str(error)


LONGEST_REASON = 300
"""Characters: more than any reason has that a person wrote."""


def one_line(text: str, most: int = LONGEST_REASON) -> str:
    """What another program says, fit for a log, a status line and a terminal: a line without control characters, not too long."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text[: 4 * most]).split())
    return line if len(line) <= most else f"{line[:most]}…"
