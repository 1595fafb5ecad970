"""The `dms` command: one module of this package per subcommand, each with a function `command`, or an `app` of its own."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
from typing import Annotated

import typer

from dms import __version__
from dms.console.lazy_group import SETTINGS, LazyGroup, module_of
from dms.console.standard_streams import open_what_is_closed, write_what_is_harmless, write_what_letters_allow
from dms.console.terminal_text import message
from dms.errors import EXIT_FAILED, DmsError, reason

LOG = logging.getLogger(__name__)

COMMANDS = {
    "run": "The service: watch a driver.",
    "observe": "Perception alone: what is seen in pictures.",
    "replay": "Drives through the rules: which alerts, and why.",
    "score": "How good a rule pack is on labelled drives.",
    "label": "What a driver really did.",
    "tune": "Better numbers for a rule pack.",
    "glances": "Where drivers looked, for how long, how often.",
    "report": "A drive as a page to look at.",
    "mark": "Keep the last minute of the running recording.",
    "listen": "What the service publishes, as it comes.",
    "events": "What the journal holds.",
    "export": "Hand over what is kept about a person.",
    "forget": "Erase what is kept about a person.",
    "check": "Are configuration, packs and cabins right?",
    "doctor": "What works on this machine, and what is missing.",
    "bench": "Latency and throughput on this machine.",
    "simulate": "Simulated drives, with labels.",
    "serve": "Perception over HTTP, for other programs.",
    "studio": "Drives in a browser: alerts, causes, labels.",
}
"""Each with what the list of commands says of it."""

GROUPS = {
    "rules": "Rule packs: list them, explain one, draw its state machines.",
    "calibration": "What is learned of the driver of a seat: show it, forget it.",
    "keys": "Keys for TCP: make them, allow clients, revoke them.",
    "drive": "Drive files: what is in them, parts of them, several as one.",
}
"""The same for those that have commands of their own."""

app = typer.Typer(
    name="dms",
    cls=LazyGroup,
    help="Driver monitoring: watch a driver through one camera and say, with reasons, when they are distracted or tired.",
    **SETTINGS,
)
for name, short in (COMMANDS | GROUPS).items():
    app.command(name, short_help=short)(module_of(f"dms.cli.{name}"))


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
    atexit.register(gc.freeze)  # at its end the interpreter would look through all that was loaded: a fifth of a short command
    open_what_is_closed()
    write_what_letters_allow()
    write_what_is_harmless()
    try:
        app(prog_name="dms")
    except DmsError as error:
        typer.echo(message(str(error)), err=True)
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk behind an output, a name that is too long: whichever of a hundred calls it met
        LOG.debug("refused by the operating system", exc_info=error)
        _give_up_what_is_unwritten()
        typer.echo(message(reason(error) if error.filename else f"what comes out cannot be written: {reason(error)}"), err=True)
        sys.exit(EXIT_FAILED)


def _give_up_what_is_unwritten() -> None:
    """What standard output has refused, it would refuse again when the interpreter ends, in words that nobody understands."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
