"""Replays as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from dms.counted import counted
from dms.decision.reason_text import why_text
from dms.drives.replaying.explain import Entry
from dms.drives.replaying.replay import Replay
from dms.drives.scoring.matching import Match, Matching, RuleTime, out_of_reach, own_time_s
from dms.types import KSS, LEARNING_IN_WORDS, Alert, AlertKind, Label, Phase

_NEEDS_FORWARD = AlertKind.DISTRACTION_HEAD_AWAY


def replay_lines(replay: Replay, matching: Matching, times: Mapping[str, RuleTime]) -> Iterable[str]:
    """The lines on one drive: totals, its alerts, and how they compare with its labels."""
    raised = sum(alert.phase in (Phase.RAISE, Phase.ESCALATE) for alert in replay.alerts)
    rejected = f", {replay.rejected} rejected" if replay.rejected else ""
    observations, alerts = counted(replay.observations, "observation"), counted(raised, "alert")
    yield f"{replay.path}: {duration_text(replay.duration_s)}, {observations}{rejected}, {alerts}"
    if replay.learned_s is None:
        yield f"  {LEARNING_IN_WORDS['learning']} to the end"
    elif replay.learned_s > replay.start_s:
        yield f"  {LEARNING_IN_WORDS['learning']} until {replay.learned_s:.2f} s"
    for alert in replay.alerts:
        yield alert_line(alert)
    if replay.not_observable:
        kinds = ", ".join(replay.not_observable)
        learning = "; directions are, once forward has been learned" if _NEEDS_FORWARD in replay.not_observable else ""
        yield f"  not observable: {kinds} (what they depend on was never known in this drive{learning})"
    yield from label_lines(replay.labels, matching, times)


def recorded_line(replay: Replay) -> str:
    """A line on whether the replay raised the same alerts as the recorded drive."""
    if replay.alerts == replay.recorded:
        return f"  the same as when it was recorded, all {len(replay.recorded)} messages"
    pairs = zip_longest(replay.alerts, replay.recorded)
    now, then = next((now, then) for now, then in pairs if now != then)
    first = min(alert.t for alert in (now, then) if alert is not None)
    return (
        f"  NOT the same as when it was recorded: {len(replay.alerts)} messages now, {len(replay.recorded)} then, "
        f"and they differ from {first:.2f} s on"
    )


def alert_line(alert: Alert) -> str:
    """A line on one alert: when, how serious, what, and why."""
    start = f"  {alert.t:9.2f} s  {alert.level:<9}  {alert.phase:<11}  {alert.kind:<23}"
    return f"{start}  {why_text(alert.cause)}".rstrip()


def label_lines(labels: Sequence[Label], matching: Matching, times: Mapping[str, RuleTime]) -> Iterable[str]:
    """Lines on what the labels ask for and what was raised. None for a drive without labels."""
    if not labels:
        return
    answers = {id(match.label): match for match in matching.matched}
    uncovered = {id(label) for label in matching.uncovered}
    beyond = {id(label) for label in out_of_reach(matching.missed, times)}
    yield "  expected by the labels:"
    for label in labels:
        match = answers.get(id(label))
        if label.kind == KSS:
            verdict = f"the driver's own rating: {label.value:g}" if label.value is not None else "no value"
        elif match is not None:
            verdict = f"raised at {match.alert.t:.2f} s, {_lateness(match)}"
        else:
            verdict = "the pack has no such rule" if id(label) in uncovered else "MISSED"
            if id(label) in beyond:
                verdict = f"over before the pack's own time of {own_time_s(label.kind, times):g} s"
        yield f"  {label.t:9.2f} s  to {label.end:8.2f} s  {label.kind:<23}  {verdict}"
    for alert in matching.related:
        yield f"  {alert.t:9.2f} s  {'':14}  {alert.kind:<23}  {alert.level} for the same reason"
    for alert in matching.unexpected:
        yield f"  {alert.t:9.2f} s  {'':14}  {alert.kind:<23}  {alert.level} that no label asks for"


def _lateness(match: Match) -> str:
    if match.latency_s is None:
        return f"{match.alert.t - match.label.t:.2f} s after it began"
    return f"{match.latency_s:+.2f} s from its due time"


def timeline_lines(entries: Iterable[Entry]) -> Iterable[str]:
    """A line for each entry of a timeline."""
    return (f"  {entry.t:9.2f} s  {entry.subject:<6}  {entry.text}" for entry in entries)


def total_line(replays: Sequence[Replay], elapsed_s: float) -> str:
    """A line on several drives together."""
    driven_s = sum(replay.duration_s for replay in replays)
    alerts = sum(alert.phase in (Phase.RAISE, Phase.ESCALATE) for replay in replays for alert in replay.alerts)
    return (
        f"{counted(len(replays), 'drive')}, {duration_text(driven_s)}, {counted(alerts, 'alert')}, replayed in {elapsed_s:.1f} s"
    )


def duration_text(seconds: float) -> str:
    """`1 h 02 min`, `12 min 30 s` or `42.0 s`."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest_s = divmod(round(seconds), 60)
    return f"{minutes} min {rest_s:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
