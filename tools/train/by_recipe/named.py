"""What a recipe names as `module:Name`: a network or a loss of this project or of a file of one's own."""

from __future__ import annotations

import importlib
import inspect
import typing
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from dms.config.problems import suggestion
from dms.perception.networks import Network


class UnknownNameError(ValueError):
    """Nothing goes by that name; the message says what is wrong, without the name."""


def named(path: str) -> object:
    """What `module:Name` stands for.

    Raises:
        UnknownNameError: there is no such module, or nothing of that name in it.
    """
    module_name, colon, name = path.partition(":")
    if not colon or not name:
        raise UnknownNameError("written as module:Name, for example tools.networks.unet:UNet")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise UnknownNameError(f"{error}; modules are looked for in this folder and where Python looks") from error
    if not hasattr(module, name):
        own = [each for each, value in vars(module).items() if getattr(value, "__module__", None) == module_name]
        raise UnknownNameError(f"nothing called {name} in {module_name}{suggestion(name, own)}")
    found: object = getattr(module, name)
    return found


def network_class(path: str) -> type[Network]:
    """The class of a network.

    Raises:
        UnknownNameError: there is none, or it is not a `dms.perception.networks.Network`.
    """
    found = named(path)
    if not (inspect.isclass(found) and issubclass(found, Network)):
        raise UnknownNameError("is no network: its class has to be a dms.perception.networks.Network")
    return found


def options_model(network: type[Network]) -> type[BaseModel]:
    """A model of the keyword arguments that a network's class takes, with their types and defaults: no other keys are allowed."""
    types = typing.get_type_hints(network.__init__)
    fields: dict[str, Any] = {
        name: (types.get(name, Any), ... if argument.default is inspect.Parameter.empty else argument.default)
        for name, argument in inspect.signature(network).parameters.items()
    }
    return create_model(f"{network.__name__}Options", __config__=ConfigDict(extra="forbid"), **fields)
