"""What a source of vehicle data is: the model of its section, and how it is opened. The same for ours and for those of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from dms.vehicle.fields import FieldName, Value

PLUGIN_GROUP = "dms.vehicle"
"""The entry points by which other packages offer sources of vehicle data; each is named after its section."""

Options = TypeVar("Options", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the vehicle said at once, at the `time.monotonic()` `heard_s`.

    A value of None says that the vehicle itself does not know it any more. `sigmas` are standard errors, in the field's unit, for
    those that the source knows.
    """

    heard_s: float
    values: Mapping[FieldName, Value | None]
    sigmas: Mapping[FieldName, float] = field(default_factory=dict)


class Feed(Protocol):
    """An open connection to the vehicle. `read` is called from one thread; `close` may be called from another.

    `refused` counts what was heard and could not be used, by reason. `note` says what keeps it from telling anything although the
    connection stands (no fix, bus-off), None if nothing does.
    """

    @property
    def refused(self) -> Mapping[str, int]: ...
    @property
    def note(self) -> str | None: ...

    def read(self) -> Sequence[Reading]:
        """Return what was said next, nothing if that takes more than about a second.

        Raises:
            SourceError: the connection is lost; the message names it. It is opened again.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a section, and the keys that lead there: `("signals", "speed_kph", "unit")`."""

    path: tuple[str | int, ...]
    what: str


def _no_problems(_: Any) -> Iterable[Problem]:
    return ()


@dataclass(frozen=True, slots=True)
class VehicleSource(Generic[Options]):
    """What an entry point of a source names.

    Attributes:
        options: the model of its section.
        open: connects; raises SourceError if that fails, and is then tried again.
        tells: the fields that it is expected to tell, each with the seconds for which a value counts: `HOLD_S`, or more for what
            is told only when it changes.
        check: what is wrong with options beyond their types; nothing is connected.
    """

    options: type[Options]
    open: Callable[[Options], Feed]
    tells: Callable[[Options], Mapping[FieldName, float]]
    check: Callable[[Options], Iterable[Problem]] = _no_problems
