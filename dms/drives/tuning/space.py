"""Search spaces: which numbers of a pack may move, between which bounds and in which steps. A YAML file names them.

tunes: default
objectives: [misses, false_alarms, latency]
parameters:
  rules.long_glance.ladder.warning.after_s: {from: 2.0, to: 4.0, step: 0.1}

What a number may be besides, such as a warning after the advisory, is what the pack's own schema says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, log10
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dms.config.problems import suggestion
from dms.config.shipped import named_file, rules_folder, shipped_files
from dms.config.yaml_loader import YamlDocument, read_yaml, validated
from dms.drives.tuning.parameters import NOT_FOR_TUNING, Number, Parameter, find_parameter, parameters_of
from dms.errors import ConfigurationError

Objective = Literal["misses", "false_alarms", "latency"]
OBJECTIVES: tuple[Objective, ...] = ("misses", "false_alarms", "latency")

_STEPS_BY_DEFAULT = 20
_MOST_STEPS = 10_000


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Opening(_Part):
    """How far one number may move."""

    from_: float = Field(alias="from", description="The least value.")
    to: float = Field(description="The greatest value.")
    step: Annotated[float, Field(gt=0.0)] | None = Field(
        default=None, description="Values are `from` and whole steps above it; by default some twenty of them."
    )
    takes_along: list[str] = Field(
        default=[], description="Numbers that keep their distance to this one, such as where a hysteresis ends."
    )

    @model_validator(mode="after")
    def _is_a_range(self) -> Opening:
        if self.to <= self.from_:
            raise ValueError(f"to {self.to:g} must be greater than from {self.from_:g}")
        if self.step is not None and not 1 <= (self.to - self.from_) / self.step * (1 + 1e-9) <= _MOST_STEPS:
            raise ValueError(f"step {self.step:g}: between 1 and {_MOST_STEPS} steps must fit between from and to")
        return self


class SpaceFile(_Part):
    """A search space as it is written."""

    tunes: str = Field(min_length=1, description="The pack that the space was written for: a name under rules/ or a path.")
    objectives: list[Objective] = Field(default=list(OBJECTIVES), min_length=1, description="What is minimised.")
    parameters: dict[str, Opening] = Field(min_length=1, description="The numbers that may move, and how far.")

    @model_validator(mode="after")
    def _says_it_once(self) -> SpaceFile:
        if len(set(self.objectives)) < len(self.objectives):
            raise ValueError("an objective stands twice")
        return self


@dataclass(frozen=True, slots=True)
class Dimension:
    """One number that may move: `lowest` and whole `step`s above it, up to `highest`; `followers` keep their distance to it."""

    parameter: Parameter
    lowest: float
    highest: float
    step: float
    followers: tuple[Parameter, ...] = ()
    line: int = 0

    @property
    def name(self) -> str:
        """The name of the number."""
        return self.parameter.name

    def value(self, drawn: float) -> Number:
        """A drawn number as a person would write it: on the grid, without the rounding errors of a computer."""
        number = round(self.lowest + round((drawn - self.lowest) / self.step) * self.step, self._digits)
        return round(number) if isinstance(self.parameter.value, int) and number == round(number) else number

    def follower_value(self, follower: Parameter, value: Number) -> Number:
        """What a number that is taken along becomes."""
        number = round(follower.value + value - self.parameter.value, max(self._digits, _digits(follower.value)))
        return round(number) if isinstance(follower.value, int) and number == round(number) else number

    @property
    def _digits(self) -> int:
        return max(_digits(self.step), _digits(self.lowest))


@dataclass(frozen=True)
class Space:
    """A valid search space for one pack. `sha256` is that of the file's bytes."""

    path: Path
    sha256: str
    objectives: tuple[Objective, ...]
    dimensions: tuple[Dimension, ...]

    def size(self) -> float:
        """How many packs are in it."""
        packs = 1.0
        for one in self.dimensions:
            packs *= floor((one.highest - one.lowest) / one.step + 1e-9) + 1
        return packs


def space_names() -> list[str]:
    """The names of the spaces that ship with the program."""
    return [path.stem for path in shipped_files(rules_folder("spaces"))]


def space_path(name_or_path: str) -> Path:
    """The file of a space: a name under `rules/spaces/`, or a path.

    Raises:
        ConfigurationError: there is no such file.
    """
    return named_file(name_or_path, rules_folder("spaces"), "search space")


def read_space_file(path: Path) -> tuple[SpaceFile, YamlDocument]:
    """A space file by itself, not yet held against a pack.

    Raises:
        ConfigurationError: it is no space file; every problem is one line with file and line number.
    """
    document = read_yaml(path)
    return validated(SpaceFile, document), document


def load_space(path: Path, pack_name: str, pack_data: object) -> Space:
    """The space of that file for a pack, given as the values of its document.

    Raises:
        ConfigurationError: it cannot be honoured; every problem is one line with file and line number.
    """
    file, document = read_space_file(path)
    known = parameters_of(pack_data)
    problems: list[tuple[int, str]] = []
    dimensions: list[Dimension] = []
    taken: dict[str, str] = {}
    for name, opening in file.parameters.items():
        line = document.line(("parameters", name))
        found = [find_parameter(one, known) for one in (name, *opening.takes_along)]
        wrong = [*_unknown(name, opening, found, known, pack_name), *_twice(name, found, taken)]
        problems += [(line, f"parameters.{name}: {what}") for what in wrong]
        if not wrong:
            parameter, *followers = [one for one in found if one is not None]
            dimensions.append(_dimension(parameter, opening, tuple(followers), line))
    if problems:
        raise ConfigurationError("\n".join(f"{path}:{line}: {what}" for line, what in sorted(problems)))
    return Space(path, document.sha256, tuple(file.objectives), tuple(dimensions))


def nice_step(lowest: float, highest: float) -> float:
    """The step of 1, 2 or 5 times a power of ten that makes about twenty steps."""
    wanted = (highest - lowest) / _STEPS_BY_DEFAULT
    power = 10.0 ** floor(log10(wanted))
    return float(f"{next(power * nice for nice in (1, 2, 5, 10) if power * nice >= wanted * 0.999):.12g}")


def _unknown(
    name: str, opening: Opening, found: list[Parameter | None], known: dict[str, Parameter], pack_name: str
) -> Iterator[str]:
    for wanted, parameter in zip((name, *opening.takes_along), found, strict=True):
        along = "" if wanted == name else f"takes_along: {wanted}: "
        if parameter is None:
            yield f"{along}no number of pack {pack_name} is called so{suggestion(wanted, known)}"
        elif parameter.path[-1] in NOT_FOR_TUNING:
            yield f"{along}{parameter.path[-1]} is not searched: {NOT_FOR_TUNING[str(parameter.path[-1])]}"


def _twice(name: str, found: list[Parameter | None], taken: dict[str, str]) -> Iterator[str]:
    for parameter in found:
        if parameter is None:
            continue
        before = taken.setdefault(parameter.name, name)
        if before != name:
            yield f"{parameter.name} is moved by {before} already"


def _dimension(parameter: Parameter, opening: Opening, followers: tuple[Parameter, ...], line: int) -> Dimension:
    step = opening.step if opening.step is not None else nice_step(opening.from_, opening.to)
    if opening.step is None and _is_whole(parameter, opening):
        step = max(1.0, step)
    highest = opening.from_ + floor((opening.to - opening.from_) / step + 1e-9) * step
    return Dimension(parameter, opening.from_, float(f"{highest:.12g}"), step, followers, line)


def _is_whole(parameter: Parameter, opening: Opening) -> bool:
    return isinstance(parameter.value, int) and opening.from_ == round(opening.from_) and opening.to == round(opening.to)


def _digits(number: float) -> int:
    """Digits behind the point that a number is written with."""
    text = f"{number:.9f}".rstrip("0")
    return len(text) - text.index(".") - 1
