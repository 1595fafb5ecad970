"""A group of commands that imports each only when it is called: a listing, a completion or a slip loads none of them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

SETTINGS: dict[str, Any] = {
    "no_args_is_help": True,
    "context_settings": {"help_option_names": ["-h", "--help"]},
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,  # panels squeeze the help of a terminal of 80 columns, and break paths in errors
}
"""What every part of the command line is made with, whenever it is made."""
_MODULE = "__module_of_the_command__"


class LazyGroup(TyperGroup):
    """Lists what `module_of` names by the short help that is registered, and loads the module of whichever is called.

    The module has a function `command`, with the keywords for it in `COMMAND` if it needs any; or an `app` of its own.
    """

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Returns the name of the command that the arguments begin with, the command itself, and the arguments behind it."""
        name, listed, rest = super().resolve_command(ctx, args)
        module = getattr(getattr(listed, "callback", None), _MODULE, None)
        return name, listed if module is None else _loaded(str(name), module), rest


def module_of(name: str) -> Callable[[], None]:
    """Returns what to register for a command in whose place the module `name` is loaded when it is called."""

    def command() -> None: ...

    setattr(command, _MODULE, name)
    return command


def _loaded(name: str, module_name: str) -> Any:
    module, around = import_module(module_name), typer.Typer(**SETTINGS)
    if hasattr(module, "app"):
        around.add_typer(module.app, name=name)
    else:
        around.command(name, **getattr(module, "COMMAND", {}))(module.command)
    return get_group(around).commands[name]
