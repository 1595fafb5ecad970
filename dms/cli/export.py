"""`dms export`: what is kept about a person is handed over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dms.console.configuration_option import Config
from dms.console.terminal_text import row
from dms.console.whose_data import Everything, Folders, Journal, Since, Source, Until, where, whose
from dms.errors import EXIT_DONE, EXIT_FAILED


def command(
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder to be made, or a file that ends in .zip.")],
    config: Config = None,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
    journal: Journal = None,
    also: Folders = None,
) -> None:
    """Hand over what is kept about a person, as tables, text and pictures, with a manifest. The service may go on running.

    Exit code 1: something was left out, because it cannot be read or nobody knows whose it is.
    """
    from dms.personal.export import export

    done = export(where(config, journal, also), whose(source, since, until, everything=everything), output)
    for line in done.contents:
        typer.echo(row(line))
    for line in done.left_out:
        typer.echo(row(f"left out: {line}"), err=True)
    typer.echo(f"{output}: {'written' if done.contents else 'nothing is kept; written all the same'}")
    raise typer.Exit(EXIT_FAILED if done.left_out else EXIT_DONE)
