"""The words of the page: times, causes and verdicts as people read them."""

from __future__ import annotations

from dms.decision.reason_text import name_text, value_text, why_text
from dms.drives.report.episodes import Episode, JudgedLabel, Verdict
from dms.types import Alert

UNKNOWN = "–"
_HIDDEN_CAUSES = frozenset({"pack_sha256"})

ALERT_VERDICTS = {
    Verdict.FOUND: "answers a label",
    Verdict.RELATED: "same cause as a label",
    Verdict.FALSE: "no label asks for it",
    Verdict.UNJUDGED: "",
}
LABEL_VERDICTS = {
    Verdict.FOUND: "found",
    Verdict.MISSED: "missed",
    Verdict.UNCOVERED: "the pack has no such rule",
}


def clock(t: float) -> str:
    """A time of the drive: `1:02:03.4`, or `2:03.4` within the first hour."""
    tenths = round(abs(t) * 10)
    hours, minutes, seconds = tenths // 36_000, tenths // 600 % 60, tenths % 600 / 10
    text = f"{hours}:{minutes:02d}:{seconds:04.1f}" if hours else f"{minutes}:{seconds:04.1f}"
    return f"-{text}" if t < 0 and tenths else text


def lasting(seconds: float) -> str:
    """A duration in words."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 600:
        return f"{round(seconds) // 60} min {round(seconds) % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def cause_items(alert: Alert) -> list[tuple[str, str]]:
    """The values behind an alert, each with its name."""
    return [(name_text(name), value_text(value, name)) for name, value in alert.cause.items() if name not in _HIDDEN_CAUSES]


def cause_text(alert: Alert) -> str:
    """The same in a line."""
    return why_text(alert.cause)


def alert_verdict(episode: Episode) -> str:
    """What an alert means against the labels, and how late it came."""
    text = ALERT_VERDICTS[episode.verdict]
    return f"{text}, {_lateness(episode.match.latency_s)}" if episode.match and episode.match.latency_s is not None else text


def label_verdict(label: JudgedLabel) -> str:
    """Whether a label was answered, and how late."""
    text = LABEL_VERDICTS[label.verdict]
    if label.own_time_s is not None:
        return f"over before the pack's own time of {label.own_time_s:g} s"
    if label.match is None:
        return text
    if label.match.latency_s is None:
        return f"{text} {label.match.alert.t - label.label.t:.1f} s after it began"
    return f"{text}, {_lateness(label.match.latency_s)}"


def _lateness(latency_s: float) -> str:
    return f"{latency_s:+.2f} s from its due time"


def share_text(value: float | None, digits: int = 0) -> str:
    """A share as a percentage."""
    return UNKNOWN if value is None else f"{value:.{digits}%}"


def number_text(value: float | None, digits: int = 1, unit: str = "") -> str:
    """A figure with its unit."""
    return UNKNOWN if value is None else f"{value:.{digits}f}{unit}"
