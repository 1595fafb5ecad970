"""Standard input, output and error of a process that was started without them."""

from __future__ import annotations

import os
import sys


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
