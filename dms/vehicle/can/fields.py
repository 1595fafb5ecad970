"""From a message's signals to one field of the vehicle: units, words, and what counts as unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, get_args

from dms.config.problems import suggestion
from dms.types import TurnSignal
from dms.vehicle.can.database import SignalProblem
from dms.vehicle.can.options import Quantity, SignalValue, Word
from dms.vehicle.can.units import WRITTEN, factor
from dms.vehicle.fields import FieldName, Value

if TYPE_CHECKING:
    from cantools.database.can import Signal

Decoded = Mapping[str, object]
"""A message's signals by name: numbers, or cantools' `NamedSignalValue` (`name`, `value`) for values that the DBC names."""
Convert = Callable[[Decoded], Value | None]
_TRUTHS = {"true": True, "false": False}
_MOST_SHOWN = 12  # names in a message
_UNKNOWN = re.compile(
    r"(sna|n/?a|invalid|(not|un)[ _-]?(available|known|defined|used|valid)|undefined|reserved|error|fault|failure|init(ial\w*)?)"
    r"([ _-]?\w{0,3})?",
    re.IGNORECASE,
)
"""Names that DBC files give to values that are none. A `map` may still give them a meaning."""


def number_of(decoded: Decoded, signal: Signal) -> float | None:
    """Return a signal's number: None if the message lacks it, names the value (such as SNA), or has it out of the DBC's range."""
    value = decoded.get(signal.name)
    if not isinstance(value, int | float):
        return None
    least, most = signal.minimum, signal.maximum
    try:
        tolerance = abs(signal.scale) / 2  # a range is often rounded to fewer digits than a step has
        if (least is not None and value < least - tolerance) or (most is not None and value > most + tolerance):
            return None
        return float(value)
    except OverflowError:  # by the DBC's numbers: whole ones have no bounds in Python
        return None


def equals(value: object, wanted: SignalValue) -> bool:
    """Return whether a signal has a value, given as a number or by the DBC's name for it."""
    if isinstance(wanted, str):
        return str(getattr(value, "name", "")) == wanted
    number = getattr(value, "value", value)
    return isinstance(number, int | float) and number == wanted


def quantity(field: FieldName, settings: Quantity, signals: Sequence[Signal]) -> Convert:
    """Return what makes the field's number of a message.

    Raises:
        SignalProblem: nobody says in which unit the signals are, or it is none of the field's kind.
    """
    factors = [_factor(field, settings, signal) for signal in signals]
    share = 1.0 / len(signals) if settings.mean is not None else 1.0
    scale = 1.0 if settings.scale is None else settings.scale

    def convert(decoded: Decoded) -> float | None:
        total = 0.0
        for signal, to_unit in zip(signals, factors, strict=True):
            if any(equals(decoded.get(signal.name), unknown) for unknown in settings.unknown):
                return None
            number = number_of(decoded, signal)
            if number is None:
                return None
            total += number * to_unit
        return total * share * scale + settings.offset

    return convert


def _factor(field: FieldName, settings: Quantity, signal: Signal) -> float:
    unit = settings.unit or (signal.unit if signal.unit and signal.unit != "None" else None)
    found = None if unit is None else factor(field, unit)
    if found is not None:
        return found
    if settings.scale is not None and settings.unit is None:
        return 1.0
    said = f"is in '{unit}'" if unit else "has no unit"
    raise SignalProblem(f"{signal.name} {said} in the DBC: say `unit:` {WRITTEN[field]}, or give a scale")


def word(field: FieldName, settings: Word, signal: Signal) -> Convert:
    """Return what makes the field's word of a message.

    Raises:
        SignalProblem: the `map` names what the field or the signal does not have, or one is needed.
    """
    allowed = {"turn_signal": list(get_args(TurnSignal)), "assist_active": list(_TRUTHS)}.get(field)
    pairs = [(key, value) for key, value in settings.words] or list(_by_themselves(field, signal, allowed))
    for key, value in pairs:
        if allowed is not None and key not in allowed:
            raise SignalProblem(f"map: {key}: {field} has no such value{suggestion(key, allowed)}")
        if isinstance(value, str) and value not in _names(signal):
            raise SignalProblem(f"map: {key}: {signal.name} has no value '{value}'{suggestion(value, _names(signal))}")
    meanings = [(value, _TRUTHS.get(key, key) if field == "assist_active" else key) for key, value in pairs]
    return partial(_first_that_equals, signal.name, meanings)


def _first_that_equals(name: str, meanings: Iterable[tuple[SignalValue, Value]], decoded: Decoded) -> Value | None:
    value = decoded.get(name)
    return None if value is None else next((meaning for known, meaning in meanings if equals(value, known)), None)


def _by_themselves(field: FieldName, signal: Signal, allowed: Sequence[str] | None) -> Iterator[tuple[str, SignalValue]]:
    """Yield the words that need no map: a gear's own names, names that are the field's words, and one bit for true and false."""
    names = [name for name in _names(signal) if not _UNKNOWN.fullmatch(name.strip())]
    if field == "gear" and names:
        yield from ((name, name) for name in names)
    elif field == "assist_active" and signal.length == 1:
        yield from (("true", 1), ("false", 0))
    elif field == "turn_signal" and allowed and names and {name.lower() for name in names} <= set(allowed):
        yield from ((name.lower(), name) for name in names)
    else:
        values = f"its values are {', '.join(names[:_MOST_SHOWN])}" if names else "the DBC names none of its values"
        words = f" ({', '.join(allowed)})" if allowed else ", such as `map: {P: 0, R: 1, N: 2, D: 3}`"
        raise SignalProblem(f"say in `map:` which value of {signal.name} is which{words}; {values}")


def _names(signal: Signal) -> list[str]:
    return [str(name) for name in (signal.choices or {}).values()]


def indicator(left: Signal, right: Signal) -> Convert:
    """Return what makes an indicator of a signal for each side."""
    words: Mapping[tuple[bool, bool], TurnSignal] = {
        (False, False): "off",
        (True, False): "left",
        (False, True): "right",
        (True, True): "hazard",
    }

    def convert(decoded: Decoded) -> Value | None:
        sides = [_number(decoded.get(each.name)) for each in (left, right)]
        return None if None in sides else words[sides[0] != 0, sides[1] != 0]

    return convert


def _number(value: object) -> float | None:
    """A lamp's bit as a number, whether or not the DBC names it."""
    number = getattr(value, "value", value)
    return number if isinstance(number, int | float) else None


def guarded(convert: Convert, conditions: Mapping[str, SignalValue]) -> Convert:
    """Return `convert` for messages that fulfil the conditions; the field of others is unknown."""
    if not conditions:
        return convert

    def only_if(decoded: Decoded) -> Value | None:
        fulfilled = all(equals(decoded.get(name), wanted) for name, wanted in conditions.items())
        return convert(decoded) if fulfilled else None

    return only_if
