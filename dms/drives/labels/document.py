"""What a document of an annotation tool says, whichever tool it is of, and what is the same in reading all of those."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dms.config.problems import suggestion
from dms.drives.labels.labels import LABEL_KINDS, bounded_text, json_in
from dms.errors import DriveError, one_line
from dms.types import KSS, Label
from dms.wire import record_from


@dataclass(frozen=True, slots=True)
class Document:
    """Labels, and what else is in the document. `left_out`: other tiers, types or labels, with the number of their annotations.

    `drive` is the file name of the drive that dms exported it for, None if it was made otherwise. `called` is what the tool calls
    what has the name of a kind of label.
    """

    labels: tuple[Label, ...]
    left_out: Mapping[str, int]
    drive: str | None
    called: str = "tier"


def by_time(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Returns labels in order."""
    return tuple(sorted(labels, key=lambda label: (label.t, label.end, label.kind)))


def kinds_by_name(path: Path, called: str, found: Iterable[str], names: Mapping[str, str] | None) -> dict[str, str]:
    """Returns which names of a document stand for which kind of label: the kinds themselves, and what `names` maps to one.

    Raises:
        DriveError: a name of `names` is not in the document, or no name in it stands for a kind.
    """
    there = list(dict.fromkeys(found))
    for name in names or ():
        if name not in there:
            raise DriveError(f"{path}: no {called} is called '{name}'{suggestion(name, there)}")
    kind_of = {**{str(kind): str(kind) for kind in LABEL_KINDS}, **(names or {})}
    if not any(name in kind_of for name in there):
        listed = one_line(", ".join(f"'{name}'" for name in there)) or "none"
        raise DriveError(
            f"{path}: no {called} is named like a kind of label (there: {listed}); --tier '{called.upper()}=KIND' takes one in"
        )
    return kind_of


def json_document(path: Path) -> Any:
    """Returns what a JSON file holds.

    Raises:
        DriveError: the file cannot be read, or is not JSON; with the line.
    """
    return json_in(path, bounded_text(path), "document of labels")


def label_of(where: str, t: float, end: float, kind: str, note: str, rating: float | None) -> Label:
    """Returns a label; a rating belongs to the kind `kss` only.

    Raises:
        DriveError: it is none; `where` begins the message.
    """
    if kind == KSS and rating is None:
        raise DriveError(f"{where}: a label of the kind {KSS} needs a rating from 1 to 9")
    fields = {"t": t, "end": end, "kind": kind, "note": note, "value": rating if kind == KSS else None}
    try:
        return record_from(Label, fields)
    except DriveError as error:
        raise DriveError(f"{where}: {error}") from error


def object_at(where: str, value: Any) -> Mapping[str, Any]:
    """Returns a JSON object; raises DriveError, `where` first, for anything else."""
    if not isinstance(value, dict):
        raise DriveError(f"{where}: an object is wanted, not {_briefly(value)}")
    return value


def list_at(where: str, value: Any) -> list[Any]:
    """Returns a JSON list; raises DriveError, `where` first, for anything else."""
    if not isinstance(value, list):
        raise DriveError(f"{where}: a list is wanted, not {_briefly(value)}")
    return value


def text_at(where: str, value: Any) -> str:
    """Returns a text; raises DriveError, `where` first, for anything else."""
    if not isinstance(value, str):
        raise DriveError(f"{where}: a text is wanted, not {_briefly(value)}")
    return value


def number_at(where: str, value: Any) -> float:
    """Returns a number that is finite; raises DriveError, `where` first, for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
        raise DriveError(f"{where}: a number is wanted, not {_briefly(value)}")
    return value


def _briefly(value: Any) -> str:
    try:
        text = json.dumps(value)
    except RecursionError:  # what could just be read can be nested too deep to be written
        return "what is nested too deep"
    return text if len(text) <= 40 else f"{text[:40]}…"
