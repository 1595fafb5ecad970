"""The cues of a drive over time, as compact as a page can carry them: whole numbers, with one of them standing for unknown."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Literal

from dms.fusion.event_time import is_gap
from dms.monitor.monitor import Monitor
from dms.types import LEARNING_IN_WORDS, Alert, CueEvent, Cues, DriveRecord, DriverInput

TypeCode = Literal["h", "H", "B"]
SpanKind = Literal["degraded", "paused", "learning"]
NO_ZONE = 255

_RANGES: dict[TypeCode, tuple[int, int, int]] = {"h": (-32767, 32767, -32768), "H": (0, 65534, 65535), "B": (0, 254, 255)}
"""Least value, greatest value, and the one that says that nothing is known."""
_NO_OBSERVATION = "no_observation"
_UNSHOWN_EVENTS = frozenset({"blink", "glance"})


@dataclass(frozen=True, slots=True)
class Channel:
    """A cue as whole numbers: `per_unit` steps for each of its units. Values beyond the range stand at its end."""

    cue: str
    typecode: TypeCode
    per_unit: int

    @property
    def unknown(self) -> int:
        """The number that stands for a cue that is not known."""
        return _RANGES[self.typecode][2]

    def taker(self, numbers: array[int]) -> Callable[[float | None], None]:
        """Appends values to `numbers`. A closure rather than a method: an hour of drive is a million values."""
        least, greatest, unknown = _RANGES[self.typecode]
        per_unit, append = self.per_unit, numbers.append

        def take(value: float | None) -> None:
            if value is None:
                append(unknown)
                return
            number = round(value * per_unit)
            append(number if least <= number <= greatest else least if number < least else greatest)

        return take

    def value_of(self, number: int) -> float | None:
        """What a number stands for."""
        return None if number == self.unknown else number / self.per_unit


CHANNELS = (
    Channel("head_yaw_deg", "h", 100),
    Channel("head_pitch_deg", "h", 100),
    Channel("openness", "B", 200),
    Channel("perclos_60s", "H", 10_000),
    Channel("mouth_openness", "B", 200),
    Channel("speed_kph", "H", 10),
    Channel("kss", "B", 25),
    Channel("kss_sigma", "B", 50),
)


@dataclass(frozen=True, slots=True)
class Span:
    """Something that held from `t` to `end`: monitoring degraded or paused, or this driver's forward still being learned."""

    kind: SpanKind
    t: float
    end: float
    text: str


class Series:
    """A `Watch` for `replay`: collects every channel at every observation, what lasts, what happened, and what the driver did.

    `times_ms` counts from `origin_s`, the first observation. `zones` are numbers of `zone_names`, `NO_ZONE` while unknown.
    """

    def __init__(self) -> None:
        self.origin_s = 0.0
        self.times_ms = array("I")
        self.numbers: dict[str, array[int]] = {channel.cue: array(channel.typecode) for channel in CHANNELS}
        self.zone_names: list[str] = []
        self.zones = array("B")
        self.events: list[CueEvent] = []
        self.inputs: list[DriverInput] = []
        self._zone_numbers: dict[str | None, int] = {None: NO_ZONE}
        self._spans: list[Span] = []
        self._open: dict[SpanKind, Span] = {}
        self._last_t: float | None = None
        self._takers = [(attrgetter(channel.cue), channel.taker(self.numbers[channel.cue])) for channel in CHANNELS]
        self._lasting: tuple[str | None, bool, str | None] | None = None

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if isinstance(record, DriverInput):
            self.inputs.append(record)
        cues = monitor.cues
        if cues is None or cues.t == self._last_t:
            return
        self._note_silence(cues.t)
        self._last_t = cues.t
        self.times_ms.append(round((cues.t - self.origin_s) * 1000))
        for read, take in self._takers:
            take(read(cues))
        self.zones.append(self._zone_number(cues.gaze_zone))
        self.events.extend(event for event in cues.events if event.kind not in _UNSHOWN_EVENTS)
        lasting = (cues.degraded, cues.paused, cues.learning)
        if lasting != self._lasting:
            self._lasting = lasting
            for kind, text in _lasting(cues):
                self._follow(kind, text, cues.t)

    @property
    def spans(self) -> list[Span]:
        """What lasted, by time; what still holds at the end of the drive too."""
        last_t = self._last_t
        still = [replace(span, end=last_t) for span in self._open.values() if last_t is not None and last_t > span.t]
        return sorted([*self._spans, *still], key=lambda span: (span.t, span.kind))

    def _note_silence(self, t: float) -> None:
        """Nothing lasts through a time without observations: what was seen ends before, and the gap is a span of its own."""
        if self._last_t is None:
            self.origin_s = t
        elif is_gap(t - self._last_t):
            self._lasting = None
            for kind in list(self._open):
                self._follow(kind, None, self._last_t)
            before = self._spans[-1] if self._spans else None
            if before is not None and before.text == _NO_OBSERVATION and before.end == self._last_t:
                self._spans[-1] = replace(before, end=t)
            else:
                self._spans.append(Span("degraded", self._last_t, t, _NO_OBSERVATION))

    def _zone_number(self, zone: str | None) -> int:
        number = self._zone_numbers.get(zone)
        if number is None and zone is not None:
            number = self._zone_numbers[zone] = min(len(self.zone_names), NO_ZONE - 1)
            self.zone_names.append(zone)
        return NO_ZONE if number is None else number

    def _follow(self, kind: SpanKind, text: str | None, t: float) -> None:
        """`text` holds of `kind` from `t` on, None: nothing."""
        before = self._open.get(kind)
        if before is not None and before.text != text:
            del self._open[kind]
            if t > before.t:
                self._spans.append(replace(before, end=t))
            before = None
        if before is None and text is not None:
            self._open[kind] = Span(kind, t, t, text)


def _lasting(cues: Cues) -> Iterator[tuple[SpanKind, str | None]]:
    yield "degraded", cues.degraded
    yield "paused", "paused by the driver" if cues.paused else None
    yield "learning", LEARNING_IN_WORDS[cues.learning] or None
