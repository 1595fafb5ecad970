"""CAN as a source of vehicle data: `vehicle: {source: can, dbc: …, signals: {…}}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from dms.errors import ConfigurationError, SourceError
from dms.vehicle.can.bus import CanFeed
from dms.vehicle.can.database import HOW_TO_INSTALL, load_database
from dms.vehicle.can.decoding import Decoder
from dms.vehicle.can.log import PlayedLog
from dms.vehicle.can.options import CanOptions
from dms.vehicle.fields import FieldName
from dms.vehicle.source import Feed, Problem, VehicleSource


def open_feed(options: CanOptions) -> Feed:
    """Listen to the bus, or play the log.

    Raises:
        SourceError: the bus or the DBC cannot be opened now.
    """
    decoder = decoder_for(options)
    return CanFeed(options, decoder) if options.log is None else PlayedLog(Path(options.log), decoder)


def decoder_for(options: CanOptions) -> Decoder:
    """Return the decoder of the options.

    Raises:
        SourceError: the DBC cannot be read, or does not have the signals (any more).
    """
    try:
        decoder = Decoder(load_database(Path(options.dbc)), options.signals)
    except ConfigurationError as error:
        raise SourceError(str(error)) from error
    if decoder.problems:
        raise SourceError("; ".join(f"{options.dbc}: {'.'.join(map(str, each.path))}: {each.what}" for each in decoder.problems))
    return decoder


def check(options: CanOptions) -> Iterator[Problem]:
    """Yield what is wrong in the options beyond their types."""
    try:
        import can
    except ImportError as error:
        yield Problem((), f"{HOW_TO_INSTALL} ({error})")
        return
    if options.log is None and options.interface not in can.VALID_INTERFACES:
        yield Problem(("interface",), f"'{options.interface}': python-can knows no such kind of interface")
    if options.log is not None and not Path(options.log).is_file():
        yield Problem(("log",), f"{options.log}: no such file")
    try:
        decoder = Decoder(load_database(Path(options.dbc)), options.signals)
    except ConfigurationError as error:
        yield Problem(("dbc",), str(error))
    else:
        yield from decoder.problems


def tells(options: CanOptions) -> Mapping[FieldName, float]:
    """Return the fields that have a signal, each with how long a value counts."""
    return {name: settings.timeout_s for name, settings in options.signals.given.items()}


SOURCE = VehicleSource(CanOptions, open_feed, tells, check)
