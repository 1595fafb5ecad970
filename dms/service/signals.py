"""SIGTERM and SIGINT end the service in order, SIGHUP makes it reload its rule pack."""

from __future__ import annotations

import faulthandler
import signal
from types import FrameType, TracebackType
from typing import Any, Self


class Signals:
    """Collects what the service is asked to do, from `__enter__` to `__exit__`. Only the main thread may enter.

    The handlers only set flags, which the pipeline reads between frames. The flags are plain values: an Event's lock could
    already be held by the code that the signal interrupts.
    """

    def __init__(self) -> None:
        self.stop = False
        self._reload = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if not faulthandler.is_enabled():
            faulthandler.enable()  # SIGABRT, the watchdog's, writes the stack of every thread first
        for number, handler in (
            (signal.SIGTERM, self._on_stop),
            (signal.SIGINT, self._on_stop),
            (signal.SIGHUP, self._on_reload),
        ):
            self._before[number] = signal.signal(number, handler)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def take_reload(self) -> bool:
        """Return whether a reload was asked for since the last call."""
        asked, self._reload = self._reload, False
        return asked

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop = True

    def _on_reload(self, number: int, frame: FrameType | None) -> None:
        self._reload = True
