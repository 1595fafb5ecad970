"""A DBC file, and the signals in it by the names that a person writes."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dms.bounded import open_file
from dms.config.problems import suggestion
from dms.errors import ConfigurationError
from dms.resources import how_to_add

if TYPE_CHECKING:
    from cantools.database.can import Database, Message, Signal

LARGEST_BYTES = 1 << 26
HOW_TO_INSTALL = f"CAN needs the extra dms[can]: {how_to_add('can')}"


class SignalProblem(Exception):
    """A signal cannot be used as it is named; the text says why."""


@dataclass(frozen=True, slots=True)
class FoundSignal:
    """A signal and the message that carries it."""

    message: Message
    signal: Signal


def load_database(path: Path) -> Database:
    """Read a DBC file, or one of the other kinds that cantools reads.

    Raises:
        ConfigurationError: it cannot be read, or describes no CAN messages; the message names it.
    """
    try:
        import cantools
        from cantools.database.can import Database
    except ImportError as error:
        raise ConfigurationError(f"{HOW_TO_INSTALL} ({error})") from error
    try:
        _check_file(path)
        database = cantools.database.load_file(path)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    except Exception as error:  # its readers raise what their parsers do
        raise ConfigurationError(f"{path}: not a description of a CAN bus: {' '.join(str(error).split())}") from error
    if not isinstance(database, Database):
        raise ConfigurationError(f"{path}: describes diagnostics, not the messages of a CAN bus")
    return database


def _check_file(path: Path) -> None:
    with open_file(path) as file:
        if os.fstat(file.fileno()).st_size > LARGEST_BYTES:
            raise OSError(errno.EFBIG, f"larger than {LARGEST_BYTES} bytes, the most that a description of a bus has", str(path))


def find_signal(database: Database, name: str) -> FoundSignal:
    """Return the signal called `SIGNAL` or `MESSAGE.SIGNAL`.

    Raises:
        SignalProblem: there is none, or several messages have one.
    """
    wanted_message, dot, wanted = name.rpartition(".")
    messages: Sequence[Message] = database.messages
    if dot:
        messages = [message for message in messages if message.name == wanted_message]
        if not messages:
            known = suggestion(wanted_message, [message.name for message in database.messages])
            raise SignalProblem(f"the DBC has no message '{wanted_message}'{known}")
    found = [FoundSignal(message, signal) for message in messages for signal in message.signals if signal.name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        several = " or ".join(f"{each.message.name}.{wanted}" for each in found[:5])
        raise SignalProblem(f"several messages have a signal of this name: write {several}")
    known = suggestion(wanted, [signal.name for message in messages for signal in message.signals])
    raise SignalProblem(f"the {'message' if dot else 'DBC'} has no signal '{wanted}'{known}")


def find_together(database: Database, names: Sequence[str]) -> tuple[Message, list[Signal]]:
    """Return the signals of these names, and the one message that carries them.

    Raises:
        SignalProblem: one is not there, or they come in different messages, hence at different times.
    """
    found = [find_signal(database, name) for name in names]
    messages = {each.message.name for each in found}
    if len(messages) > 1:
        raise SignalProblem(f"{', '.join(names)} come in different messages ({', '.join(sorted(messages))}), hence not at once")
    return found[0].message, [each.signal for each in found]
