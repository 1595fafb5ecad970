"""The `dms` command: one module of this package per subcommand, each with a function `command`."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

from dms import __version__
from dms.cli import calibration, drive, keys, rules, simulate
from dms.errors import DmsError

COMMANDS = {
    "run": "The service: watch a driver.",
    "observe": "Perception alone: what is seen in pictures.",
    "replay": "Drives through the rules: which alerts, and why.",
    "score": "How good a rule pack is on labelled drives.",
    "label": "What a driver really did.",
    "tune": "Better numbers for a rule pack.",
    "report": "A drive as a page to look at.",
    "mark": "Keep the last minute of the running recording.",
    "listen": "What the service publishes, as it comes.",
    "events": "What the journal holds.",
    "export": "Hand over what is kept about a person.",
    "forget": "Erase what is kept about a person.",
    "check": "Are configuration, packs and cabins right?",
    "doctor": "What works on this machine, and what is missing.",
    "bench": "Latency and throughput on this machine.",
}
"""Each with what the list of commands says of it."""

app = typer.Typer(
    name="dms",
    help="Driver monitoring: watch a driver through one camera and say, with reasons, when they are distracted or tired.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # panels squeeze the help of a terminal of 80 columns, and break paths in errors
)
for name, short in COMMANDS.items():
    app.command(name, short_help=short)(import_module(f"dms.cli.{name}").command)
app.command(
    "simulate", short_help="Simulated drives, with labels.", context_settings=simulate.ALL_ARGUMENTS, add_help_option=False
)(simulate.command)
app.add_typer(rules.app, name="rules")
app.add_typer(calibration.app, name="calibration")
app.add_typer(keys.app, name="keys")
app.add_typer(drive.app, name="drive")


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
