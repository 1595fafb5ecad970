"""What the page shows of each message of the bus. Pure, and at ease with whatever a stranger publishes there.

The service may be of another version, or no service at all: what is not of the expected kind is left out, texts stay texts and
are cut short, and numbers are finite. So nothing that is told grows beyond a few kilobytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from dms.decision.reason_text import name_text, value_text, why_text
from dms.decision.zone_words import zone_in_words
from dms.errors import BAD_INPUT, one_line
from dms.types import LEARNING_IN_WORDS, Cues, Observation

Told = dict[str, Any]
Fields = Mapping[str, Any]
CHARTED = ("head_away_deg", "gaze_away_deg", "openness", "perclos_60s", "mouth_openness", "kss", "speed_kph")
"""The cues that are drawn as they move, in the order of the page."""
MOST_ALERTS = 32
"""That are told to hold at once: there are fewer kinds."""
_MOST_THREADS = 64
_MOST_REASONS = 32
_MOST_CUES = 100
_UNKNOWN = "unknown"
_EYES_IN_WORDS = {True: "closed", False: "open"}
_observed = msgspec.json.Decoder(Observation).decode


def number(fields: Fields, name: str) -> float | None:
    """A number, if one stands there."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def word(fields: Fields, name: str) -> str | None:
    """A text as one line, if one stands there."""
    value = fields.get(name)
    return one_line(value) if isinstance(value, str) and value else None


def part(fields: Fields, name: str) -> Fields:
    """An object, empty if none stands there."""
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(fields: Fields, name: str, most: int) -> Sequence[Any]:
    """A list, empty if none stands there."""
    value = fields.get(name)
    return value[:most] if isinstance(value, Sequence) and not isinstance(value, str) else ()


def alert_told(alert: Fields) -> Told:
    """An alert: what it is, and why in words."""
    return {
        "t": number(alert, "t"),
        "onset": number(alert, "onset"),
        "utc": word(alert, "utc"),
        "kind": word(alert, "kind") or _UNKNOWN,
        "level": word(alert, "level") or _UNKNOWN,
        "phase": word(alert, "phase") or _UNKNOWN,
        "rule": word(alert, "rule"),
        "why": _why(part(alert, "cause")),
    }


def state_told(state: Fields) -> Told:
    """The driver's state: what holds, and every cue that is known, in words."""
    cues = part(state, "cues")
    return {
        "t": number(state, "t"),
        "sounding": word(state, "sounding"),
        "active": [alert_told(each) for each in parts(state, "active", MOST_ALERTS) if isinstance(each, Mapping)],
        "learning": learning_of(cues),
        "learned": number(cues, "calibration"),
        "paused": cues.get("paused") is True,
        "lacking": word(cues, "degraded"),
        "zone": word(cues, "gaze_zone"),
        "looks_at": zone_in_words(zone) if (zone := word(cues, "gaze_zone")) else None,
        "cues": dict(_cues_in_words(cues)),
    }


def point_of(state: Fields) -> list[float | str | None]:
    """A moment of the last minute, small: its time, what is looked at, the level of the worst alert, and the charted cues."""
    cues, active = part(state, "cues"), parts(state, "active", 1)
    worst = active[0] if active and isinstance(active[0], Mapping) else {}
    return [number(state, "t"), word(cues, "gaze_zone"), word(worst, "level"), *(number(cues, name) for name in CHARTED)]


def learning_of(cues: Fields) -> str | None:
    """How far the driver is known, in words; None if nobody says."""
    if "calibrated" not in cues:
        return None
    names = ("calibrated", "calibration_source", "head_away_deg", "off_road")
    try:
        known = msgspec.convert({"t": 0.0, **{name: cues[name] for name in names if name in cues}}, Cues)
    except msgspec.ValidationError:
        return None
    return LEARNING_IN_WORDS[known.learning] or "the driver is known"


def observation_told(text: str) -> Observation | None:
    """What was seen in a frame; None if it is no observation that could be drawn."""
    try:
        return _observed(text)
    except (msgspec.MsgspecError, *BAD_INPUT):
        return None


def health_told(health: Fields) -> Told:
    """How the service gets on."""
    calibration = part(health, "calibration")
    return {
        "status": word(health, "status") or _UNKNOWN,
        "degraded": [one_line(str(reason)) for reason in parts(health, "degraded", _MOST_REASONS)],
        "rows": [[name, value] for name, value in _rows(health) if value],
        "threads": [_thread_told(name, thread) for name, thread in list(part(health, "threads").items())[:_MOST_THREADS]],
        "calibration": {"percent": number(calibration, "percent"), "says": _calibration_in_words(calibration)},
        "unmarkable": _why_no_mark(health),
        "mark": _mark_in_words(part(part(health, "recorder"), "last_mark")),
    }


def _why(cause: Fields) -> str:
    try:
        return one_line(why_text(cause), 600)
    except BAD_INPUT:
        return "its cause cannot be read"


def _cues_in_words(cues: Fields) -> Iterator[tuple[str, str]]:
    for name, value in list(cues.items())[:_MOST_CUES]:
        if name in ("t", "events") or isinstance(value, Mapping | list) or value is None:
            continue
        shown = _EYES_IN_WORDS.get(value, "") if name == "eyes_closed" and isinstance(value, bool) else value_text(value, name)
        yield one_line(name_text(name)), one_line(shown)


def _rows(health: Fields) -> Iterator[tuple[str, str | None]]:
    camera, latency = part(health, "camera"), part(health, "latency_ms")
    yield "camera", _joined(word(camera, "source"), word(camera, "state"), word(camera, "note"))
    second = part(health, "second_camera")
    yield "second camera", _joined(word(second, "source"), word(second, "state"), word(second, "note"))
    yield "pictures", _told_in(health, "fps", "{:.1f} a second")
    yield "frame to bus", _joined(_told_in(latency, "p50", "{:.0f} ms"), _told_in(latency, "p99", "99 of 100 within {:.0f} ms"))
    yield "processor", _told_in(health, "cpu_percent", "{:.0f} % of a core")
    yield "memory", _told_in(health, "rss_mib", "{:.0f} MiB")
    yield "temperature", _told_in(health, "temperature_c", "{:.0f} °C")
    rules, recorder, journal = part(health, "rules"), part(health, "recorder"), part(health, "journal")
    yield "rules", _joined(word(rules, "pack"), word(rules, "refused"))
    recording = word(recorder, "path") if word(recorder, "problem") is None else None
    yield "recording", _joined(recording, word(recorder, "problem")) or ("nothing" if "recorder" in health else None)
    yield "journal", _joined(word(journal, "path"), word(journal, "reason"))
    for name, source in list(part(health, "vehicle_sources").items())[:_MOST_REASONS]:
        told = source if isinstance(source, Mapping) else {}
        yield f"vehicle, {one_line(str(name))}", _joined(word(told, "state"), word(told, "problem"))
    yield "vehicle heard", _told_in(part(health, "vehicle"), "silent_s", "{:.1f} s ago")
    yield "runs for", _told_in(health, "uptime_s", "{:.0f} s")


def _thread_told(name: object, thread: object) -> Told:
    fields = thread if isinstance(thread, Mapping) else {}
    return {
        "name": one_line(str(name)),
        "state": word(fields, "state") or _UNKNOWN,
        "doing": _joined(word(fields, "doing"), word(fields, "failure")),
        "lag_s": number(fields, "lag_s"),
        "restarts": number(fields, "restarts"),
    }


def _calibration_in_words(calibration: Fields) -> str | None:
    kept = {True: "kept on disk", False: "not kept"}.get(calibration.get("kept") is True) if calibration else None
    source = word(calibration, "source")
    return _joined(None if source is None else f"from {source}", kept, word(calibration, "problem"))


def _why_no_mark(health: Fields) -> str | None:
    if not part(health, "recorder"):
        return "The service records nothing, so there is nothing to mark: start it with --record DIR."
    if not word(part(health, "vehicle"), "endpoint"):
        return "The service listens to nobody: set vehicle.endpoint in its configuration."
    return None


def _mark_in_words(mark: Fields) -> str | None:
    t = number(mark, "t")
    return None if t is None else _joined(f"at {t:.1f} s", word(mark, "note"), word(mark, "problem"))


def _told_in(fields: Fields, name: str, words: str) -> str | None:
    value = number(fields, name)
    return None if value is None else words.format(value)


def _joined(*words: str | None) -> str | None:
    return ", ".join(each for each in words if each) or None
