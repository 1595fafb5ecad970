"""Keeps what is learned of the driver while the service runs. Only a thread of its own ever waits for the disk."""

from __future__ import annotations

import logging
import math
import queue
from collections.abc import Callable
from typing import Any

from dms.errors import reason
from dms.fusion.calibration import Calibration
from dms.health import CalibrationHealth
from dms.outputs.listener import Listener, Step
from dms.service.calibration_file import Seat
from dms.service.calibration_store import CalibrationFileError, CalibrationStore
from dms.types import DriverInput
from dms.wall_clock import utc_now
from dms.watched_thread import WatchedThread

LOG = logging.getLogger(__name__)
_CLOSING_TIMEOUT_S = 2.0
RESTORED_WITHIN_S = 2.0
"""What is known of the driver saves a minute of learning, and is not worth a longer wait for a disk that hangs."""


class CalibrationKeeper(Listener):
    """Restores, follows and forgets the calibration of one seat. Without a store, nothing outlasts the run.

    `restored` is what the store knew at the start, None if it has not said so within `restored_within_s`. `problem` is why
    the latest attempt to read or write failed, None if it succeeded.
    """

    def __init__(
        self,
        store: CalibrationStore | None,
        seat: Seat,
        utc: Callable[[], str | None] = utc_now,
        restored_within_s: float = RESTORED_WITHIN_S,
    ) -> None:
        self.restored: Calibration | None = None
        self.problem: str | None = None
        self._store = store
        self._seat = seat
        self._utc = utc
        self._last: Calibration | None = None
        self._tasks: queue.SimpleQueue[Callable[[], Any] | None] = queue.SimpleQueue()
        self._known: queue.SimpleQueue[Calibration | None] = queue.SimpleQueue()
        self.thread = WatchedThread("calibration", self._run)
        self.thread.start()
        if store is not None:
            self._restore(store, restored_within_s)

    def health(self, calibration: Calibration) -> CalibrationHealth:
        """The part of the health message about `calibration`, the one in use."""
        percent = math.floor(100.0 * calibration.progress)
        return CalibrationHealth(percent, calibration.source, kept=self._store is not None, problem=self.problem)

    def on_step(self, step: Step) -> None:
        """Follow the calibration, and forget it if the driver asks for that."""
        self.follow(step.calibration)
        if isinstance(step.record, DriverInput) and step.record.action == "forget_calibration":
            self.forget()

    def follow(self, calibration: Calibration) -> None:
        """Take the calibration in use. One that was learned in this drive is kept."""
        if calibration is self._last:
            return
        was = self._last.source if self._last else None
        self._last = calibration
        if calibration.source == "relearning" != was:
            LOG.info("straight ahead most likely lies elsewhere than learned, learning it again: %s", self._seat.source)
        if self._store is not None and calibration.source == "learned":
            store, seat, learned_utc = self._store, self._seat, self._utc()
            self._tasks.put(lambda: store.keep(seat, calibration, learned_utc))

    def forget(self) -> None:
        """Forget the driver of this seat."""
        if self._store is not None:
            store, seat = self._store, self._seat
            self._tasks.put(lambda: store.forget(seat.source, seat.cabin))
            LOG.info("calibration of %s forgotten on request", seat.source)

    def close(self) -> None:
        """Write what is waiting, for two seconds at most."""
        self._tasks.put(None)
        self.thread.join(_CLOSING_TIMEOUT_S)

    def _restore(self, store: CalibrationStore, within_s: float) -> None:
        try:
            self.restored = self._known.get(timeout=within_s)
        except queue.Empty:
            self.problem = f"{store.path}: not read within {within_s:g} s; the driver is learned again"
            LOG.warning("no calibration is restored: %s", self.problem)

    def _run(self) -> None:
        if self._store is not None:
            self.thread.begins("reading")
            self._known.put(self._store.restore(self._seat))
            self.thread.waits()
        while (task := self._tasks.get()) is not None:
            self.thread.begins("writing")
            try:
                task()
                self.problem = None
            except (CalibrationFileError, OSError) as error:
                self.problem = reason(error)
                LOG.warning("the calibration is not kept: %s", self.problem)
            self.thread.waits()
