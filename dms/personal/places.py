"""Where a service with given settings keeps what it knows about people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.config.endpoints import socket_file
from dms.config.settings import Settings, keys_folder
from dms.locations import default_endpoint, default_journal_path
from dms.service.calibration_store import calibration_path


@dataclass(frozen=True, slots=True)
class Places:
    """`folders` hold recordings and what was computed from them; `bus` is the socket of the service, None if it is no file."""

    journal: Path
    calibration: Path
    folders: tuple[Path, ...]
    bus: Path | None


def places_of(settings: Settings, folders: Sequence[Path] = ()) -> Places:
    """The places of a service with these settings, and further `folders` to which recordings were brought.

    Raises:
        ConfigurationError: there is no place for the socket.
    """
    recordings = [Path(settings.record.folder)] if settings.record.folder else []
    endpoint = settings.bus.endpoint or default_endpoint()
    return Places(
        journal=Path(settings.journal.path) if settings.journal.path else default_journal_path(),
        calibration=calibration_path(settings.calibration),
        folders=tuple(dict.fromkeys([*recordings, *folders])),
        bus=socket_file(endpoint, keyed=keys_folder(settings.bus) is not None),
    )
