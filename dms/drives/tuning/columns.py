"""The cues of a drive in little memory: an array per cue, from which rows that read like `Cues` are built."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from operator import attrgetter
from typing import Any, cast, get_args

import numpy as np
from msgspec.structs import fields
from numpy.typing import NDArray

from dms.decision.cue_catalog import CUES
from dms.decision.pack_loader import Pack
from dms.drives.tuning.pack_parts import cues_in
from dms.monitor.monitor import Monitor
from dms.types import Alert, CameraHealth, CueEvent, CueEventKind, Cues, DriverAction, DriveRecord, DriverInput, Observation

ALWAYS = ("degraded", "non_nominal", "speed_kph")
"""Cues that every rule depends on, or names in an alert's cause."""

_EVENTS = get_args(CueEventKind)
_ACTIONS = get_args(DriverAction)
_CHUNK = 16_384
_TRUTHS = np.array([None, False, True], dtype=object)


def cue_names(pack: Pack) -> tuple[str, ...]:
    """The cues that a pack names anywhere, and those in `ALWAYS`."""
    return tuple(sorted({*ALWAYS, *cues_in(pack.file)}))


@cache
def _row_type(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Cues]:
    """What makes rows of these cues: named tuples, with the defaults of all other cues as attributes of their class."""
    fields_kept = ("t", "events", *names)
    others = {one.name: one.default for one in fields(Cues) if one.name not in fields_kept}
    row = type("CueRow", (namedtuple("CueRow", fields_kept),), {"__slots__": (), **others})
    return cast("Callable[[Iterable[Any]], Cues]", row._make)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class CueColumns:
    """The cues of one drive.

    `t` are seconds, strictly increasing. `columns` holds for each cue as many values as there are times: numbers as float64 with
    NaN for the unknown; truths as int8 with -1 for the unknown; texts as int16, places in `words`, with -1 for the unknown.
    `events` have the place of the cues that they came with, `inputs` the place of the first cues after them.
    """

    t: NDArray[np.float64]
    columns: dict[str, NDArray[Any]]
    words: dict[str, tuple[str, ...]]
    events: tuple[tuple[int, CueEvent], ...] = ()
    inputs: tuple[tuple[int, DriverInput], ...] = ()

    def __len__(self) -> int:
        return len(self.t)

    def ends(self) -> CueColumns:
        """Only the first and the last time: what the rest of the program needs to know of them."""
        return CueColumns(self.t[[0, -1]], {}, {})

    def only(self, names: Iterable[str]) -> CueColumns:
        """With no other cues than these."""
        wanted = {name: self.columns[name] for name in names}
        return replace(self, columns=wanted, words={name: words for name, words in self.words.items() if name in wanted})

    def cues(self, places: NDArray[np.intp] | None = None) -> Iterator[Cues]:
        """The cues at `places`, by default at all. Cues without an array have their defaults.

        These are not `Cues` but rows that read like them: building `Cues` would take longer than running the rules.
        """
        row_of = _row_type(tuple(self.columns))
        events = self._events_by_place()
        for begin in range(0, len(self if places is None else places), _CHUNK):
            chunk = np.arange(begin, min(begin + _CHUNK, len(self))) if places is None else places[begin : begin + _CHUNK]
            ended = [events.get(place, ()) for place in chunk.tolist()] if events else [()] * len(chunk)
            values = (self._values(name, chunk) for name in self.columns)
            yield from map(row_of, zip(self.t[chunk].tolist(), ended, *values, strict=True))

    def _values(self, name: str, places: NDArray[np.intp]) -> list[Any]:
        column = self.columns[name][places]
        match CUES[name].type:
            case "number":
                values = column.astype(object)
                values[np.isnan(column)] = None
                return list(values)
            case "truth":
                return list(_TRUTHS[column.astype(np.intp) + 1])
        words = [CameraHealth(word) for word in self.words[name]] if name == "camera" else list(self.words[name])
        known = np.array([None, *words], dtype=object)
        return list(known[column.astype(np.intp) + 1])

    def _events_by_place(self) -> dict[int, tuple[CueEvent, ...]]:
        by_place: dict[int, tuple[CueEvent, ...]] = {}
        for place, event in self.events:
            by_place[place] = (*by_place.get(place, ()), event)
        return by_place


@dataclass
class CueRecorder:
    """A `Watch` for `replay` that keeps the cues named."""

    names: Sequence[str]
    _rows: list[tuple[Any, ...]] = field(default_factory=list)
    _chunks: list[list[NDArray[Any]]] = field(default_factory=list)
    _words: dict[str, dict[str, int]] = field(default_factory=dict)
    _events: list[tuple[int, CueEvent]] = field(default_factory=list)
    _inputs: list[tuple[int, DriverInput]] = field(default_factory=list)
    _count: int = 0
    _last: Cues | None = None

    def __post_init__(self) -> None:
        self._read = attrgetter("t", *self.names)

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if type(record) is DriverInput:
            self._inputs.append((self._count, record))
        cues = monitor.cues
        if type(record) is not Observation or cues is None or cues is self._last:
            return
        self._last = cues
        self._rows.append(self._read(cues))
        self._events.extend((self._count, event) for event in cues.events)
        self._count += 1
        if len(self._rows) == _CHUNK:
            self._pack()

    def finish(self) -> CueColumns:
        """What was recorded."""
        self._pack()
        t, *columns = (np.concatenate(parts) for parts in zip(*self._chunks, strict=True))
        return CueColumns(
            t=t,
            columns=dict(zip(self.names, columns, strict=True)),
            words={name: tuple(words) for name, words in self._words.items()},
            events=tuple(self._events),
            inputs=tuple(self._inputs),
        )

    def _pack(self) -> None:
        if not self._rows and self._chunks:
            return
        columns = list(zip(*self._rows, strict=True)) or [()] * (1 + len(self.names))
        self._chunks.append(
            [
                np.array(columns[0], dtype=np.float64),
                *(self._column(name, column) for name, column in zip(self.names, columns[1:], strict=True)),
            ]
        )
        self._rows.clear()

    def _column(self, name: str, values: Sequence[Any]) -> NDArray[Any]:
        match CUES[name].type:
            case "number":
                return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
            case "truth":
                return np.array([-1 if value is None else value for value in values], dtype=np.int8)
        words = self._words.setdefault(name, {})
        return np.array([-1 if value is None else words.setdefault(str(value), len(words)) for value in values], dtype=np.int16)


def event_table(events: Sequence[tuple[int, CueEvent]]) -> tuple[NDArray[np.float64], list[str]]:
    """Events as rows of place, kind, onset and end, and their values as text ("" for none)."""
    rows = [(place, _EVENTS.index(event.kind), event.onset, event.end) for place, event in events]
    return np.array(rows, dtype=np.float64).reshape(-1, 4), [event.value or "" for _, event in events]


def events_from(table: NDArray[np.float64], values: Sequence[str]) -> tuple[tuple[int, CueEvent], ...]:
    """The inverse of `event_table`."""
    rows = zip(table.tolist(), values, strict=True)
    return tuple(
        (int(place), CueEvent(_EVENTS[int(kind)], onset, end, value or None)) for (place, kind, onset, end), value in rows
    )


def input_table(inputs: Sequence[tuple[int, DriverInput]]) -> NDArray[np.float64]:
    """Driver inputs as rows of place, action and time."""
    return np.array([(place, _ACTIONS.index(one.action), one.t) for place, one in inputs], dtype=np.float64).reshape(-1, 3)


def inputs_from(table: NDArray[np.float64]) -> tuple[tuple[int, DriverInput], ...]:
    """The inverse of `input_table`."""
    return tuple((int(place), DriverInput(t, _ACTIONS[int(action)])) for place, action, t in table.tolist())
