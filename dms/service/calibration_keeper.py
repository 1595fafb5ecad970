"""Keeps what is learned of the driver while the service runs. A thread of its own waits for the disk, never the frames."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from dms.fusion.calibration import Calibration
from dms.service.calibration_file import Seat
from dms.service.calibration_store import CalibrationFileError, CalibrationStore
from dms.wall_clock import utc_now

LOG = logging.getLogger(__name__)
_CLOSING_TIMEOUT_S = 2.0


class CalibrationKeeper:
    """Restores, follows and forgets the calibration of one seat; without a store nothing outlasts the run.

    `restored` is what the store knew at the start. `problem` is why the last word of this run is not on disk, None if it is.
    """

    def __init__(self, store: CalibrationStore | None, seat: Seat, utc: Callable[[], str | None] = utc_now) -> None:
        self.restored = store.restore(seat) if store else None
        self.problem: str | None = None
        self._store = store
        self._seat = seat
        self._utc = utc
        self._last: Calibration | None = None
        self._tasks: queue.SimpleQueue[Callable[[], Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="dms-calibration", daemon=True)
        self._thread.start()

    @property
    def is_kept(self) -> bool:
        """Whether what is learned outlasts the run."""
        return self._store is not None

    def follow(self, calibration: Calibration) -> None:
        """Take the calibration in use; one that this driver's own drive has completed is kept."""
        if calibration is self._last:
            return
        self._last = calibration
        if self._store is not None and calibration.source == "learned":
            store, seat, learned_utc = self._store, self._seat, self._utc()
            self._tasks.put(lambda: store.keep(seat, calibration, learned_utc))

    def forget(self) -> None:
        """The driver wants to be forgotten."""
        if self._store is not None:
            store, seat = self._store, self._seat
            self._tasks.put(lambda: store.forget(seat.source, seat.cabin))
            LOG.info("calibration of %s forgotten on request", seat.source)

    def close(self) -> None:
        """Write what is waiting. A disk that does not answer is not waited for much longer."""
        self._tasks.put(None)
        self._thread.join(_CLOSING_TIMEOUT_S)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
                self.problem = None
            except CalibrationFileError as error:
                self.problem = str(error)
                LOG.warning("the calibration is not kept: %s", error)
