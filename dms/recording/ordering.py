"""One stream of records out of several, by time, without holding a drive in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dms.types import DriveRecord

# No drive lasts 30 days: a time beyond is a fault, and must not hold back the records that follow it.
LATEST_PLAUSIBLE_T_S = 30 * 86400.0

Placed = tuple[int, DriveRecord]
"""A record and its place in the file, which decides between equal times."""


def in_time_order(streams: Iterable[Iterator[Placed]]) -> Iterator[DriveRecord]:
    """Merge streams that are each in order but for faults.

    A record whose time runs ahead of the next one's, or back, keeps its place within its own stream, so that what reads the
    records meets the fault just as a live service would have.
    """
    heads: list[_Head] = []
    for stream in streams:
        dated = _with_due_time(stream)
        heads += [(first, dated) for first in [next(dated, None)] if first is not None]
    while heads:
        heads.sort(key=_due_and_place)
        (due_s, place, record), dated = heads.pop(0)
        limit_s, limit_place = heads[0][0][:2] if heads else (float("inf"), 0)
        yield record
        # Most records come in runs from one stream: no sorting for those.
        for due_s, place, record in dated:
            if due_s > limit_s or (due_s == limit_s and place > limit_place):
                heads.append(((due_s, place, record), dated))
                break
            yield record


_Dated = tuple[float, int, DriveRecord]
_Head = tuple[_Dated, Iterator[_Dated]]


def _due_and_place(head: _Head) -> tuple[float, int]:
    return head[0][:2]


def _with_due_time(stream: Iterator[Placed]) -> Iterator[_Dated]:
    due_s = -1.0
    for place, record in stream:
        held_place, held = place, record
        break
    else:
        return
    for place, record in stream:
        t = held.t if held.t < record.t else record.t
        if due_s < t <= LATEST_PLAUSIBLE_T_S:
            due_s = t
        yield due_s, held_place, held
        held_place, held = place, record
    if due_s < held.t <= LATEST_PLAUSIBLE_T_S:
        due_s = held.t
    yield due_s, held_place, held
