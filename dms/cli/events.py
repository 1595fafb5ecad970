"""`dms events`: what the journal holds."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypedDict

import typer

from dms.config.problems import suggestion
from dms.console import completions
from dms.console.moments import moment_ns
from dms.console.summary_text import SUMMARY_HEADING, summary_row
from dms.console.terminal_text import row
from dms.decision.reason_text import why_text
from dms.errors import UsageError
from dms.locations import journal_to_read
from dms.types import AlertKind, Level


class _Which(TypedDict):
    """The entries that are wanted, for every table of the journal."""

    since_utc_ns: int | None
    until_utc_ns: int | None
    newest: int | None


def command(
    db: Annotated[Path | None, typer.Option(help="The journal. Default: the service's, or this user's.")] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Only since then: 90s, 30m, 2h, 3d, 1w ago, a date, or a date and time (UTC unless it says)."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Only before then, written in the same ways; a date is the beginning of that day.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Only so many: the newest that match.")] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this kind, such as fatigue.microsleep, or family, such as fatigue; may be given again.",
            autocompletion=completions.kinds_and_families,
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            help="Only this level and above: info, advisory, warning, urgent, emergency.", autocompletion=completions.levels
        ),
    ] = None,
    drives: Annotated[bool, typer.Option("--drives", help="The drives instead of the alerts.")] = False,
    summaries: Annotated[bool, typer.Option("--summaries", help="The trip summaries instead of the alerts.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show the alerts in the journal with their reasons, the drives, or the trip summaries. Times are UTC.

    Works while the service runs. A drive is summed up every five minutes while it lasts, and when it ends.
    """
    from dms.outputs.journal.reader import JournalReader
    from dms.outputs.journal.set_aside import journals_set_aside

    since_utc_ns = None if since is None else moment_ns("--since", since)
    until_utc_ns = None if until is None else moment_ns("--until", until)
    if since_utc_ns is not None and until_utc_ns is not None and until_utc_ns <= since_utc_ns:
        raise UsageError(f"--since {since} --until {until}: nothing lies between them")
    kinds, levels = _kinds(kind), _levels(level)
    if drives and summaries:
        raise UsageError("--drives and --summaries: one of the two")
    if (drives or summaries) and (kind or level):
        raise UsageError("--kind and --level choose among alerts, not among drives or summaries")
    path = db or journal_to_read()
    for aside in journals_set_aside(path):
        typer.echo(row(f"dms events: {aside.path} lies beside it, of a newer dms, which joins the two when it is back"), err=True)
    with JournalReader(path) as journal:
        which: _Which = {"since_utc_ns": since_utc_ns, "until_utc_ns": until_utc_ns, "newest": limit}
        if drives:
            _show(journal.drives(**which), _DRIVE_HEADING, _drive_line, json=json)
        elif summaries:
            _show(journal.summaries(**which), SUMMARY_HEADING, _summary_line, json=json)
        else:
            _show(journal.alerts(**which, kinds=kinds, levels=levels), _ALERT_HEADING, _alert_line, json=json)


def _show(entries: Iterable[dict[str, Any]], heading: str, line: Any, *, json: bool) -> None:
    shown = 0
    for shown, entry in enumerate(entries, start=1):
        if json:
            typer.echo(json_text.dumps(entry, ensure_ascii=False))
            continue
        if shown == 1:
            typer.echo(heading)
        typer.echo(row(line(entry)))
    if not shown:
        typer.echo("dms events: nothing in the journal that matches", err=True)


_ALERT_HEADING = f"{'UTC':<23}  {'drive':>11}  {'level':<9}  {'kind':<25}  {'phase':<11}  reason"
_DRIVE_HEADING = f"{'began (UTC)':<23}  {'ended (UTC)':<23}  {'end':<12}  {'pack':<24}  source"


def _alert_line(alert: dict[str, Any]) -> str:
    start = f"{_date_and_time(alert['utc'])}  {alert['t']:9.2f} s  {alert['level']:<9}  {alert['kind']:<25}  {alert['phase']:<11}"
    return f"{start}  {why_text(alert['cause'])}".rstrip()


def _drive_line(drive: dict[str, Any]) -> str:
    began, ended = _date_and_time(drive["started_utc"]), _date_and_time(drive["ended_utc"])
    return f"{began}  {ended}  {drive['end_reason'] or 'goes on':<12}  {drive['pack']:<24}  {drive['source']}"


def _summary_line(summary: dict[str, Any]) -> str:
    return summary_row(summary, _date_and_time(summary["utc"]))


def _date_and_time(utc: str | None) -> str:
    return f"{utc[:10]} {utc[11:23]}" if utc else f"{'unknown':<23}"


def _kinds(names: list[str] | None) -> set[str]:
    wanted = {kind.value for name in names or () for kind in AlertKind if f"{kind}.".startswith(f"{name}.")}
    for name in names or ():
        if not any(f"{kind}.".startswith(f"{name}.") for kind in AlertKind):
            known = completions.kinds_and_families("")
            raise UsageError(f"--kind '{name}': unknown{suggestion(name, known)}")
    return wanted


def _levels(lowest: str | None) -> set[str]:
    if lowest is None:
        return set()
    if lowest not in list(Level):
        raise UsageError(f"--level '{lowest}': unknown{suggestion(lowest, Level)}")
    return {level.value for level in Level if level.rank >= Level(lowest).rank}
