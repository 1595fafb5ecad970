"""Labels as a task of Label Studio: a time series of the driver with a region for each label.

The formats are those of Label Studio's JSON import and export (https://labelstud.io/guide/task_format) and of its tag
`TimeSeriesLabels`. The names of the tags are those of `docs/examples/label_studio.xml`: `label` on the series `drive`, and for
each region a text `note` and a number `rating`. Times are seconds of the drive, so nothing is lost.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

SUFFIX = ".labelstudio.json"
Series = Mapping[str, Sequence[float | None]]
"""Columns of the same length; `t` is the time in seconds."""
_SERIES, _LABEL, _NOTE, _RATING = "drive", "label", "note", "rating"
_LABELS_TYPE = "timeserieslabels"
_DRIVE = "dms_drive"


def task_text(labels: Iterable[Label], series: Series, *, drive: Path) -> str:
    """The text of a file with one task: the series to look at, and the labels as its annotation."""
    regions = [entry for number, label in enumerate(by_time(labels)) for entry in _region(f"label{number}", label)]
    task = {"data": {_SERIES: series, _DRIVE: drive.name}, "annotations": [{"result": regions}]}
    return json.dumps([task], ensure_ascii=False, allow_nan=False) + "\n"


def read_tasks(path: Path, names: Mapping[str, str] | None = None, *, drive: Path) -> Document:
    """The labels of the task for `drive`, or of the only task: those that are named like a kind, or that `names` maps to one.

    Raises:
        DriveError: the file is no export of Label Studio, it is open which task or annotation counts, or a region is no label.
    """
    task, where = _task_of(path, drive)
    regions = _regions(where, task)
    found: list[tuple[str, str, Mapping[str, Any]]] = []
    extras: dict[tuple[str, str], Any] = {}
    left_out: Counter[str] = Counter()
    for at, region in regions:
        value, name = object_at(f"{at}: value", region.get("value")), region.get("from_name")
        if region.get("type") == _LABELS_TYPE:
            chosen = list_at(f"{at}: {_LABELS_TYPE}", value.get(_LABELS_TYPE))
            found += ((at, text_at(f"{at}: {_LABELS_TYPE}", each), region) for each in chosen)
        elif name in (_NOTE, _RATING):
            key = str(region.get("id")), str(name)
            if key in extras:
                raise DriveError(f"{at}: a second {name} for the region {key[0]}")
            extras[key] = value
        else:
            left_out[str(region.get("type"))] += 1
    kind_of = kinds_by_name(path, "label", (each for _, each, _ in found), names)
    labels: list[Label] = []
    for at, each, region in found:
        if each in kind_of:
            labels.append(_label(at, kind_of[each], region, extras))
        else:
            left_out[each] += 1
    told = object_at(f"{where}: data", task.get("data", {})).get(_DRIVE)
    return Document(by_time(labels), dict(left_out), told if isinstance(told, str) else None, "label")


def _region(uid: str, label: Label) -> Iterator[dict[str, Any]]:
    span = {"start": label.t, "end": label.end, "instant": label.t == label.end}
    common = {"id": uid, "to_name": _SERIES}
    yield {**common, "from_name": _LABEL, "type": _LABELS_TYPE, "value": {**span, _LABELS_TYPE: [str(label.kind)]}}
    if label.note:
        yield {**common, "from_name": _NOTE, "type": "textarea", "value": {**span, "text": [label.note]}}
    if label.value is not None:
        yield {**common, "from_name": _RATING, "type": "number", "value": {**span, "number": label.value}}


def _task_of(path: Path, drive: Path) -> tuple[Mapping[str, Any], str]:
    tasks = [object_at(f"{path}: task {number}", task) for number, task in enumerate(list_at(str(path), json_document(path)), 1)]
    if len(tasks) == 1:
        return tasks[0], f"{path}: task 1"
    own = [number for number, task in enumerate(tasks, 1) if _drive_of(task) == drive.name]
    if len(own) != 1:
        raise DriveError(
            f"{path}: {len(tasks)} tasks, and {len(own) or 'none'} of them for {drive.name}: export the one that counts"
        )
    return tasks[own[0] - 1], f"{path}: task {own[0]}"


def _drive_of(task: Mapping[str, Any]) -> Any:
    data = task.get("data")
    return data.get(_DRIVE) if isinstance(data, dict) else None


def _regions(where: str, task: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The entries of the one annotation that counts; a cancelled one does not."""
    annotations = [
        (number, object_at(f"{where}: annotation {number}", each))
        for number, each in enumerate(list_at(f"{where}: annotations", task.get("annotations")), 1)
    ]
    kept = [(number, each) for number, each in annotations if not each.get("was_cancelled")]
    if not kept:
        raise DriveError(f"{where}: nobody has annotated it")
    if len(kept) > 1:
        raise DriveError(f"{where}: {len(kept)} annotations: keep the one that counts")
    number, annotation = kept[0]
    at = f"{where}: annotation {number}"
    entries = list_at(f"{at}: result", annotation.get("result"))
    return [(f"{at}: result {index}", object_at(f"{at}: result {index}", entry)) for index, entry in enumerate(entries, 1)]


def _label(where: str, kind: str, region: Mapping[str, Any], extras: Mapping[tuple[str, str], Any]) -> Label:
    value, uid = region["value"], str(region.get("id"))
    t, end = (_seconds(f"{where}: {name}", value.get(name)) for name in ("start", "end"))
    note = extras.get((uid, _NOTE), {}).get("text", "")
    text = (
        "\n".join(text_at(f"{where}: note", line) for line in note) if isinstance(note, list) else text_at(f"{where}: note", note)
    )
    rating = extras.get((uid, _RATING), {}).get("number")
    return label_of(where, t, end, kind, text, None if rating is None else number_at(f"{where}: rating", rating))


def _seconds(where: str, value: Any) -> float:
    if isinstance(value, str):
        raise DriveError(f"{where}: '{value}' is a time of the clock; show the series by its column t in seconds")
    return number_at(where, value)
