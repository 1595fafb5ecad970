"""Parts of drives: a span of time, some topics, several streams as one. All of it streams, whatever the length of a drive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from dms.recording.ordering import in_time_order
from dms.types import Alert, DriveRecord, DriverInput, Label, Observation, Setup, VehicleState

TOPIC_OF: dict[type[DriveRecord], str] = {
    Observation: "observation",
    VehicleState: "vehicle",
    DriverInput: "driver",
    Label: "label",
    Alert: "alert",
    Setup: "setup",
}


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin_s` to `end_s`, both drive times, and both within."""

    begin_s: float
    end_s: float

    def holds(self, t: float) -> bool:
        """Return whether a moment lies within."""
        return self.begin_s <= t <= self.end_s


def cut(records: Iterable[DriveRecord], span: Span) -> Iterator[DriveRecord]:
    """Yield the records of a span, their times as they were.

    What its decisions rest on stands before them: the setup in force when the span begins. A label that overlaps the span is cut
    to it.
    """
    setup: Setup | None = None
    has_begun = False
    for record in records:
        if isinstance(record, Label):
            if record.t <= span.end_s and record.end >= span.begin_s:
                yield replace(record, t=max(record.t, span.begin_s), end=min(record.end, span.end_s))
        elif isinstance(record, Setup) and record.t <= span.begin_s:
            setup = record
        elif span.holds(record.t):
            if setup is not None and not has_begun:
                yield replace(setup, t=span.begin_s)
            has_begun = True
            yield record


def with_topics(records: Iterable[DriveRecord], topics: frozenset[str]) -> Iterator[DriveRecord]:
    """Yield the records of some topics."""
    types = tuple(record_type for record_type, topic in TOPIC_OF.items() if topic in topics)
    return (record for record in records if isinstance(record, types))


def merged(streams: Sequence[Iterable[DriveRecord]]) -> Iterator[DriveRecord]:
    """Yield the records of several streams as one, by time. Of equal times, those of the first stream come first."""
    return in_time_order([((index, record) for record in stream) for index, stream in enumerate(streams)])


def split(records: Iterable[DriveRecord], is_next: Callable[[Span, DriveRecord], bool]) -> Iterator[Iterator[DriveRecord]]:
    """Yield the pieces of a drive, each of which is to be read to its end before the next.

    `is_next` says, given the span of the piece so far, whether a record begins another. Each piece begins with the setup in
    force. Labels go with the piece in whose time they begin.
    """
    source = iter(records)
    setup: Setup | None = None
    waiting: list[DriveRecord] = []
    labels: list[Label] = []

    def piece(first: DriveRecord) -> Iterator[DriveRecord]:
        nonlocal setup
        if setup is not None and not isinstance(first, Setup):
            yield replace(setup, t=first.t)
        span = Span(first.t, first.t)
        record: DriveRecord | None = first
        while record is not None:
            if isinstance(record, Setup):
                setup = record
            if isinstance(record, Label):
                labels.append(record)
            elif record is not first and is_next(span, record):
                waiting.append(record)
                break
            else:
                span = Span(span.begin_s, max(span.end_s, record.t))
                yield record
            record = next(source, None)
        is_last = not waiting
        for label in [each for each in labels if is_last or each.t <= span.end_s]:
            labels.remove(label)
            yield label

    for record in source:
        if isinstance(record, Label):
            labels.append(record)
            continue
        waiting.append(record)
        while waiting:
            yield piece(waiting.pop())


def longer_than(length_s: float) -> Callable[[Span, DriveRecord], bool]:
    """Return what begins another piece after so many seconds."""
    return lambda span, record: record.t - span.begin_s >= length_s


def after_a_gap(gap_s: float) -> Callable[[Span, DriveRecord], bool]:
    """Return what begins another piece where nothing was recorded for longer than so many seconds, or where time goes back."""
    return lambda span, record: abs(record.t - span.end_s) > gap_s
