"""The events that fusion derives from observations, as `dms replay` counts them before any rule."""

from __future__ import annotations

from collections.abc import Iterable

from dms.config.cabin import Cabin, load_cabin
from dms.fusion.fusion import Fusion
from dms.types import CueEvent, CueEventKind, DriveRecord, Observation, VehicleState


def events_of(records: Iterable[DriveRecord], cabin: Cabin | None = None) -> list[CueEvent]:
    """Every event of a drive's observations and vehicle states, in the order in which they ended."""
    fusion = Fusion(cabin or load_cabin())
    events: list[CueEvent] = []
    for record in records:
        if isinstance(record, Observation):
            cues = fusion.observe(record)
            events += cues.events if cues is not None else ()
        elif isinstance(record, VehicleState):
            fusion.vehicle(record)
    return events


def of_kind(events: Iterable[CueEvent], *kinds: CueEventKind) -> list[CueEvent]:
    """Those of some kinds."""
    return [event for event in events if event.kind in kinds]


def overlapping(event: CueEvent, start_s: float, end_s: float) -> bool:
    """Whether the event shares time with a span."""
    return event.onset < end_s and event.end > start_s
