"""What the page's script is given: series, alerts, labels and pictures as one JSON object."""

from __future__ import annotations

import base64
import json
import sys
from array import array
from collections.abc import Sequence
from typing import Any

from dms.drives.replaying.replay import Replay
from dms.drives.report.episodes import Episode, JudgedLabel, Judgement
from dms.drives.report.pictures import Picture
from dms.drives.report.series import CHANNELS, NO_ZONE, Series
from dms.drives.report.words import alert_verdict, cause_items, cause_text, label_verdict
from dms.fusion.settings import FusionSettings
from dms.types import KSS, Alert, DriverInput


def page_data(replay: Replay, series: Series, judgements: Sequence[Judgement], pictures: Sequence[Picture]) -> dict[str, Any]:
    """Everything that is drawn of a drive."""
    return {
        **series_data(replay.start_s, replay.end_s, series),
        **judged_data(replay, judgements),
        "pictures": [
            {"t": picture.t, "width": picture.width, "height": picture.height, "jpeg": base64.b64encode(picture.jpeg).decode()}
            for picture in pictures
        ],
    }


def series_data(start_s: float, end_s: float, series: Series) -> dict[str, Any]:
    """What was seen from `start_s` to `end_s`, whatever is made of it.

    Arrays are little-endian numbers in base64; `perUnit` of their steps are a unit of the cue.
    """
    return {
        "start": start_s,
        "end": end_s,
        "origin": series.origin_s,
        "times": _packed(series.times_ms),
        "channels": {
            channel.cue: {
                "type": channel.typecode,
                "perUnit": channel.per_unit,
                "unknown": channel.unknown,
                "numbers": _packed(series.numbers[channel.cue]),
            }
            for channel in CHANNELS
        },
        "zones": {"names": series.zone_names, "unknown": NO_ZONE, "numbers": _packed(series.zones)},
        "closedBelow": FusionSettings().closed_below,
        "spans": [{"kind": span.kind, "t": span.t, "end": span.end, "text": span.text} for span in series.spans],
        "events": [{"kind": event.kind, "t": event.onset, "end": event.end} for event in series.events],
        "inputs": [_input(index, done) for index, done in enumerate(series.inputs)],
    }


def judged_data(replay: Replay, judgements: Sequence[Judgement]) -> dict[str, Any]:
    """What the packs made of it, against the labels."""
    return {
        "ratings": [
            {"t": one.t, "end": one.end, "value": one.value, "note": one.note} for one in replay.labels if one.kind == KSS
        ],
        "labels": [_label(index, judgements) for index in range(len(judgements[0].labels))],
        "packs": [_pack(number, judgement) for number, judgement in enumerate(judgements)],
    }


def as_script_text(data: dict[str, Any]) -> str:
    """JSON that may stand inside a script element: no text of it can end the element or begin a comment."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _packed(numbers: array[int]) -> str:
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


def _input(index: int, done: DriverInput) -> dict[str, Any]:
    return {"id": f"input-{index}", "t": done.t, "action": done.action, "note": done.note}


def _label(index: int, judgements: Sequence[Judgement]) -> dict[str, Any]:
    label = judgements[0].labels[index].label
    judged: list[JudgedLabel] = [judgement.labels[index] for judgement in judgements]
    return {
        "id": f"label-{index}",
        "t": label.t,
        "end": label.end,
        "kind": label.kind,
        "note": label.note,
        "verdicts": [one.verdict for one in judged],
        "says": [label_verdict(one) for one in judged],
    }


def _pack(number: int, judgement: Judgement) -> dict[str, Any]:
    return {
        "name": judgement.pack.name,
        "episodes": [_episode(f"alert-{number}-{index}", episode) for index, episode in enumerate(judgement.episodes)],
        "held": [_held(alert) for alert in judgement.held_back],
        "excused": [
            {"id": f"excused-{number}-{index}", "t": one.t, "end": one.end, "place": one.place, "why": one.why}
            for index, one in enumerate(judgement.excused)
        ],
    }


def _episode(identity: str, episode: Episode) -> dict[str, Any]:
    start = episode.start
    return {
        "id": identity,
        "t": start.t,
        "onset": start.onset,
        "end": episode.end_s,
        "kind": start.kind,
        "level": episode.level,
        "verdict": episode.verdict,
        "says": alert_verdict(episode),
        "steps": [
            {
                "t": step.t,
                "phase": step.phase,
                "level": step.level,
                "rule": step.rule,
                "why": cause_text(step),
                "cause": cause_items(step),
            }
            for step in episode.steps
        ],
    }


def _held(alert: Alert) -> dict[str, Any]:
    return {
        "t": alert.t,
        "kind": alert.kind,
        "level": alert.level,
        "rule": alert.rule,
        "why": cause_text(alert),
        "cause": cause_items(alert),
    }
