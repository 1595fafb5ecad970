"""The numbers of a rule pack by name: `rules.long_glance.ladder.warning.after_s`.

A name is the keys on the way down, with dots. In a list, an element goes by its level, its cue or its event, as long as no other
element of the list has the same one, and otherwise by its place, from 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from dms.config.yaml_loader import KeyPath

Number = int | float

_ELEMENT_KEYS = ("level", "cue", "event")
_UNITS = {"_s": "s", "_deg": "°", "_kph": "km/h"}
_THRESHOLDS = frozenset({"above", "below", "at_least", "at_most", "beyond", "until", "by"})

NOT_FOR_TUNING = {
    "deadline_s": "it says what counts as missed: a search that may move it would move the goal",
    "priority": "it is no quantity: a higher one is not more of anything",
}
"""Numbers of a pack that are not searched, and why."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that stands in a pack: its name, where it is in the document, its value and its unit ("" for none)."""

    name: str
    path: KeyPath
    value: Number
    unit: str


def parameters_of(data: Any) -> dict[str, Parameter]:
    """Every number of a pack document, by its name, in the order of the file."""
    return {parameter.name: parameter for parameter in _numbers(data, (), (), "")}


def find_parameter(name: str, parameters: Mapping[str, Parameter]) -> Parameter | None:
    """The parameter of that name; elements of lists may always go by their place."""
    if name in parameters:
        return parameters[name]
    return next((one for one in parameters.values() if ".".join(map(str, one.path)) == name), None)


def with_values(data: Any, values: Mapping[KeyPath, Number]) -> Any:
    """A copy of a pack document with other numbers."""
    changed = deepcopy(data)
    for path, value in values.items():
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
    return changed


def _numbers(value: Any, path: KeyPath, names: tuple[str, ...], unit: str) -> Iterator[Parameter]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _numbers(below, (*path, key), (*names, key), _unit_of(key, value))
    elif isinstance(value, list):
        for index, (name, below) in enumerate(zip(_element_names(value), value, strict=True)):
            yield from _numbers(below, (*path, index), (*names, name), unit)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield Parameter(".".join(names), path, value, unit)


def _element_names(elements: list[Any]) -> list[str]:
    """What the elements of a list are called."""
    own = [next((str(one[key]) for key in _ELEMENT_KEYS if key in one), "") if isinstance(one, dict) else "" for one in elements]
    times = Counter(own)
    return [name if name and times[name] == 1 else str(index) for index, name in enumerate(own)]


def _unit_of(key: str, holder: Mapping[str, Any]) -> str:
    """The unit that a key or, for a threshold, the cue that is tested has in its name."""
    named = str(holder.get("cue") or holder.get("moves") or "") if key in _THRESHOLDS else key
    return next((unit for ending, unit in _UNITS.items() if named.endswith(ending)), "")
