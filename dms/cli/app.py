"""The `dms` command: one module of this package per subcommand, each with a function `command`."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

from dms import __version__
from dms.cli import calibration, keys, rules, simulate
from dms.errors import DmsError

COMMANDS = (
    "run",
    "observe",
    "replay",
    "score",
    "label",
    "tune",
    "report",
    "mark",
    "listen",
    "events",
    "export",
    "forget",
    "check",
    "doctor",
    "bench",
)

app = typer.Typer(
    name="dms",
    help="Driver monitoring: watch a driver through one camera and say, with reasons, when they are distracted or tired.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
for name in COMMANDS:
    app.command(name)(import_module(f"dms.cli.{name}").command)
app.command("simulate", context_settings=simulate.ALL_ARGUMENTS, add_help_option=False)(simulate.command)
app.add_typer(rules.app, name="rules")
app.add_typer(calibration.app, name="calibration")
app.add_typer(keys.app, name="keys")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dms {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of `dms` itself."""


def main() -> None:
    """Run the command line; an error that the user can put right is one message and an exit code, not a traceback."""
    try:
        app(prog_name="dms")
    except DmsError as error:
        typer.echo(f"dms: {error}", err=True)
        sys.exit(error.exit_code)
