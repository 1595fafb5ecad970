"""In-car videos judged by events, through `dms replay`: yawns found and invented, alerts, blinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from dms.types import CueEvent, Observation
from tools.evaluation.cue_events import events_of, of_kind, overlapping
from tools.evaluation.shipped import Replayed, installed

LABELS = Path(__file__).with_name("yawdd_events.yaml")
SPEED_KPH = 80.0
"""What the replay is told, so that every rule is in force: standing, hardly any alert is raised."""


@dataclass(frozen=True, slots=True)
class Yawn:
    """From the lips' parting to their closing, seconds of the video."""

    start_s: float
    end_s: float


def measure(models: Path | None, folder: Path) -> dict[str, float]:
    """Figures for `yawdd/videos`."""
    yawns = read_labels(LABELS)
    named = invented = labelled = alerts = blinks = 0
    seen: list[Observation] = []
    seconds_s = 0.0
    with installed(models) as installation:
        for name, truth in yawns.items():
            replayed = installation.replay(installation.take(folder / name), "--speed-kph", str(SPEED_KPH))
            events = events_of(replayed.observations)
            hits, extra = compare(of_kind(events, "yawn"), truth)
            named, invented, labelled = named + hits, invented + extra, labelled + len(truth)
            alerts += alerts_raised(replayed)
            blinks += len(of_kind(events, "blink"))
            seen += replayed.observations
            seconds_s += replayed.observations[-1].t
    return {
        "videos_yawns_named": named / labelled,
        "videos_yawns_invented": float(invented),
        "videos_alerts": float(alerts),
        "videos_blinks_per_min": blinks * 60.0 / seconds_s,
        "videos_found": sum(one.face is not None for one in seen) / len(seen),
    }


def alerts_raised(replayed: Replayed) -> int:
    """Alerts of any kind, each counted once however far it escalated."""
    return sum(alert.phase == "raise" for alert in replayed.alerts)


def compare(events: Sequence[CueEvent], yawns: Sequence[Yawn]) -> tuple[int, int]:
    """How many yawns have an event that shares time with them, and how many events share time with no yawn."""
    named = sum(any(overlapping(event, yawn.start_s, yawn.end_s) for event in events) for yawn in yawns)
    invented = sum(not any(overlapping(event, yawn.start_s, yawn.end_s) for yawn in yawns) for event in events)
    return named, invented


def read_labels(path: Path) -> dict[str, list[Yawn]]:
    """The yawns of every video by file name."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: [Yawn(float(start), float(end)) for start, end in entry["yawns"]] for name, entry in content.items()}
