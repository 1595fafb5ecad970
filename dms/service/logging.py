"""Log lines for people, and for journald with a `<N>` priority in front. Repeated messages are held back."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TextIO

_SYSLOG_PRIORITY = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
REPEAT_AFTER_S = 30.0
MOST_PLACES = 1000


class JournalFormatter(logging.Formatter):
    """Prefixes every line, those of tracebacks too, with the syslog priority that journald strips and files under."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text, with `<N>` in front of each line."""
        priority = _SYSLOG_PRIORITY.get(record.levelno, 6)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


class RepeatFilter(logging.Filter):
    """Passes the same message from the same place once per `interval_s`, and says how many were held back.

    Messages that differ only in their arguments are the same: `LOG.warning("frame %d …", index)` is one line per interval.
    """

    def __init__(self, interval_s: float = REPEAT_AFTER_S, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._interval_s = interval_s
        self._clock = clock
        self._passed: dict[tuple[str, int, str], float] = {}
        self._held_back: dict[tuple[str, int, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return False for a repeat within the interval."""
        place = (record.pathname, record.lineno, str(record.msg))
        now = self._clock()
        last = self._passed.get(place)
        if last is not None and now - last < self._interval_s:
            self._held_back[place] = self._held_back.get(place, 0) + 1
            return False
        if len(self._passed) > MOST_PLACES:
            self._passed = {place: then for place, then in self._passed.items() if now - then < self._interval_s}
        self._passed[place] = now
        repeats = self._held_back.pop(place, 0)
        if repeats and last is not None:
            record.msg = f"{record.getMessage()} (and {repeats} times more in {now - last:.0f} s)"
            record.args = None
        return True


def journal_reads(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether `stream` goes straight to journald: `$JOURNAL_STREAM` names its device and inode (systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # a stream without a file behind it, as under a test runner
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def set_up_logging(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Log to standard error: bare lines with priorities for the journal, lines with a time for people.

    The state-machine library logs every trigger it ignores; only its errors are wanted.
    """
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    if journal_reads(target):
        handler.setFormatter(JournalFormatter("%(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    handler.addFilter(RepeatFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("transitions").setLevel(logging.ERROR)
