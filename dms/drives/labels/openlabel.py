"""Labels as a document of ASAM OpenLABEL 1.0.0: an action for each label, on frames of a constant rate.

The format is ASAM OpenLABEL V1.0.0 (https://openlabel.asam.net/V1-0-0/schema/openlabel_json_schema.json). An action has the
kind of the label as its `type`, and frame intervals that include both their frames. OpenLABEL counts frames and knows no seconds,
so the rate stands in the metadata, and the exact times in the action's numbers `t` and `end`. Those hold as long as they lie in
the frames; where somebody has moved an interval, the frames hold.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dms.drives.labels.document import (
    Document,
    by_time,
    json_document,
    kinds_by_name,
    label_of,
    list_at,
    number_at,
    object_at,
    text_at,
)
from dms.errors import DriveError
from dms.types import Label

SUFFIX = ".openlabel.json"
DEFAULT_FPS = 30.0
_VERSION = "1.0.0"
_FPS, _DRIVE = "dms_frame_rate_fps", "dms_drive"
_STREAM = "camera"
_MOST_FRAMES = 2_000_000  # 18 hours at 30 a second
_ROUNDING = 1e-6


def openlabel_text(labels: Iterable[Label], *, drive: Path, video: Path | None, fps: float = DEFAULT_FPS) -> str:
    """The text of a document whose frames are `fps` a second, frame 0 at 0 s of the drive.

    Raises:
        DriveError: a label begins before 0 s, or lies so late that nobody could list its frames.
    """
    actions: dict[str, Any] = {}
    frames: dict[int, dict[str, Any]] = {}
    for number, label in enumerate(by_time(labels)):
        first, last = _frames_of(label, fps)
        actions[str(number)] = _action(label, number, first, last)
        for frame in range(first, last + 1):
            frames.setdefault(frame, {})[str(number)] = {}
    content = {
        "metadata": {
            "schema_version": _VERSION,
            "annotator": "dms",
            "name": drive.stem,
            **({} if video is None else {"tagged_file": video.name}),
            _DRIVE: drive.name,
            _FPS: fps,
        },
        **({} if video is None else {"streams": {_STREAM: {"type": "camera", "uri": video.name, "description": "the driver"}}}),
        "frame_intervals": list(_intervals(sorted(frames))),
        "frames": {
            str(frame): {"frame_properties": {"timestamp": str(round(frame / fps, 6))}, "actions": acting}
            for frame, acting in sorted(frames.items())
        },
        "actions": actions,
    }
    return json.dumps({"openlabel": content}, ensure_ascii=False, indent=1) + "\n"


def read_openlabel(path: Path, types: Mapping[str, str] | None = None, fps: float | None = None) -> Document:
    """The labels of a document: of the actions whose type is a kind of label, and of those that `types` maps to a kind.

    `fps`: how many frames a second the document counts; by default what it says itself.

    Raises:
        DriveError: the file is no OpenLABEL document, it does not say how long a frame lasts, or an action is no label.
    """
    root = object_at(str(path), json_document(path))
    content = object_at(f"{path}: openlabel", root.get("openlabel"))
    metadata = object_at(f"{path}: openlabel.metadata", content.get("metadata"))
    version = metadata.get("schema_version")
    if version != _VERSION:
        raise DriveError(f"{path}: written in OpenLABEL {version}; this dms reads {_VERSION}")
    actions = object_at(f"{path}: openlabel.actions", content.get("actions", {}))
    found = {uid: object_at(f"{path}: action {uid}", action) for uid, action in actions.items()}
    type_of = {uid: text_at(f"{path}: action {uid}: type", action.get("type")) for uid, action in found.items()}
    kind_of = kinds_by_name(path, "type of action", type_of.values(), types)
    rate = _rate(path, metadata, fps) if found else DEFAULT_FPS
    labels: list[Label] = []
    left_out: Counter[str] = Counter()
    for uid, action in found.items():
        kind = kind_of.get(type_of[uid])
        if kind is None:
            left_out[type_of[uid]] += 1
        else:
            labels += _labels(f"{path}: action {uid}", kind, action, rate)
    drive = metadata.get(_DRIVE)
    return Document(by_time(labels), dict(left_out), drive if isinstance(drive, str) else None, "type of action")


def _frames_of(label: Label, fps: float) -> tuple[int, int]:
    """The first and the last frame that a label covers; an instant covers one."""
    name = f"label {label.kind} at {label.t:g} s"
    if label.t < 0.0:
        raise DriveError(f"{name}: begins before 0 s, where OpenLABEL has no frames")
    first = math.floor(label.t * fps + _ROUNDING)
    last = max(first, math.ceil(label.end * fps - _ROUNDING) - 1)
    if last >= _MOST_FRAMES:
        raise DriveError(f"{name}: ends at {label.end:g} s, which is too late to count its frames")
    return first, last


def _action(label: Label, number: int, first: int, last: int) -> dict[str, Any]:
    numbers = [{"name": "t", "val": label.t}, {"name": "end", "val": label.end}]
    if label.value is not None:
        numbers.append({"name": "value", "val": label.value})
    texts = [{"name": "note", "val": label.note}] if label.note else []
    return {
        "name": f"{label.kind} {number}",
        "type": str(label.kind),
        "frame_intervals": [{"frame_start": first, "frame_end": last}],
        "action_data": {"num": numbers, **({"text": texts} if texts else {})},
    }


def _intervals(frames: list[int]) -> Iterator[dict[str, int]]:
    """The spans of frames that follow each other."""
    begin = before = None
    for frame in frames:
        if before is not None and begin is not None and frame != before + 1:
            yield {"frame_start": begin, "frame_end": before}
            begin = frame
        begin = frame if begin is None else begin
        before = frame
    if begin is not None and before is not None:
        yield {"frame_start": begin, "frame_end": before}


def _rate(path: Path, metadata: Mapping[str, Any], fps: float | None) -> float:
    if fps is not None:
        return fps
    if _FPS not in metadata:
        raise DriveError(f"{path}: counts frames, and does not say how many a second; --fps 30 says it")
    rate = number_at(f"{path}: openlabel.metadata.{_FPS}", metadata[_FPS])
    if not 0.1 <= rate <= 1000.0:
        raise DriveError(f"{path}: openlabel.metadata.{_FPS}: {rate:g} frames a second is no rate of a camera")
    return rate


def _labels(where: str, kind: str, action: Mapping[str, Any], fps: float) -> Iterator[Label]:
    data = object_at(f"{where}: action_data", action.get("action_data", {}))
    numbers = _named(f"{where}: action_data.num", data.get("num", []))
    texts = _named(f"{where}: action_data.text", data.get("text", []))
    intervals = list_at(f"{where}: frame_intervals", action.get("frame_intervals", []))
    if not intervals:
        raise DriveError(f"{where}: no frame intervals: it does not say when it happened")
    note = text_at(f"{where}: action_data.text", texts.get("note", ""))
    rating = numbers.get("value")
    value = None if rating is None else number_at(f"{where}: action_data.num", rating)
    for number, each in enumerate(intervals):
        at = f"{where}: frame_intervals[{number}]"
        interval = object_at(at, each)
        first, last = (_frame(at, interval, name) for name in ("frame_start", "frame_end"))
        if last < first:
            raise DriveError(f"{at}: ends with frame {last}, before it begins with frame {first}")
        t, end = first / fps, (last + 1) / fps
        if len(intervals) == 1 and {"t", "end"} <= numbers.keys():
            begin, finish = (number_at(f"{where}: action_data.num", numbers[name]) for name in ("t", "end"))
            exact = Label(begin, finish, kind)
            if 0.0 <= exact.t <= exact.end < _MOST_FRAMES / fps and _frames_of(exact, fps) == (first, last):
                t, end = exact.t, exact.end
        yield label_of(at, t, end, kind, note, value)


def _frame(where: str, interval: Mapping[str, Any], name: str) -> int:
    frame = interval.get(name)
    if isinstance(frame, bool) or not isinstance(frame, int) or not 0 <= frame < _MOST_FRAMES:
        raise DriveError(f"{where}: {name} is no number of a frame")
    return frame


def _named(where: str, entries: Any) -> dict[str, Any]:
    """What is told of an action, by name."""
    found: dict[str, Any] = {}
    for number, each in enumerate(list_at(where, entries)):
        entry = object_at(f"{where}[{number}]", each)
        name = entry.get("name")
        if isinstance(name, str):
            if name in found:
                raise DriveError(f"{where}: '{name}' stands twice")
            found[name] = entry.get("val")
    return found
