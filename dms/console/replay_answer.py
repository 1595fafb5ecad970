"""A replayed drive as `dms replay --json` answers it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dms.console.answers import AnsweredLabel, ReplayedDrive, TimelineEntry, Verdict
from dms.drives.replaying.batch import Outcome
from dms.drives.scoring.matching import Matching, RuleTime, out_of_reach
from dms.errors import DmsError
from dms.types import KSS, Label


def replayed_drive(
    outcome: Outcome, matching: Matching, times: Mapping[str, RuleTime], *, recorded: bool, explained: bool
) -> ReplayedDrive:
    """Returns what came of a drive; `recorded` and `explained`: those were asked for."""
    replay = outcome.replay
    assert replay is not None
    timeline = tuple(TimelineEntry(entry.t, entry.subject, entry.text) for entry in outcome.timeline)
    return ReplayedDrive(
        path=str(replay.path),
        start_s=replay.start_s,
        end_s=replay.end_s,
        observations=replay.observations,
        rejected=replay.rejected,
        alerts=replay.alerts,
        labels=tuple(_answered(label, matching, times) for label in replay.labels),
        related=matching.related if replay.labels else (),
        unexpected=matching.unexpected if replay.labels else (),
        not_observable=replay.not_observable,
        as_recorded=replay.alerts == replay.recorded if recorded else None,
        warnings=(*replay.warnings, *replay.label_problems),
        trip=outcome.trip,
        timeline=timeline if explained else None,
    )


def unreadable_drive(path: Path, error: DmsError) -> ReplayedDrive:
    """Returns what is known of a drive that could not be read."""
    return ReplayedDrive(path=str(path), error=str(error))


def _answered(label: Label, matching: Matching, times: Mapping[str, RuleTime]) -> AnsweredLabel:
    match = next((match for match in matching.matched if match.label is label), None)
    return AnsweredLabel(
        t=label.t,
        end=label.end,
        kind=label.kind,
        note=label.note,
        value=label.value,
        verdict="raised" if match else _unanswered(label, matching, times),
        raised_t=match.alert.t if match else None,
        latency_s=match.latency_s if match else None,
    )


def _unanswered(label: Label, matching: Matching, times: Mapping[str, RuleTime]) -> Verdict:
    """Why no alert answers the label."""
    if label.kind == KSS:
        return "rating"
    if any(other is label for other in matching.uncovered):
        return "no rule"
    return "too short" if out_of_reach([label], times) else "missed"
