"""`dms drive join --can`: which signals, and which second of the log is which of the drive."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dms.config.settings import load_settings
from dms.config.yaml_loader import load
from dms.errors import ConfigurationError, UsageError
from dms.vehicle.can.database import load_database
from dms.vehicle.can.decoding import Decoder
from dms.vehicle.can.log import FIRST_ABSOLUTE_S, CanLog
from dms.vehicle.can.options import CanOptions, Signals
from dms.vehicle.can.trace import CanTrace
from dms.vehicle.configured import load_vehicle_sources
from dms.vehicle.fields import FieldName

if TYPE_CHECKING:
    from collections.abc import Mapping

_STAMP = re.compile(r"(?P<stamp>\d{8}T\d{6})Z")


@dataclass(frozen=True, slots=True)
class AlignedTrace:
    """The states of a log in drive time, and how its seconds became those of the drive, in words."""

    states: CanTrace
    how: str


def aligned_trace(
    drive: Path,
    log: Path,
    *,
    dbc: Path | None,
    signals: Path | None,
    config: Path | None,
    offset_s: float | None,
    began: str | None,
) -> AlignedTrace:
    """Return the trace of a log beside a drive. It begins at `offset_s`; else by the clocks of both; else when the drive does.

    Raises:
        UsageError: the options contradict each other.
        ConfigurationError: the DBC, the signals or the configuration are wrong; every problem with file and line.
        SourceError: the log cannot be read.
    """
    decoder, tells = _decoder(dbc, signals, config)
    can_log = CanLog(log, decoder)
    first_s = can_log.begins_s()
    if offset_s is not None:
        return AlignedTrace(CanTrace(can_log, tells, offset_s - first_s), f"it begins at {offset_s:g} s, as --offset says")
    is_absolute = first_s >= FIRST_ABSOLUTE_S
    began_s = _instant(began) if began is not None else _in_name(drive)
    if began is not None and not is_absolute:
        raise UsageError(f"--began: {log} has no absolute times; --offset says at which second of the drive it begins")
    if is_absolute and began_s is not None:
        starts_s = -began_s
        how = f"by their clocks: it begins at {first_s - began_s:.2f} s of the drive"
        return AlignedTrace(CanTrace(can_log, tells, starts_s), how)
    why = "it has no absolute times" if not is_absolute else f"the name of {drive.name} does not say when it began"
    begins_s = first_s if is_absolute else 0.0
    return AlignedTrace(CanTrace(can_log, tells, -begins_s), f"it begins with the drive, because {why}: --offset says otherwise")


def trace_text(trace: AlignedTrace) -> str:
    """Return what came of it, in lines."""
    states = trace.states
    log = states.log
    lines = [f"{log.path}: {log.messages} messages, {states.states} states; {trace.how}"]
    if states.first_s is not None and states.last_s is not None:
        lines.append(f"  from {states.first_s:.2f} to {states.last_s:.2f} s of the drive")
    lines += [f"  {name}: {f'told {count} times' if count else 'never told'}" for name, count in states.told.items()]
    refused = {
        **log.refused,
        "implausible values": states.implausible,
        "error frames": log.error_frames,
        "messages whose times go back": states.earlier,
    }
    lines += [f"  not used: {count} {what}" for what, count in refused.items() if count]
    if log.cut_off:
        lines.append(f"  the log ends in the middle of message {log.messages + 1}: what came after it is lost")
    return "\n".join(lines)


def _decoder(dbc: Path | None, signals: Path | None, config: Path | None) -> tuple[Decoder, Mapping[FieldName, float]]:
    if (dbc is None) != (signals is None) or (dbc is None) == (config is None):
        raise UsageError("--can needs --dbc and --signals, or --config with a source can")
    if dbc is not None and signals is not None:
        wanted = load(Signals, signals)
        decoder = Decoder(load_database(dbc), wanted)
        if decoder.problems:
            raise ConfigurationError(
                "\n".join(f"{signals}: {'.'.join(map(str, each.path[1:]))}: {each.what}" for each in decoder.problems)
            )
        return decoder, {name: each.timeout_s for name, each in wanted.given.items()}
    assert config is not None, "one of the two was given"
    for source in load_vehicle_sources(load_settings(config), config):
        if isinstance(source.options, CanOptions):
            return Decoder(load_database(Path(source.options.dbc)), source.options.signals), source.tells
    raise ConfigurationError(f"{config}: no source can under `vehicle:`")


def _instant(text: str) -> float:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--began {text}: expected a time such as 2026-11-21T09:30:00.250Z") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()


def began_s(drive: Path, began: str | None) -> float:
    """When a drive began, in seconds since 1970: as `began` says, else as its name does, else 0.

    Raises:
        UsageError: `began` is no time.
    """
    return _instant(began) if began is not None else _in_name(drive) or 0.0


def _in_name(drive: Path) -> float | None:
    """When a drive began, by the time with which the recorder names it."""
    stamp = _STAMP.search(drive.name)
    if stamp is None:
        return None
    try:
        return datetime.strptime(stamp["stamp"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
