"""Log lines for people, and for journald with a `<N>` priority in front. Repeated messages are held back."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TextIO

_SYSLOG_PRIORITY = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
REPEAT_AFTER_S = 30.0
MOST_PLACES = 1000
MOST_VARIANTS = 10
"""Different things that one place may say per interval: enough for whoever corrects a file and looks again."""

_Place = tuple[str, int, str]
_Words = tuple[str, ...]
_OTHERS: _Words = ("", "others")


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}
_MORE = "    "


class HarmlessFormatter(logging.Formatter):
    """What others have named can neither pass for a line of its own nor tell a terminal what to do: control characters are shown
    as numbers, and further lines of a message are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as the library calls it
        """Return the record's line."""
        record.message = f"\n{_MORE}".join(record.message.translate(_CONTROLS).splitlines())
        return super().formatMessage(record)


class JournalFormatter(HarmlessFormatter):
    """Prefixes every line, those of tracebacks too, with the syslog priority that journald strips and files under."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text, with `<N>` in front of each line."""
        priority = _SYSLOG_PRIORITY.get(record.levelno, 6)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


class RepeatFilter(logging.Filter):
    """Passes the same message from the same place once per `interval_s`, and says how many were held back.

    Messages that differ only in their numbers are the same: `LOG.warning("frame %d …", index)` is one line per interval. Those
    that differ in words say something else, but a place may say no more than `MOST_VARIANTS` things per interval.
    """

    def __init__(self, interval_s: float = REPEAT_AFTER_S, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._interval_s = interval_s
        self._clock = clock
        self._passed: dict[_Place, dict[_Words, float]] = {}
        self._held_back: Counter[tuple[_Place, _Words]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return False for a repeat within the interval."""
        place, words, now = _place(record), _words(record), self._clock()
        said = {
            each: then for each, then in self._passed.get(place, {}).items() if now - then < self._interval_s or each == words
        }
        last = said.get(words)
        if last is not None and now - last < self._interval_s:
            self._held_back[place, words] += 1
            return False
        if last is None and len(said) >= MOST_VARIANTS:
            self._held_back[place, _OTHERS] += 1
            return False
        self._forget_old(now)
        self._passed[place] = {**said, words: now}
        repeats, others = self._held_back.pop((place, words), 0), self._held_back.pop((place, _OTHERS), 0)
        added = [f"and {repeats} times more in {now - last:.0f} s"] if repeats and last is not None else []
        added += [f"and {others} others were not written"] if others else []
        if added:
            record.msg = f"{record.getMessage()} ({', '.join(added)})"
            record.args = None
        return True

    def _forget_old(self, now: float) -> None:
        if len(self._passed) > MOST_PLACES:
            recent = {place: said for place, said in self._passed.items() if now - max(said.values()) < self._interval_s}
            self._held_back = Counter({key: count for key, count in self._held_back.items() if key[0] in recent})
            self._passed = recent


def _place(record: logging.LogRecord) -> _Place:
    return record.pathname, record.lineno, str(record.msg)


def _words(record: logging.LogRecord) -> _Words:
    """Its arguments without the numbers among them."""
    values = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    return tuple(str(value) for value in values if not isinstance(value, int | float))


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
        handler.setFormatter(HarmlessFormatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    handler.addFilter(RepeatFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("transitions").setLevel(logging.ERROR)
