"""Wall-clock time as the outputs write it down. It labels what happened; nothing is ever decided by it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

NS_PER_S = 1_000_000_000


def utc_now() -> str:
    """The time now, RFC 3339 in UTC with microseconds."""
    return utc_text(time.time_ns())


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
