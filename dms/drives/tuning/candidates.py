"""From values of a search space to packs, and what the pack's own schema has to say about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from dms.config.problems import describe
from dms.config.yaml_loader import KeyPath, YamlDocument, read_yaml
from dms.decision.cue_catalog import CUES
from dms.decision.pack_loader import Pack, load_pack, pack_from
from dms.decision.pack_schema import PackFile
from dms.drives.tuning.parameters import Number, Parameter, with_values
from dms.drives.tuning.space import Dimension, Space
from dms.errors import ConfigurationError

Values = Mapping[str, Number]
"""Numbers of a pack by their names; those that are not named stay as they are."""


@dataclass(frozen=True)
class Original:
    """The pack that is tuned, and the document it was read from."""

    pack: Pack
    document: YamlDocument
    zones: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """The values of the document."""
        assert isinstance(self.document.data, dict)
        return self.document.data

    def candidate(self, changes: Mapping[KeyPath, Number]) -> Pack:
        """The pack with other numbers.

        Raises:
            ConfigurationError: the schema does not allow them, together or each for itself.
        """
        document = replace(self.document, data=with_values(self.document.data, changes))
        return pack_from(document, self.pack.sha256, self.zones)


def load_original(name_or_path: str, zones: Iterable[str] = ()) -> Original:
    """The pack of that name or path, to be tuned; raises as `load_pack` does."""
    zones = tuple(zones)
    pack = load_pack(name_or_path, zones)
    return Original(pack, read_yaml(pack.path), zones)


def changes_of(space: Space, values: Values) -> dict[KeyPath, Number]:
    """Where in the document which numbers stand once the space's parameters have these values."""
    changes: dict[KeyPath, Number] = {}
    for one in space.dimensions:
        if one.name not in values:
            continue
        value = values[one.name]
        if value != one.parameter.value:
            changes[one.parameter.path] = value
            changes.update((follower.path, one.follower_value(follower, value)) for follower in one.followers)
    return changes


def present_values(space: Space) -> dict[str, Number]:
    """The values that the pack has now."""
    return {one.name: one.parameter.value for one in space.dimensions}


def check_bounds(space: Space, original: Original) -> None:
    """Refuse bounds, and steps, that the schema does not allow whatever the other numbers are.

    Raises:
        ConfigurationError: every such bound, a line each.
    """
    found = [(one, next(_refused(one, original), None)) for one in space.dimensions]
    problems = [f"{_place(space, one)}: {what}" for one, what in found if what is not None]
    if problems:
        raise ConfigurationError("\n".join(problems))


def _place(space: Space, one: Dimension) -> str:
    return f"{space.path}:{one.line}: parameters.{one.name}" if one.line else f"{space.path} {one.name}"


def _refused(one: Dimension, original: Original) -> Iterator[str]:
    for drawn in (one.lowest, one.lowest + one.step, one.highest):
        value = one.value(drawn)
        moved = {one.parameter: value, **{follower: one.follower_value(follower, value) for follower in one.followers}}
        data = with_values(original.document.data, {parameter.path: number for parameter, number in moved.items()})
        for parameter, number in moved.items():
            name = "" if parameter is one.parameter else f"{parameter.name}: "
            yield from (f"{name}{what}" for what in _refused_at(parameter, number, data))


def _refused_at(parameter: Parameter, number: Number, data: object) -> Iterator[str]:
    """What is wrong with one number by itself. What is wrong with it beside others may be put right by moving those."""
    cue = CUES.get(str(_holder(data, parameter.path).get("cue")))
    if cue is not None and not cue.lowest <= number <= cue.highest:
        yield f"{number:g}: {cue.name} lies between {cue.lowest:g} and {cue.highest:g}"
    try:
        PackFile.model_validate(data)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            path, what = describe(problem, PackFile, data)
            if path == parameter.path:
                yield what


def _holder(data: object, path: KeyPath) -> Mapping[str, object]:
    for step in path[:-1]:
        data = data[step]  # type: ignore[index]
    return data if isinstance(data, dict) else {}
