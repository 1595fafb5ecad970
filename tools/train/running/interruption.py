"""Ctrl-C and SIGTERM end a training between two steps, with a checkpoint, and not in the middle of one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from dms.errors import DmsError

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class InterruptedTrainingError(DmsError):
    """Training was stopped from outside before its end; the message says how to go on."""

    exit_code = 130  # as of what Ctrl-C ends, in shells


@dataclass
class Interruption:
    """Whether somebody asked for an end."""

    asked: bool = False


@contextmanager
def noticed() -> Iterator[Interruption]:
    """Within the block, the first signal is noted; a second one does what it always did. Outside the main thread, where Python
    takes no handlers, nothing is."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def note(number: int, _frame: FrameType | None) -> None:
        interruption.asked = True
        signal.signal(number, before[signal.Signals(number)])

    for number in SIGNALS:
        signal.signal(number, note)
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
