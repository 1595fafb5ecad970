"""Standard input, output and error of a process that was started without them."""

from __future__ import annotations

import io
import os
import sys

from dms.console.terminal_text import made_harmless


def open_what_is_closed() -> None:
    """Put nothing in the place of standard streams that are closed.

    Python then has None for them. What is worse, the next file that is opened gets the number 2, and whatever a library says on
    standard error stands in the middle of a recording.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:  # it got the lowest number that is free, and those below are open
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 (open as long as the process is)


def write_what_letters_allow() -> None:
    """Where a locale lacks a letter, write its number instead of ending with a traceback: `…` in Latin-1 is `\\u2026`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def write_what_is_harmless() -> None:
    """Let nobody who names a file tell a terminal what to do. A pipe or a file gets standard output as it is: data."""
    if sys.stdout.isatty():
        sys.stdout = made_harmless(sys.stdout)
    sys.stderr = made_harmless(sys.stderr)
