"""Ground truth: labels in a drive, or in a CSV or JSON file beside it, and what can be wrong with them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import asdict

from dms.bounded import read_at_most
from dms.config.problems import suggestion
from dms.drives.labels.whole_file import write_whole
from dms.errors import BAD_INPUT, DriveError
from dms.recording.packed import unpacked_name
from dms.refusal import line_of, not_utf8
from dms.spreadsheet import FORMULA, cell
from dms.types import KSS, AlertKind, Label
from dms.wire import record_from, without_twins


class CsvRows(Protocol):
    """What `csv.reader` makes."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


SIDE_SUFFIXES = (".labels.csv", ".labels.json")
LABEL_KINDS = (*AlertKind, KSS)
"""Every kind that a label may have."""
KSS_RANGE = (1.0, 9.0)
"""From extremely alert to fighting sleep. T. Akerstedt and M. Gillberg, Int. J. Neuroscience 52, 1990, 29-37."""

LARGEST_BYTES = 16 << 20
"""A file of labels beyond this is none: a line takes a hundred bytes, and no drive has a label a second for two days."""
MOST_LABELS = 172_800
_COLUMNS = ("t", "end", "kind")
_MORE_COLUMNS = ("note", "value")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}
_NUMBERS = frozenset({"t", "end", "value"})
# A label may reach a little beyond what was recorded: the last frame of a drive is not the end of its last moment.
_MARGIN_S = 1.0


def side_file(drive: Path) -> Path:
    """Where the labels beside the drive `NAME.…` are: `NAME.labels.csv` or `NAME.labels.json`; the first if there is neither.

    Raises:
        DriveError: there are both, and nobody can say which is right.
    """
    candidates = [drive.with_name(unpacked_name(drive).stem + suffix) for suffix in SIDE_SUFFIXES]
    found = [path for path in candidates if path.exists()]
    if len(found) > 1:
        raise DriveError(f"{found[0]} and {found[1].name}: two label files for one drive, and neither is used; keep one")
    return found[0] if found else candidates[0]


def labels_beside(drive: Path) -> list[Label]:
    """The labels of the file beside the drive; none without such a file.

    Raises:
        DriveError: there are two such files, or one that cannot be read.
    """
    path = side_file(drive)
    return read_labels(path) if path.exists() else []


def bounded_content(path: Path) -> bytes:
    """The bytes of a file of labels, of whatever format.

    Raises:
        DriveError: it cannot be read, or is larger than any file of labels.
    """
    try:
        return read_at_most(path, LARGEST_BYTES)
    except OSError as error:
        raise DriveError(f"{path}: {error.strerror}") from error


def bounded_text(path: Path) -> str:
    """Returns the text of a file of labels.

    Raises:
        DriveError: the file cannot be read, or is not UTF-8; with the line.
    """
    try:
        return bounded_content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DriveError(f"{path}:{line_of(error)}: {not_utf8(error)}") from error


def read_labels(path: Path) -> list[Label]:
    """Labels from a CSV file with the columns t, end, kind and, if wanted, note and value; or from a JSON list of such objects.

    Raises:
        DriveError: the file cannot be read, or an entry is no label; the message has the file and the line or entry.
    """
    text = bounded_text(path)
    entries = _csv_entries(path, text) if path.suffix.lower() == ".csv" else _json_entries(path, text)
    labels: list[Label] = []
    for where, entry in entries:
        if len(labels) == MOST_LABELS:
            raise DriveError(f"{where}: more than {MOST_LABELS} labels, which no drive has")
        try:
            labels.append(record_from(Label, entry))
        except DriveError as error:
            raise DriveError(f"{where}: {error}") from error
    return labels


def write_labels(path: Path, labels: Iterable[Label]) -> None:
    """Write a CSV or JSON file, by its suffix, that `read_labels` reads, in order of time.

    Raises:
        DriveError: the file cannot be written; what was there before still is.
    """
    in_order = sorted(labels, key=lambda label: (label.t, label.end, label.kind))
    write_whole(path, _csv_text(in_order) if path.suffix.lower() == ".csv" else _json_text(in_order))


def _csv_text(labels: Sequence[Label]) -> str:
    """Only where a label has a value is there a column for it."""
    columns = (*_COLUMNS, "note", *(["value"] if any(label.value is not None for label in labels) else []))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([cell(getattr(label, column)) for column in columns] for label in labels)
    return text.getvalue()


def _json_text(labels: Sequence[Label]) -> str:
    entries = ({name: value for name, value in asdict(label).items() if value not in (None, "")} for label in labels)
    return "[\n" + ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in entries) + "\n]\n"


def label_problems(labels: Sequence[Label], start_s: float, end_s: float, warnings: Sequence[str] = ()) -> list[str]:
    """What is wrong with the labels of a drive from `start_s` to `end_s`, a sentence each.

    `warnings` are those of reading the drive: one that was cut off may have lost what a label speaks of.
    """
    return [*_single_problems(labels, start_s, end_s, warnings), *_overlaps(labels)]


def _single_problems(labels: Sequence[Label], start_s: float, end_s: float, warnings: Sequence[str]) -> Iterator[str]:
    cause = f" ({warnings[-1]})" if warnings else ""
    for label in labels:
        name = f"label {label.kind} at {label.t:g} s"
        if label.kind not in LABEL_KINDS:
            yield f"{name}: unknown kind of label{suggestion(label.kind, LABEL_KINDS)}"
        elif label.kind == KSS and (label.value is None or not KSS_RANGE[0] <= label.value <= KSS_RANGE[1]):
            given = "no value" if label.value is None else f"value {label.value:g}"
            yield f"{name}: {given}; the Karolinska Sleepiness Scale goes from {KSS_RANGE[0]:g} to {KSS_RANGE[1]:g}"
        elif label.kind != KSS and label.value is not None:
            yield f"{name}: value {label.value:g}; only a label of the kind {KSS} has one"
        if label.end < label.t:
            yield f"{name}: ends at {label.end:g} s, before it begins"
        elif label.end < start_s - _MARGIN_S or label.t < start_s - _MARGIN_S or label.t > end_s or label.end > end_s + _MARGIN_S:
            yield f"{name}: lies outside the drive, which lasts from {start_s:.2f} s to {end_s:.2f} s{cause}"


def _overlaps(labels: Sequence[Label]) -> Iterator[str]:
    for kind in sorted({label.kind for label in labels}):
        same = sorted((label for label in labels if label.kind == kind), key=lambda label: (label.t, label.end))
        for first, second in pairwise(same):
            if second.t < first.end:
                yield f"label {kind} at {second.t:g} s: overlaps the one from {first.t:g} s to {first.end:g} s"


def _csv_entries(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        yield from _label_rows(path, rows)
    except csv.Error as error:
        raise DriveError(f"{path}:{rows.line_num}: {error}") from error


def _label_rows(path: Path, rows: CsvRows) -> Iterator[tuple[str, dict[str, Any]]]:
    header = next(rows, [])
    separator = next((name for sign, name in _OTHER_SEPARATORS.items() if header[:1] and sign in header[0]), None)
    if separator is not None:
        raise DriveError(f"{path}:1: the columns are separated by {separator}: save the file with commas between them")
    more = header[len(_COLUMNS) :]
    if tuple(header[: len(_COLUMNS)]) != _COLUMNS or not set(more) <= set(_MORE_COLUMNS) or len(set(more)) < len(more):
        raise DriveError(
            f"{path}:1: the first line must be '{','.join(_COLUMNS + _MORE_COLUMNS)}' (note and value may be left out)"
        )
    for row in rows:
        if row:
            if len(row) > len(header):
                raise DriveError(f"{path}:{rows.line_num}: {len(row)} values for {len(header)} columns; quote a note with commas")
            entry = dict(zip(header, row, strict=False))
            given = {name: text for name, text in entry.items() if text or name != "value"}
            if FORMULA.match(given.get("note", "")):
                given["note"] = given["note"].removeprefix("'")
            yield f"{path}:{rows.line_num}", {name: _number_or_text(name, text) for name, text in given.items()}


def _number_or_text(column: str, text: str) -> float | str:
    """What a cell means: spreadsheets write numbers in more ways than JSON knows (`.5`, a space before it)."""
    if column in _NUMBERS:
        try:
            return float(text)
        except ValueError:
            return text
    return text


def json_in(path: Path, text: str, what: str) -> Any:
    """Returns what the JSON text of a file holds, which is to be a `what`.

    Raises:
        DriveError: it is not JSON, or has a key twice; with the line.
    """
    try:
        return json.loads(text, object_pairs_hook=without_twins)
    except json.JSONDecodeError as error:
        raise DriveError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error
    except DriveError as error:
        raise DriveError(f"{path}: {error}") from error
    except RecursionError as error:
        raise DriveError(f"{path}: not a {what}: nested too deep") from error
    except BAD_INPUT as error:
        raise DriveError(f"{path}: not a {what}: {error}") from error


def _json_entries(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    content = json_in(path, text, "list of labels")
    if not isinstance(content, list):
        raise DriveError(f"{path}: a list of labels is wanted")
    if any(isinstance(entry, dict) and "annotations" in entry for entry in content):
        raise DriveError(f"{path}: an export of Label Studio: its tasks hold no t, end and kind; a list of labels is wanted")
    for number, entry in enumerate(content, 1):
        if not isinstance(entry, dict):
            raise DriveError(f"{path}: entry {number}: an object with t, end and kind is wanted")
        yield f"{path}: entry {number}", entry
