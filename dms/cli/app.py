"""The `dms` command: one module of this package per subcommand, each with a function `command`."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from dms.cli import calibration, keys, rules
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
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name in COMMANDS:
    app.command(name)(import_module(f"dms.cli.{name}").command)
app.add_typer(rules.app, name="rules")
app.add_typer(calibration.app, name="calibration")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run the command line; an error that the user can put right is one message and an exit code, not a traceback."""
    try:
        app()
    except DmsError as error:
        typer.echo(f"dms: {error}", err=True)
        sys.exit(error.exit_code)
