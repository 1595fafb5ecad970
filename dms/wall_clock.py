"""Wall-clock time as the outputs write it down. It labels what happened; nothing is ever decided by it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

NS_PER_S = 1_000_000_000
_PLAUSIBLE_NS = (1_577_836_800 * NS_PER_S, 7_258_118_400 * NS_PER_S)
"""2020 to 2200: a clock that says anything else was never set."""
_TOLERANCE_NS = 86_400 * NS_PER_S
_SETTLED_NS = 3600 * NS_PER_S


def utc_ns() -> int | None:
    """Nanoseconds since 1970 now, None if the clock says what cannot be."""
    try:
        now_ns = time.time_ns()
    except OSError:
        return None
    return now_ns if _PLAUSIBLE_NS[0] <= now_ns < _PLAUSIBLE_NS[1] else None


def utc_now() -> str | None:
    """The time now, RFC 3339 in UTC with microseconds; None if the clock says what cannot be."""
    now_ns = utc_ns()
    return None if now_ns is None else utc_text(now_ns)


def _passed_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class SteadyClock:
    """The wall clock for whoever deletes by age: after a jump of more than a day, what it says counts only once it has gone on
    from there for an hour. A receiver or a chip that errs by a year for some minutes is no reason to forget a year.

    `now_ns` and `passed_ns` are the clocks, of the wall and the one that never jumps, sleep of the machine included.
    """

    def __init__(self, now_ns: Callable[[], int | None] = utc_ns, passed_ns: Callable[[], int] = _passed_ns) -> None:
        self.says = now_ns
        """What the wall clock says, certain or not."""
        self._passed_ns = passed_ns
        self._began_ns: int | None = None
        self._believed_from_ns = 0
        self._jump_ns = 0

    def begin_after(self, newest_ns: int, at_most_ns: int) -> None:
        """Before it is asked for the first time: the newest that was written down, by a clock that ran before, is of `newest_ns`.

        If more than `at_most_ns` seem to have passed since then, and more than a day, the clock may have been set wrong
        meanwhile: it counts once it has gone on for an hour. Called later, it changes nothing.
        """
        now_ns = self.says()
        if self._began_ns is None and now_ns is not None and now_ns - newest_ns > max(at_most_ns, _TOLERANCE_NS):
            self._believed_from_ns = self._passed_ns() + _SETTLED_NS

    def take_jump(self) -> int:
        """By how much the clock has jumped since this was asked before, in nanoseconds; 0 for less than a day."""
        self()
        jump_ns, self._jump_ns = self._jump_ns, 0
        return jump_ns

    def __call__(self) -> int | None:
        """Nanoseconds since 1970 now, None if that is not certain."""
        now_ns = self.says()
        if now_ns is None:
            return None
        passed_ns = self._passed_ns()
        before, self._began_ns = self._began_ns, now_ns - passed_ns
        if before is not None and abs(self._began_ns - before) > _TOLERANCE_NS:
            self._believed_from_ns = passed_ns + _SETTLED_NS
            self._jump_ns += self._began_ns - before
        return now_ns if passed_ns >= self._believed_from_ns else None


def utc_text(utc_ns: int) -> str:
    """Nanoseconds since 1970 as RFC 3339 in UTC with microseconds, for example `2026-11-21T09:30:34.123456Z`."""
    moment = datetime.fromtimestamp(utc_ns // NS_PER_S, UTC).replace(microsecond=utc_ns % NS_PER_S // 1000)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def utc_from_text(text: str) -> int:
    """Nanoseconds since 1970 of an ISO 8601 date or time; without a zone it is UTC.

    Raises:
        ValueError: it is not such a text.
    """
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return (int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond) * 1000
