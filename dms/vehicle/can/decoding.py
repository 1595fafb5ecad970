"""Messages of a CAN bus taken apart into what the vehicle says: one table, for the bus, for logs and for `dms drive join`."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dms.vehicle.can.database import SignalProblem, find_signal, find_together
from dms.vehicle.can.fields import Convert, guarded, indicator, quantity, word
from dms.vehicle.can.options import Quantity, Signals, SignalSettings, TurnSignals, Word
from dms.vehicle.can.pages import Pages
from dms.vehicle.fields import FieldName, Value
from dms.vehicle.source import Problem

if TYPE_CHECKING:
    from cantools.database.can import Database, Message, Signal

ANY_SENDER_MASK = 0x03FFFF00
"""Of a 29-bit identifier of SAE J1939: data page and parameter group, whatever the priority and whoever sends (J1939-21, 5.1)."""
TO_ANYBODY_MASK = 0x03FF0000
"""The same where the PDU format is below 240: the low byte of the group is then the destination's address (J1939-21, 5.1.2)."""
_FIRST_BROADCAST_FORMAT = 240
_WHOLE_MASK = {True: 0x1FFFFFFF, False: 0x7FF}
MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class _Field:
    """Where a field of the vehicle comes from: the names of its signals, and what makes its value of them."""

    name: FieldName
    signals: frozenset[str]
    convert: Convert


@dataclass(slots=True)
class _Wanted:
    message: Message
    pages: Pages
    fields: list[_Field] = field(default_factory=list)


class Decoder:
    """Says what a message tells. `refused` counts messages that are not as the DBC says.

    `problems` says what is wrong in the signals that a person wrote; a decoder with any is not to be used.
    """

    def __init__(self, database: Database, signals: Signals) -> None:
        self.problems: list[Problem] = []
        self.refused: Counter[str] = Counter()
        self._by_mask: dict[tuple[int, bool], dict[int, _Wanted]] = defaultdict(dict)
        for name, settings in signals.given.items():
            try:
                self._want(*_compiled(database, name, settings))
            except SignalProblem as problem:
                self.problems.append(Problem(("signals", name), str(problem)))

    @property
    def filters(self) -> Sequence[Mapping[str, Any]]:
        """The messages that tell something, as python-can's filters: a kernel that filters spares us all others."""
        return [
            {"can_id": identifier, "can_mask": mask, "extended": is_extended}
            for (mask, is_extended), messages in self._by_mask.items()
            for identifier in messages
        ]

    def wants(self, identifier: int, *, is_extended: bool) -> bool:
        """Return whether messages with this identifier tell anything."""
        return self._wanted(identifier, is_extended) is not None

    def read(self, identifier: int, data: bytes, *, is_extended: bool) -> dict[FieldName, Value | None]:
        """Return what a message says, None for a field that the vehicle itself does not know.

        A message without any of a field's signals, because it is another page of a multiplexed one (one that the DBC leaves out
        among them) or is cut short, says nothing of it.
        """
        wanted = self._wanted(identifier, is_extended)
        if wanted is None:
            return {}
        try:
            decoded, is_described = wanted.pages.decoded(data)
        except Exception:  # cantools raises errors of its own and of bits that are missing: all mean "not as the DBC says"
            self.refused[MALFORMED] += 1
            return {}
        if not is_described:
            self.refused[MALFORMED] += 1
        return {each.name: each.convert(decoded) for each in wanted.fields if not each.signals.isdisjoint(decoded)}

    def _want(self, message: Message, compiled: _Field) -> None:
        mask = _mask(message)
        messages = self._by_mask[mask, message.is_extended_frame]
        wanted = messages.setdefault(message.frame_id & mask, _Wanted(message, Pages(message)))
        if wanted.message is not message:
            raise SignalProblem(f"{message.name} and {wanted.message.name} have one identifier: nobody can tell them apart")
        wanted.fields.append(compiled)

    def _wanted(self, identifier: int, is_extended: bool) -> _Wanted | None:
        for (mask, extended), messages in self._by_mask.items():
            if extended == is_extended and (found := messages.get(identifier & mask)) is not None:
                return found
        return None


def _mask(message: Message) -> int:
    """Which bits of the identifier say that it is this message."""
    if message.protocol != "j1939":
        return _WHOLE_MASK[message.is_extended_frame]
    pdu_format = message.frame_id >> 16 & 0xFF
    return ANY_SENDER_MASK if pdu_format >= _FIRST_BROADCAST_FORMAT else TO_ANYBODY_MASK


def _compiled(database: Database, name: FieldName, settings: SignalSettings) -> tuple[Message, _Field]:
    """Return the message that tells a field, and how; raises SignalProblem."""
    convert: Convert
    match settings:
        case Quantity():
            message, signals = find_together(database, settings.names)
            convert = quantity(name, settings, signals)
        case TurnSignals(left=str(left), right=str(right)):
            message, signals = find_together(database, [left, right])
            convert = indicator(*signals)
        case Word(signal=str(signal)):
            found = find_signal(database, signal)
            message, signals = found.message, [found.signal]
            convert = word(name, settings, found.signal)
        case _:
            raise TypeError(f"{name}: {type(settings).__name__} names no signal")
    _check_conditions(message, settings)
    for each in signals:
        _check_numbers(each)
    return message, _Field(name, _names(signals), guarded(convert, settings.only_if))


def _names(signals: Sequence[Signal]) -> frozenset[str]:
    return frozenset(signal.name for signal in signals)


def _check_numbers(signal: Signal) -> None:
    """Say that no value can come of a signal: one that is always 0 would pass for a car that stands."""
    if signal.scale == 0 or not (_is_finite(signal.scale) and _is_finite(signal.offset)):
        raise SignalProblem(
            f"{signal.name} has a factor of 0 in the DBC, or factor and offset are no numbers: no value comes of it"
        )
    if signal.minimum is not None and signal.maximum is not None and signal.minimum > signal.maximum:
        raise SignalProblem(f"{signal.name} has a least value above its greatest in the DBC: none lies between")


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number that no float holds
        return False


def _check_conditions(message: Message, settings: SignalSettings) -> None:
    names = _names(message.signals)
    for name in settings.only_if:
        if name not in names:
            raise SignalProblem(f"only_if: {message.name} has no signal '{name}'; it has {', '.join(sorted(names))}")
