"""When and by which camera the drives in a journal were seen: what tells whose they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

_SPANS = """
SELECT d.id, d.session, d.source, d.started_utc_ns,
    max(coalesce(d.ended_utc_ns, d.started_utc_ns),
        coalesce((SELECT max(utc_ns) FROM alerts WHERE drive_id = d.id), d.started_utc_ns),
        coalesce((SELECT max(utc_ns) FROM summaries WHERE drive_id = d.id), d.started_utc_ns)),
    (SELECT min(utc_ns) FROM alerts WHERE drive_id = d.id),
    (SELECT max(utc_ns) FROM alerts WHERE drive_id = d.id)
FROM drives d ORDER BY d.id
"""


@dataclass(frozen=True, slots=True)
class DriveSpan:
    """One drive: from when to when, in nanoseconds of the wall clock since 1970, None while that was not to be trusted."""

    id: int
    session: str
    source: str
    begin_ns: int | None
    end_ns: int | None


def drive_spans(database: sqlite3.Connection) -> Iterator[DriveSpan]:
    """The drives in the order they began. One that was cut short ends with the last that is known of it."""
    for identity, session, source, started_ns, ended_ns, first_ns, last_ns in database.execute(_SPANS).fetchall():
        yield DriveSpan(identity, session, source, _first(started_ns, first_ns), _first(ended_ns, last_ns))


def _first(*moments_ns: int | None) -> int | None:
    return next((moment_ns for moment_ns in moments_ns if moment_ns is not None), None)
