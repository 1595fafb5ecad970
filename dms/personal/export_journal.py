"""The part of an export that comes from the journal: tables that a spreadsheet opens, and summaries as lines of JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dms.counted import counted
from dms.outputs.journal.migrations import NewerJournalError
from dms.outputs.journal.reader import JournalReader
from dms.outputs.journal.set_aside import journals_set_aside
from dms.personal.selection import Selection

_ALERT = ("utc", "t", "kind", "level", "phase", "onset", "rule", "pack", "cause", "session", "id")
_DRIVE = ("started_utc", "ended_utc", "end_reason", "source", "pack", "session", "dms_version", "pack_sha256", "id")


def export_journals(path: Path, selection: Selection, folder: Path, left_out: list[str]) -> list[str]:
    """The journal goes into the folder `journal` of `folder`, and those of a newer dms that lie beside it into folders of their
    names. Returns and raises what `export_journal` does; a journal that only a newer dms can read is added to `left_out`, too.
    """
    written = export_journal(path, selection, folder / "journal", left_out)
    for aside in journals_set_aside(path):
        try:
            written += export_journal(aside.path, selection, folder / aside.path.name, left_out)
        except NewerJournalError as error:
            left_out.append(f"{aside.path}: a journal of a newer dms (version {error.version}), which alone can read it")
    return written


def export_journal(path: Path, selection: Selection, folder: Path, left_out: list[str]) -> list[str]:
    """Write the drives that are meant, with their alerts and summaries, into `folder`; a line for each file that was written.

    Drives of unknown time are added to `left_out`.

    Raises:
        DmsError: the journal cannot be read.
        OSError: the disk refuses.
    """
    if not path.exists():
        return []
    with JournalReader(path) as journal:
        answers = {span.id: selection.covers(span.source, span.begin_ns, span.end_ns) for span in journal.spans()}
        unknown = list(answers.values()).count(None)
        if unknown:
            left_out.append(f"{path}: {counted(unknown, 'drive')} of unknown time, as the clock was not set")
        drives = [drive for drive in journal.drives() if answers.get(drive["id"])]
        folder.mkdir(mode=0o700, exist_ok=True)
        alerts = [alert for alert in journal.alerts() if _is_meant(alert["drive_id"], answers, selection)]
        summaries = [summary for summary in journal.summaries() if answers.get(summary["drive_id"])]
    _table(folder / "drives.csv", _DRIVE, drives)
    _table(folder / "alerts.csv", _ALERT, alerts)
    _lines(folder / "alerts.jsonl", alerts)
    _lines(folder / "summaries.jsonl", summaries)
    rows = (counted(len(drives), "drive"), counted(len(alerts), "alert"), counted(len(summaries), "summary", "summaries"))
    return [f"{folder.name}: {', '.join(rows)}"]


def _is_meant(drive: int | None, answers: Mapping[int, bool | None], selection: Selection) -> bool:
    """An alert before the first drive, a fault at the start, is of nobody: it is handed over with everything."""
    return selection.is_everything if drive is None else bool(answers.get(drive))


def _table(path: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({name: _cell(row[name]) for name in columns} for row in rows)


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else value


def _lines(path: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
