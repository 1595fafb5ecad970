"""Messages and journal entries as lines for people: time, what happened, and the values behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dms.console.summary_text import summary_text
from dms.decision.reason_text import why_text

_ENVELOPE = frozenset({"topic", "session", "seq", "t", "utc", "snapshot"})
_OF_AN_ALERT = ("t", "kind", "level", "phase", "cause")
_OF_STATE = ("speed_kph", "head_away_deg", "gaze_zone", "openness", "eyes_closed_s", "perclos_60s", "degraded")


def alert_line(alert: Mapping[str, Any]) -> str:
    """An alert, from the fields of its JSON object; a missing field shows as `?`."""
    t, kind, level, phase, cause = (alert.get(name, "?") for name in _OF_AN_ALERT)
    reason = why_text(cause) if isinstance(cause, Mapping) else str(cause)
    when = f"{t:9.2f}" if isinstance(t, int | float) else f"{t:>9}"
    return f"{clock_text(alert.get('utc'))} {when} s  {level!s:<9}  {kind!s:<25}  {phase!s:<11}  {reason}".rstrip()


def health_line(health: Mapping[str, Any]) -> str:
    """A health message: the status, then everything else it says."""
    rest = {name: value for name, value in health.items() if name not in _ENVELOPE and name != "status"}
    return f"{clock_text(health.get('utc'))} health {health.get('status', '?')}  {values_text(rest)}".rstrip()


def health_change_line(health: Mapping[str, Any]) -> str:
    """A change of health: the status, and the reasons if the service is degraded."""
    reasons = "; ".join(str(reason) for reason in health.get("degraded") or ())
    return f"{clock_text(health.get('utc'))} health {health.get('status', '?')}  {reasons}".rstrip()


def state_line(state: Mapping[str, Any]) -> str:
    """A state message: the cues people ask for first, and the active alerts."""
    cues = state.get("cues") or {}
    shown = {name: cues[name] for name in _OF_STATE if cues.get(name) is not None}
    if not cues.get("calibrated", True):
        shown["learning"] = f"{100.0 * cues.get('calibration', 0.0):.0f}%"
    active = ", ".join(f"{alert.get('kind')} {alert.get('level')}" for alert in state.get("active", ())) or "none"
    sounding = f"  sounding: {state['sounding']}" if state.get("sounding") else ""
    return f"{clock_text(state.get('utc'))} {_seconds(state.get('t'))} state  {values_text(shown)}  active: {active}{sounding}"


def observation_line(observation: Mapping[str, Any]) -> str:
    """An observation: camera, head, eyes, mouth; the points are left out."""
    left_out = _ENVELOPE | {"landmarks", "emotion"}
    shown = {name: value for name, value in observation.items() if name not in left_out and value is not None}
    return f"{clock_text(observation.get('utc'))} {_seconds(observation.get('t'))} observation  {values_text(shown)}"


def summary_line(summary: Mapping[str, Any]) -> str:
    """A trip summary: of a few minutes, or of the drive."""
    return f"{clock_text(summary.get('utc'))} {_seconds(summary.get('end'))} summary of the {summary_text(summary)}"


def values_text(values: Mapping[str, Any]) -> str:
    """`name=value` pairs; nested values as `name.part=value`, lists by their values."""
    return "  ".join(f"{name}={_value_text(value)}" for name, value in _flat(values))


def clock_text(utc: object) -> str:
    """The time of day to the millisecond, from an RFC 3339 text, which may be unknown."""
    return utc[11:23] if isinstance(utc, str) and len(utc) > 22 else "--:--:--.---"


def _seconds(t: object) -> str:
    return f"{t:9.2f} s" if isinstance(t, int | float) else f"{'?':>9} s"


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in values.items():
        pairs += _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else [(f"{prefix}{name}", value)]
    return pairs


def _value_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:.1f}"
    if isinstance(value, list):
        return "[" + ",".join(_value_text(entry) for entry in value) + "]"
    return "unknown" if value is None else str(value)
