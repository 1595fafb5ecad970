"""`dms simulate`: simulated drives with known truth, to try out rules without drives of one's own."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from dms.errors import DmsError
from dms.resources import resource_directory

COMMAND: dict[str, Any] = {
    "context_settings": {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    "add_help_option": False,
}
"""The simulator reads its own arguments, `--help` among them."""


def command(context: typer.Context) -> None:
    """Write simulated drives with their labels: one drive, or a corpus of many drivers."""
    code = _simulator().main(context.args)
    if code:
        raise typer.Exit(code)


def _simulator() -> Any:
    """The simulator: a tool of the workstation, which no part of dms imports. The wheel carries it beside packs and weights.

    Raises:
        DmsError: another package is called `tools` here.
    """
    folder = resource_directory("tools")
    if str(folder.parent) not in sys.path:
        sys.path.append(str(folder.parent))
    try:
        simulator = import_module("tools.simulate.__main__")
    except ModuleNotFoundError as error:
        raise DmsError(f"{folder}: the simulator cannot be loaded: {error}") from error
    if folder not in Path(str(simulator.__file__)).resolve().parents:
        raise DmsError(f"another package is called 'tools' here, and hides the simulator in {folder}: {simulator.__file__}")
    return simulator
