"""Parts that other packages bring: found by their entry points, loaded when they are wanted, named when that fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from dms.errors import ConfigurationError

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Plugin:
    """A name in a group of entry points, and the packages that claim it: one, unless something is wrong."""

    group: str
    name: str
    claims: Sequence[EntryPoint]

    @property
    def package(self) -> str:
        """The package with its version, as `dms-mqtt 1.2`; several if more than one claims the name."""
        return " and ".join(sorted(_package(claim) for claim in self.claims))

    def load(self, kind: type[Part]) -> Part:
        """What the entry point names, a `kind`.

        Raises:
            ConfigurationError: two packages claim the name, the import fails, or it yields something else; the message names
                the package and the entry point.
        """
        if len(self.claims) > 1:
            raise ConfigurationError(f"{self}: claimed by {self.package}: uninstall one of them")
        (claim,) = self.claims
        try:
            part = claim.load()
        except Exception as error:  # the code of others may fail in any way; all of them mean that it cannot be used
            raise ConfigurationError(f"{self} of {self.package} cannot be loaded: {_in_words(error)}") from error
        if isinstance(part, kind):
            return part
        raise ConfigurationError(f"{self} of {self.package}: {claim.value} is of type {type(part).__name__}, not {kind.__name__}")

    def __str__(self) -> str:
        return f"plug-in '{self.name}' ({self.group})"


def installed(group: str) -> Mapping[str, Plugin]:
    """The plug-ins of a group by name, none of them loaded."""
    by_name = attrgetter("name")
    claims = sorted(entry_points(group=group), key=by_name)
    return {name: Plugin(group, name, tuple(each)) for name, each in groupby(claims, by_name)}


def _package(claim: EntryPoint) -> str:
    return f"{claim.dist.name} {claim.dist.version}" if claim.dist else "a package without a name"


def _in_words(error: Exception) -> str:
    """One line, however long the error's own message is."""
    return " ".join(f"{type(error).__name__}: {error}".split())
