"""The layout of the frame, from a DBC file: which value goes where, how it is protected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import cantools

from dms.errors import ConfigurationError, reason
from dms.outputs.can.values import CHECKSUM, COUNTER, NAMES, NUMBERS, WORDS

SHIPPED = Path(__file__).with_name("dms.dbc")
_POLYNOMIAL, _START, _FINAL = 0x1D, 0xFF, 0xFF
_CHECKSUM_BITS = 8
_CLASSIC_BYTES = 8


class Layout:
    """The message of that name in a DBC file; `signals` gives for each of its signals the name of the value that it carries.

    Signals that are not named are sent as 0, or what the file says is their start value.

    Raises:
        ConfigurationError: one line for each problem.
    """

    def __init__(self, path: Path, message: str, signals: Mapping[str, str] | None = None) -> None:
        database = _database(path)
        try:
            self._message: Any = database.get_message_by_name(message)
        except KeyError:
            known = ", ".join(sorted(each.name for each in database.messages)[:20])
            raise ConfigurationError(f"{path}: no message {message!r}; known: {known or 'none'}") from None
        self.frame_id: int = self._message.frame_id
        self.is_extended: bool = self._message.is_extended_frame
        self._by_name = {each.name: each for each in self._message.signals}
        self._carries = dict(signals) if signals is not None else {name: name for name in NAMES if name in self._by_name}
        self._rest = {
            name: signal.raw_to_scaled(signal.raw_initial or 0, decode_choices=False)
            for name, signal in self._by_name.items()
            if name not in self._carries
        }
        problems = list(self._problems()) or list(self._misread())
        if problems:
            raise ConfigurationError("\n".join(f"{path}: {message}.{problem}" for problem in problems))
        if self._message.length > _CLASSIC_BYTES:
            raise ConfigurationError(
                f"{path}: {message}: {self._message.length} bytes; a classic frame has {_CLASSIC_BYTES} at most"
            )

    def encoded(self, values: Mapping[str, str | float], count: int) -> bytes:
        """The bytes of the frame with these values; it is the `count`th."""
        data: dict[str, Any] = dict(self._rest)
        checksum_signal = None
        for name, value_name in self._carries.items():
            if value_name == COUNTER:
                data[name] = count % (self._largest(name) + 1)
            elif value_name == CHECKSUM:
                data[name], checksum_signal = 0, name
            else:
                data[name] = self._bounded(name, values[value_name])
        frame: bytes = self._message.encode(data, strict=False)
        if checksum_signal is not None:
            data[checksum_signal] = crc8(frame)
            frame = self._message.encode(data, strict=False)
        return frame

    def decoded(self, frame: bytes) -> dict[str, str | float]:
        """What a receiver with the same file reads."""
        read = self._message.decode(frame)
        return {self._carries[name]: _plain(value) for name, value in read.items() if name in self._carries}

    def _problems(self) -> Iterator[str]:
        if list(self._carries.values()).count(CHECKSUM) > 1:
            yield "more than one checksum: each would be one of the other as well"
        for name, value_name in self._carries.items():
            signal = self._by_name.get(name)
            if signal is None:
                yield f"{name}: there is no such signal"
            elif value_name not in NAMES:
                yield f"{name}: {value_name!r} is no value of dms; known: {', '.join(NAMES)}"
            elif value_name == CHECKSUM and (
                signal.length != _CHECKSUM_BITS or signal.is_signed or signal.scale != 1 or signal.offset != 0
            ):
                yield f"{name}: a checksum takes 8 bits without sign, factor or offset"
            else:
                named = {str(each) for each in (signal.choices or {}).values()}
                for word in WORDS.get(value_name, ()):
                    if word not in named:
                        yield f"{name}: the file has no value named {word!r} (VAL_)"

    def _misread(self) -> Iterator[str]:
        """Every value sent and read back: what does not fit, or would be taken for another, is found before anybody drives."""
        first: dict[str, str | float] = {name: NUMBERS.get(name, words)[0] for name, words in WORDS.items()}
        for name, value_name in self._carries.items():
            if value_name == CHECKSUM:
                continue
            counts = [0, 1, self._largest(name)] if value_name == COUNTER else [0]
            values: list[str | float] = [*WORDS.get(value_name, ()), *NUMBERS.get(value_name, ())] or [0]
            for value, count in product(values, counts):
                sent = count if value_name == COUNTER else value
                try:
                    read = self._read(name, self.encoded({**first, value_name: value}, count))
                except Exception as error:  # cantools and what packs its bits raise many kinds
                    yield f"{name}: cannot tell {value_name} {sent}: {' '.join(str(error).split())}"
                    break
                if not _is_same(sent, read, self._by_name[name].scale):
                    yield f"{name}: {value_name} {sent} would be read as {read}"
                    break

    def _read(self, name: str, frame: bytes) -> str | float | None:
        value = self._message.decode(frame).get(name)
        return None if value is None else _plain(value)

    def _largest(self, name: str) -> int:
        signal = self._by_name[name]
        return int(signal.maximum) if signal.maximum else 2 ** (signal.length - signal.is_signed) - 1

    def _bounded(self, name: str, value: str | float) -> str | float:
        """A number within what the signal can hold."""
        if isinstance(value, str):
            return value
        signal = self._by_name[name]
        least = signal.minimum if signal.minimum is not None else value
        return min(max(value, least), signal.maximum if signal.maximum is not None else value)


def crc8(data: bytes) -> int:
    """CRC-8 of SAE J1850: polynomial 0x1D, start 0xFF, final XOR 0xFF; that of `123456789` is 0x4B."""
    crc = _START
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ _POLYNOMIAL if crc & 0x80 else crc << 1) & 0xFF
    return crc ^ _FINAL


def _database(path: Path) -> Any:
    try:
        return cantools.database.load_file(path, database_format="dbc")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or reason(error)}") from error
    except Exception as error:  # cantools and its parsers raise many kinds for a file that is none
        raise ConfigurationError(f"{path}: not a DBC file: {' '.join(str(error).split())[:300]}") from error


def _is_same(sent: str | float, read: str | float | None, step: float) -> bool:
    if isinstance(sent, str) or isinstance(read, str) or read is None:
        return sent == read
    return abs(sent - read) <= (abs(step) if isinstance(sent, float) else 0)


def _plain(value: Any) -> str | float:
    return value if isinstance(value, (int, float)) else str(value)
