"""`dms mark`: the last minute of the drive that is being recorded is worth keeping."""

from __future__ import annotations

from typing import Annotated

import typer

from dms.console.connecting import Keys, given_keys
from dms.console.terminal_text import row
from dms.locations import endpoint_to_hear


def command(
    note: Annotated[str, typer.Argument(help="Why; written into the recording and its .keep file.", show_default=False)] = "",
    endpoint: Annotated[str | None, typer.Option(help="Where the service publishes. Default: its default address.")] = None,
    keys: Keys = None,
) -> None:
    """Protect what was recorded in the last minute from being deleted, and keep its pictures if pictures are recorded.

    Waits until it is safe on the disk. Exit code 1: no service runs, it records nothing, or the disk refuses.
    """
    from dms.client.marking import mark_recording

    marked = mark_recording(endpoint or endpoint_to_hear(), given_keys(keys), note)
    typer.echo(f"marked at {marked.mark.t:.1f} s of the drive{marked.pictures_in_words}; protected:")
    for path in marked.mark.files:
        typer.echo(row(f"  {path}"))
