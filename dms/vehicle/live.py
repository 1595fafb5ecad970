"""Reading a source of vehicle data on a thread of its own: frames never wait for it, and a lost one is opened again."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from dms.backoff import backoff_s, keep_trying
from dms.errors import SourceError, one_line
from dms.health import VehicleSourceHealth
from dms.types import VehicleState
from dms.vehicle.fields import FieldName, believed, vehicle_state
from dms.vehicle.source import Feed, Reading
from dms.vehicle.told import Told
from dms.watched_thread import WatchedThread

LOG = logging.getLogger(__name__)
CLOSING_TAKES_S = 5.0
IMPLAUSIBLE = "implausible"


class LiveVehicle:
    """What a source tells, as it comes. The thread runs from construction to `close`.

    A source that cannot be opened, or is lost, is tried again, from half a second later on up to every five seconds. Meanwhile
    nothing is told: what was said before it was lost is not repeated.
    """

    def __init__(
        self,
        name: str,
        open_feed: Callable[[], Feed],
        tells: Mapping[FieldName, float],
        *,
        waits_s: Callable[[], Iterator[float]] = backoff_s,
    ) -> None:
        self.name = name
        self._open_feed = open_feed
        self._waits_s = waits_s
        self._told = Told(tells)
        self._closing = threading.Event()
        self._feed: Feed | None = None
        self._connected_s: float | None = None
        self._problem: str | None = "not connected yet"
        self._accepted = 0
        self._connections = 0
        self._refused: Counter[str] = Counter()
        self._refused_before: Counter[str] = Counter()
        self.thread = WatchedThread(f"vehicle {name}", self._run)
        self.thread.start()

    def until(self, t: float) -> Iterator[VehicleState]:
        """Yield what has come since the last call: one state with the newest value of each field, at drive time `t` or before."""
        values, known_for_s = self._told.due(time.monotonic())
        if values:
            yield vehicle_state(max(0.0, t - known_for_s), values)

    def health(self) -> VehicleSourceHealth:
        """Return its part of the health message."""
        now_s = time.monotonic()
        feed, connected_s = self._feed, self._connected_s
        return VehicleSourceHealth(
            state="lost" if connected_s is None else "connected",
            problem=self._in_words(feed, connected_s, now_s),
            signals=self._told.health(now_s),
            accepted=self._accepted,
            refused=dict(self._refused + self._refused_before + Counter(feed.refused if feed else {})),
            reconnects=max(0, self._connections - 1),
        )

    def close(self) -> None:
        """End the thread and let go of the source. A source that hangs is left to its daemon thread."""
        self._closing.set()
        feed = self._feed
        if feed is not None:
            self._let_go(feed)
        self.thread.join(CLOSING_TAKES_S)

    def replace_thread(self) -> None:
        """Give up a source that keeps its thread waiting, and open it again on another."""
        self._lose(f"no answer for {self.thread.busy_s:.0f} s, opened again")
        self.thread.restart()

    def _in_words(self, feed: Feed | None, connected_s: float | None, now_s: float) -> str | None:
        """What keeps it from telling all that it is to tell, None if nothing does."""
        if connected_s is None or feed is None:
            return self._problem
        silent = ", ".join(self._told.silent(now_s, connected_s))
        return "; ".join(filter(None, (feed.note, silent))) or None

    def _run(self) -> None:
        keep_trying(self.thread, self._closing, self._waits_s, self._read_until_lost)

    def _goes_on(self) -> bool:
        return not self._closing.is_set() and self.thread.is_current

    def _read_until_lost(self) -> bool:
        """Take readings until the source fails or the service stops. Returns True if there was any."""
        heard = False
        feed: Feed | None = None
        problem: str | None = None
        self.thread.begins("connecting")
        try:
            feed = self._open_feed()
            self._connect(feed)
            while self._goes_on():
                self.thread.begins("reading")
                readings = feed.read()
                heard |= bool(readings)
                if self.thread.is_current:
                    self._take(readings)
        except SourceError as error:
            problem = str(error)
        except Exception as error:  # the code of a driver or of another package: a source that fails so may recover as well
            LOG.exception("vehicle source %s: reading it failed", self.name)
            problem = f"{type(error).__name__}: {error}"
        if self.thread.is_current and problem is not None and not self._closing.is_set():
            self._lose(problem)
        if feed is not None:
            self._let_go(feed)
        return heard

    def _connect(self, feed: Feed) -> None:
        if self.thread.is_current:
            self._feed, self._connected_s, self._problem = feed, time.monotonic(), None
            self._connections += 1
            LOG.info("vehicle source %s: connected", self.name)

    def _lose(self, problem: str) -> None:
        """Report a loss once, and again only when the reason changes."""
        feed, self._feed, self._connected_s = self._feed, None, None
        if feed is not None:
            self._refused_before.update(feed.refused)
        self._told.forget()
        problem = one_line(problem)
        if problem != self._problem:
            self._problem = problem
            LOG.warning("vehicle source %s: %s", self.name, problem)

    def _let_go(self, feed: Feed) -> None:
        self.thread.begins("closing")
        try:
            feed.close()
        except Exception:  # it is lost anyway, and the next opening will tell
            LOG.exception("vehicle source %s: closing it failed", self.name)

    def _take(self, readings: Sequence[Reading]) -> None:
        for reading in readings:
            values, implausible = believed(reading.values)
            self._refused[IMPLAUSIBLE] += implausible
            self._accepted += any(value is not None for value in values.values())
            self._told.take(Reading(reading.heard_s, values, reading.sigmas))
