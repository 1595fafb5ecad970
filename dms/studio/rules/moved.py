"""A pack whose numbers somebody moves: the numbers by name, those that go along, and what the schema has to say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dms.config.yaml_loader import KeyPath
from dms.decision.pack_loader import Pack
from dms.drives.tuning.candidates import Original
from dms.drives.tuning.parameters import Number, Parameter, parameters_of, with_values
from dms.drives.tuning.space import Space
from dms.errors import ConfigurationError
from dms.studio.rules.linked import Linked, linked
from dms.studio.rules.sheet import Section, Sheet, sections_of, sheet_of

MOST_NUMBERS = 600
"""Of a pack that is shown. Those that ship have 140 at most."""
Values = Mapping[str, Number]
"""Numbers of a pack by their names; those that are not named stay as they are."""


@dataclass(frozen=True)
class Opened:
    """A pack that was opened to be moved, with the space that says how far, if there is one for it."""

    original: Original
    space: Space | None

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Every number of its file."""
        return parameters_of(self.original.data)

    @cached_property
    def sheet(self) -> Sheet:
        """The pack as it is shown.

        Raises:
            ConfigurationError: it has more numbers than anybody could move.
        """
        if len(self.parameters) > MOST_NUMBERS:
            path = self.original.pack.path
            raise ConfigurationError(f"{path}: {len(self.parameters)} numbers; the page shows packs with up to {MOST_NUMBERS}")
        return sheet_of(self.original, self.space, self._linked)

    @cached_property
    def _linked(self) -> list[Linked]:
        return linked(self.original.pack, self.parameters.values())

    def moved(self, values: Values) -> Moved:
        """The pack with other numbers.

        Raises:
            ConfigurationError: it has no number of one of these names, or the schema does not allow them.
        """
        for name in values:
            if name not in self.parameters:
                raise ConfigurationError(f"{self.original.pack.path}: there is no number {name[:80]}")
        changes = self._changes(values)
        return Moved(self, changes, self.original.candidate(changes) if changes else self.original.pack)

    def sections(self, moved: Moved) -> tuple[Section, ...]:
        """The paragraphs of the pack with other numbers."""
        now = parameters_of(moved.data)
        return sections_of(moved.pack, now, linked(moved.pack, now.values(), self._linked))

    def _changes(self, values: Values) -> dict[KeyPath, Number]:
        """Where in the file other numbers stand. What the space takes along goes along, unless it was moved itself."""
        changes: dict[KeyPath, Number] = {}
        for one in self.space.dimensions if self.space is not None else ():
            value = values.get(one.name, one.parameter.value)
            if value != one.parameter.value:
                changes.update((follower.path, one.follower_value(follower, value)) for follower in one.followers)
        changes.update((self.parameters[name].path, self._as_written(name, value)) for name, value in values.items())
        present = {one.path: one.value for one in self.parameters.values()}
        return {path: value for path, value in changes.items() if value != present[path]}

    def _as_written(self, name: str, value: Number) -> Number:
        """A whole number where one stands in the file: JSON knows only one kind of number."""
        is_whole = isinstance(value, int) or value.is_integer()
        return int(value) if isinstance(self.parameters[name].value, int) and is_whole else value


@dataclass(frozen=True)
class Moved:
    """A pack with other numbers. `changes` are those that differ from its file, by their places there."""

    opened: Opened
    changes: Mapping[KeyPath, Number]
    pack: Pack

    @property
    def data(self) -> object:
        """The values of its document."""
        return with_values(self.opened.original.data, self.changes)

    @property
    def values(self) -> dict[str, Number]:
        """The numbers that differ, by name."""
        return {one.name: self.changes[one.path] for one in self.opened.parameters.values() if one.path in self.changes}

    @property
    def key(self) -> str:
        """What stands for the pack with these numbers, whatever else is called the same."""
        told = (self.opened.original.pack.sha256, sorted(self.changes.items(), key=repr))
        return hashlib.sha256(repr(told).encode()).hexdigest()
