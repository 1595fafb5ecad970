"""Outputs of other packages: a listener, made from a section of the configuration that only its package understands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from dms import plugins
from dms.config.problems import suggestion
from dms.config.settings import Settings
from dms.config.yaml_loader import YamlDocument, read_yaml, validated
from dms.errors import ConfigurationError, DmsError
from dms.outputs.listener import Listener
from dms.outputs.run_identity import RunIdentity
from dms.resources import how_to_add

PLUGIN_GROUP = "dms.outputs"
"""The entry points by which other packages offer outputs; each is named after its section under `outputs:`."""

Options = TypeVar("Options", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Output(Generic[Options]):
    """What an entry point of an output names.

    `options` is the model of its section. `open` makes the listener when the service starts; it raises DmsError if it cannot.
    `check` looks at what the options name, files and libraries, without reaching out: it raises ConfigurationError with a line
    for each problem. `reach` tries the other side for `dms doctor`, within seconds: it returns what is there in words and raises
    DmsError if nothing is; None if there is nothing to reach. `needs` are the modules without which the service would not start
    with it: those of the extra of dms that is named as the output is. The dependencies of another package are pip's business.
    """

    options: type[Options]
    open: Callable[[Options, RunIdentity], Listener]
    check: Callable[[Options], None] = lambda options: None
    reach: Callable[[Options], str] | None = None
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of `needs` that are not installed."""
        return tuple(module for module in self.needs if find_spec(module.partition(".")[0]) is None)


@dataclass(frozen=True, slots=True)
class ConfiguredOutput:
    """An output of the configuration, its section understood."""

    name: str
    output: Output[Any]
    options: BaseModel

    def open(self, run: RunIdentity) -> Listener:
        """Make its listener.

        Raises:
            DmsError: it cannot be made; the message names it.
        """
        try:
            listener = self.output.open(self.options, run)
        except DmsError as error:
            raise type(error)(f"output {self.name}: {error}") from error
        except Exception as error:  # the code of others may fail in any way
            raise DmsError(f"output {self.name} cannot be opened: {type(error).__name__}: {error}") from error
        if not isinstance(listener, Listener):
            raise DmsError(f"output {self.name} cannot be opened: it makes a {type(listener).__name__}, which is not a Listener")
        return listener

    def reach(self) -> str | None:
        """What is found on its other side, in words; None if it has none.

        Raises:
            DmsError: nothing is there, or it refuses.
        """
        if self.output.reach is None:
            return None
        try:
            return self.output.reach(self.options)
        except DmsError:
            raise
        except Exception as error:  # the code of others may fail in any way
            raise DmsError(f"{type(error).__name__}: {error}") from error


def load_outputs(settings: Settings, path: Path) -> list[ConfiguredOutput]:
    """The outputs that `settings`, read from `path`, ask for.

    Raises:
        ConfigurationError: every problem with its line.
    """
    if not settings.outputs:
        return []
    found = list(read_outputs(settings.outputs, read_yaml(path)))
    problems = [str(each) for each in found if isinstance(each, ConfigurationError)]
    if problems:
        raise ConfigurationError("\n".join(problems))
    return [each for each in found if isinstance(each, ConfiguredOutput)]


def read_outputs(sections: Mapping[str, Any], document: YamlDocument) -> Iterator[ConfiguredOutput | ConfigurationError]:
    """Each section of `outputs:` in `document`, or what is wrong with it."""
    for name in sections:
        try:
            output = _installed(name)
        except ConfigurationError as error:
            yield ConfigurationError(f"{document.file}:{document.line(('outputs', name))}: outputs.{name}: {error}")
            continue
        try:
            options = validated(output.options, document, at=("outputs", name))
        except ConfigurationError as error:
            yield error
            continue
        problems = list(_checked(name, output, options))
        place = f"{document.file}:{document.line(('outputs', name))}: outputs.{name}"
        yield from (ConfigurationError(f"{place}: {problem}") for problem in problems)
        if not problems:
            yield ConfiguredOutput(name, output, options)


def _checked(name: str, output: Output[Any], options: BaseModel) -> Iterator[str]:
    """What is wrong with what the options name, a line each."""
    if output.missing:
        yield f"the library {output.missing[0]} is not installed: {how_to_add(name)}"
        return
    try:
        output.check(options)
    except ConfigurationError as error:
        yield from str(error).splitlines()
    except Exception as error:  # the code of others may fail in any way
        yield f"cannot be checked: {type(error).__name__}: {error}"


def _installed(name: str) -> Output[Any]:
    installed = plugins.installed(PLUGIN_GROUP)
    if name not in installed:
        raise ConfigurationError(f"no output of this name is installed{suggestion(name, installed)}")
    return installed[name].load(Output)
