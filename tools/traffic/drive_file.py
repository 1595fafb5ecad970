"""Stories as drives: the `.jsonl` that any recorder could have written, its records in order of time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tools.traffic.senses import Seen, perceive
from tools.traffic.story import Story
from tools.traffic.timeline import inside, interpolated, words

VEHICLE_HZ = 10.0
NO_FACE = '"face":null,"head":null,"eyes":null,"gaze":null,"mouth":null'


def write_drive(story: Story, path: Path, *, gaze: bool = True, vehicle: bool = True) -> None:
    """Write the story as one drive; without `gaze` or `vehicle`, as a car that has no such data would record it."""
    lines = _vehicle(story) if vehicle else []
    lines += _observations(perceive(story), gaze=gaze)
    lines += [(t, json.dumps({"topic": "driver", "t": round(t, 4), "action": action})) for t, action in story.inputs]
    lines += [
        (span.t, json.dumps({"topic": "label", "t": round(span.t, 3), "end": round(span.end, 3), "kind": span.word, "note": ""}))
        for span in story.labels
    ]
    path.write_text("\n".join(line for _, line in sorted(lines, key=lambda entry: entry[0])) + "\n", encoding="utf-8")


def _observations(seen: Seen, *, gaze: bool) -> list[tuple[float, str]]:
    columns = (
        seen.head_yaw_deg,
        seen.head_pitch_deg,
        seen.head_roll_deg,
        seen.gaze_yaw_deg,
        seen.gaze_pitch_deg,
        seen.openness,
        seen.mouth,
    )
    rows = np.column_stack(columns).tolist()
    lines = []
    for frame, (t, face, held, row) in enumerate(zip(seen.t.tolist(), seen.face.tolist(), seen.phone, rows, strict=True)):
        phone = f'"{held}"' if held else "null"
        parts = NO_FACE if np.isnan(face) else _face(row, gaze=gaze)
        lines.append((t, f'{{"topic":"observation","t":{t:.4f},"frame":{frame},"camera":"ok",{parts},"phone":{phone}}}'))
    return lines


def _face(row: list[float], *, gaze: bool) -> str:
    yaw, pitch, roll, gaze_yaw, gaze_pitch, lids, mouth = row
    look = f'{{"yaw":{gaze_yaw:.2f},"pitch":{gaze_pitch:.2f},"sigma":4.0}}' if gaze and not np.isnan(gaze_yaw) else "null"
    eye = f'{{"open":{lids:.3f},"visible":0.980}}'
    return (
        f'"face":{{"score":0.98,"box":[212.0,96.0,180.0,210.0]}},'
        f'"head":{{"yaw":{yaw:.2f},"pitch":{pitch:.2f},"roll":{roll:.2f},"sigma":2.0}},'
        f'"eyes":{{"left":{eye},"right":{eye}}},"gaze":{look},"mouth":{{"open":{mouth:.3f},"visible":0.970}}'
    )


def _vehicle(story: Story) -> list[tuple[float, str]]:
    t = np.arange(int(story.t * VEHICLE_HZ)) / VEHICLE_HZ
    speed, steering = np.maximum(0, interpolated(story.speeds, t)), interpolated(story.steering, t)
    signals, gears = words(story.signals, t, "off"), words(story.gears, t, "D")
    silent = np.nan_to_num(inside(story.no_vehicle, t)) > 0
    lines = []
    for at in np.flatnonzero(~silent).tolist():
        text = f'"t":{t[at]:.4f},"speed_kph":{speed[at]:.2f},"turn_signal":"{signals[at]}","steering_deg":{steering[at]:.2f}'
        lines.append((float(t[at]), f'{{"topic":"vehicle",{text},"gear":"{gears[at]}","assist_active":false}}'))
    return lines
