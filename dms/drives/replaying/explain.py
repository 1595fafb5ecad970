"""Why a pack did what it did on a drive: what came into force, counted, paused, was held back and fired, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dms.decision.engine import RuleStatus
from dms.decision.reason_text import why_text
from dms.decision.runner import Hindrance
from dms.drives.replaying.excused import ExcusedGlances, allowance_text
from dms.monitor.monitor import Monitor
from dms.types import LEARNING_IN_WORDS, Alert, CueEvent, Cues, DriveRecord, DriverInput, Label, Phase

# A rule that counts at every glance at a mirror, or a gaze that is lost in a blink, is no news; half a second of it is.
_SHORTEST_SPAN_S = 0.5
_SHORTEST_GLANCE_S = 1.0
_NOT_IN_FORCE: dict[Hindrance, str] = {
    "speed": "not in force at this speed",
    "standing": "the car stands",
    "not applicable": "not in force, as what it is for is not the case",
    "arming": "not armed yet",
    "told already": "told once in this drive, as often as it may be",
}
_IN_FORCE = " in force"
_WHAT_NEXT = {"idle": "starts afresh", "paused": "pauses", "asking": "asks for its alert", "counting": "counts on"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `subject` is what it is about (`alert`, `rule`, `cue`, `event`, `glance`, `driver`, `label`)."""

    t: float
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class _Span:
    """Something that has held since `since_s`; an empty text says that nothing worth a line did."""

    since_s: float
    text: str


class Timeline:
    """A `Watch` for `replay`: collects what happened; read `entries` afterwards."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._spans: dict[tuple[str, str], _Span] = {}
        self._allowed: dict[str, str] = {}
        self._excused = ExcusedGlances()
        self._last_t: float | None = None

    @property
    def entries(self) -> list[Entry]:
        """Everything, by time; what still holds at the end of the drive too."""
        about: dict[tuple[str, str], list[_Span]] = {}
        for (subject, name), span in self._spans.items():
            if span.text:
                about.setdefault((subject, name.removesuffix(_IN_FORCE)), []).append(span)
        lasting = [_until_the_end(subject, spans) for (subject, _), spans in about.items()]
        excused = [Entry(glance.t, "glance", str(glance)) for glance in self._excused.glances]
        return sorted([*self._entries, *lasting, *excused], key=lambda entry: entry.t)

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if isinstance(record, Label):
            value = "" if record.value is None else f" {record.value:g}"
            self._add(
                record.t, "label", f"{record.kind}{value} until {record.end:.2f} s{': ' if record.note else ''}{record.note}"
            )
        elif isinstance(record, DriverInput):
            self._add(record.t, "driver", record.action)
        for alert in raised:
            self._add(alert.t, "alert", alert_text(alert))
        cues = monitor.cues
        if cues is None or cues.t == self._last_t:
            return
        self._last_t = cues.t
        for name, text in _conditions_of(cues):
            self._follow(cues.t, "cue", name, text)
        for event in cues.events:
            self._add_event(event)
        self._excused.take(cues, raised, monitor.engine, monitor.fusion)
        for status in monitor.engine.status:
            self._follow_rule(cues.t, status)

    def _add(self, t: float, subject: str, text: str) -> None:
        self._entries.append(Entry(t, subject, text))

    def _add_event(self, event: CueEvent) -> None:
        if event.kind == "blink" or (event.kind == "glance" and event.duration_s < _SHORTEST_GLANCE_S):
            return
        value = f" ({event.value})" if event.value else ""
        self._add(event.onset, "event", f"{event.kind.replace('_', ' ')}{value} of {event.duration_s:.2f} s")

    def _follow_rule(self, t: float, status: RuleStatus) -> None:
        rule = status.rule
        self._follow(t, "rule", f"{rule}{_IN_FORCE}", f"{rule}: {_NOT_IN_FORCE[status.hindrance]}" if status.hindrance else "")
        doing = {"counting": f"{rule}: counts", "paused": f"{rule}: paused, as what it looks at is unknown,"}
        ending = f", then {_WHAT_NEXT[status.state]}{self._allowed.get(rule, '')}"
        self._follow(t, "rule", rule, doing.get(status.state, ""), ending)
        if status.allowance is not None:
            self._allowed[rule] = f"; {allowance_text(status.allowance)}"
        elif status.state in ("idle", "asking"):
            self._allowed.pop(rule, None)

    def _follow(self, t: float, subject: str, name: str, text: str, ending: str = "") -> None:
        """Note that `text` holds of `name` now; what held before gets its line, with how it ended."""
        before = self._spans.get((subject, name))
        if before is not None and before.text == text:
            return
        self._spans[subject, name] = _Span(t, text)
        if before is not None and before.text and t - before.since_s >= _SHORTEST_SPAN_S:
            self._add(before.since_s, subject, f"{before.text} for {t - before.since_s:.2f} s{ending}")


def _until_the_end(subject: str, spans: list[_Span]) -> Entry:
    """What still holds of one thing. A rule that counts although it is not in force does both in one line."""
    first, *others = sorted(spans, key=lambda span: (span.since_s, _is_hindrance(span.text)))
    return Entry(first.since_s, subject, f"{first.text} until the end" + "".join(_beside(first, other) for other in others))


def _beside(first: _Span, other: _Span) -> str:
    """What else holds of a thing, said after `first`; of the two one counts or waits, the other is why no alert comes of it."""
    since = "" if other.since_s == first.since_s else f" from {other.since_s:.2f} s on"
    text = other.text.partition(": ")[2].removesuffix(",")
    return f", but cannot speak{since}: {text}" if _is_hindrance(other.text) else f"; {text}{since} all the same"


def _is_hindrance(text: str) -> bool:
    return text.partition(": ")[2] in _NOT_IN_FORCE.values()


def alert_text(alert: Alert) -> str:
    """An alert in a line: what, how bad, since when, by which rule, and the values behind it."""
    since = "" if alert.phase is Phase.CLEAR else f" since {alert.onset:.2f} s"
    why = why_text(alert.cause)
    return f"{alert.phase} {alert.kind} {alert.level}{since} by rule {alert.rule}{': ' if why else ''}{why}"


def _conditions_of(cues: Cues) -> Iterator[tuple[str, str]]:
    """The lasting conditions that are worth a line."""
    yield "degraded", f"degraded ({cues.degraded})" if cues.degraded else ""
    yield "paused", "monitoring paused by the driver" if cues.paused else ""
    yield "calibration", LEARNING_IN_WORDS[cues.learning]
    yield "speed", "speed unknown" if cues.speed_kph is None else ""
    yield "gaze", "gaze read from the head" if cues.gaze_source == "head" else ""
