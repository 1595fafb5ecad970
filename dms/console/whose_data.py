"""What `dms forget` and `dms export` have in common: whose data is meant, and where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dms.capture.address import without_password
from dms.console.moments import moment_ns
from dms.errors import UsageError

if TYPE_CHECKING:
    from dms.personal.places import Places
    from dms.personal.selection import Selection

Source = Annotated[
    str | None, typer.Option(help="The camera whose driver is meant, as in `source:` of the configuration. Default: all cameras.")
]
Since = Annotated[str | None, typer.Option(help="Drives that ended after this: 2h or 3d ago, a date, or a date and time (UTC).")]
Until = Annotated[str | None, typer.Option(help="Drives that began before this: written as for --since.")]
Everything = Annotated[bool, typer.Option("--all", help="Everybody, at all times.")]
Journal = Annotated[Path | None, typer.Option(help="The journal, if it is not the configured one.")]
Folders = Annotated[
    list[Path] | None,
    typer.Option(
        "--also",
        help="Further folder with recordings (of `dms run --record`, or copied) or kept cues; may be given again.",
    ),
]


def whose(source: str | None, since: str | None, until: str | None, *, everything: bool) -> Selection:
    """Whose data is meant.

    Raises:
        UsageError: it is not said, or contradicts itself.
    """
    from dms.personal.selection import Selection

    if everything == any(each is not None for each in (source, since, until)):
        raise UsageError("say whose data is meant: --all, or --source, --since and --until")
    since_ns = None if since is None else moment_ns("--since", since)
    until_ns = None if until is None else moment_ns("--until", until)
    if since_ns is not None and until_ns is not None and since_ns >= until_ns:
        raise UsageError(f"--since {since} is not before --until {until}")
    return Selection(None if source is None else without_password(source), since_ns, until_ns)


def where(config: Path | None, journal: Path | None, folders: list[Path] | None) -> Places:
    """Where a service with this configuration keeps what it knows; `journal` goes before the configured one.

    Raises:
        ConfigurationError: the configuration is wrong.
        UsageError: a folder is not there.
    """
    from dms.config.settings import load_settings, with_changes
    from dms.personal.places import places_of

    for folder in folders or ():
        if not folder.is_dir():
            raise UsageError(f"--also {folder}: no such folder")
    settings = with_changes(load_settings(config), {"journal.path": str(journal)} if journal else {})
    places = places_of(settings, folders or ())
    if not places.folders:
        typer.echo("no folder for recordings is configured: --also FOLDER searches one", err=True)
    return places
