"""`dms forget`: a person is erased."""

from __future__ import annotations

from typing import Annotated

import typer

from dms.console.configuration_option import Config
from dms.console.terminal_text import row
from dms.console.whose_data import Everything, Folders, Journal, Since, Source, Until, where, whose
from dms.errors import EXIT_DONE, EXIT_FAILED

_ELSEWHERE = "not looked for: the log (journalctl -u dms), and exports, reports, videos and copies that people made"


def command(
    config: Config = None,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
    journal: Journal = None,
    also: Folders = None,
    yes: Annotated[bool, typer.Option("--yes", help="Erase it. Without this, what would be erased is shown.")] = False,
) -> None:
    """Erase what is kept about a person: journal, calibration, recordings with their pictures, kept observations and cues.

    Whole drives go, also if they lie in the span only in part, and protected recordings as well. The service must not run. Exit
    code 1: something is left of which nobody knows whose it is.
    """
    from dms.personal.forget import forget, preview

    selection, places = whose(source, since, until, everything=everything), where(config, journal, also)
    report = forget(places, selection) if yes else preview(places, selection)
    for line in report.erased:
        typer.echo(row(f"{'erased' if yes else 'would be erased'}: {line}"))
    for line in report.left:
        typer.echo(row(f"left: {line}"), err=True)
    if not report.erased:
        typer.echo("nothing to erase")
    elif yes:
        typer.echo(_ELSEWHERE)
    else:
        typer.echo("nothing is erased yet: repeat with --yes; `dms export` hands it over before")
    raise typer.Exit(EXIT_FAILED if report.left else EXIT_DONE)
