"""Where a service with given settings keeps what it knows about people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.config.settings import Settings
from dms.locations import default_endpoint, journal_to_read


@dataclass(frozen=True, slots=True)
class Places:
    """`folders` hold recordings and what was computed from them; `endpoint` is where the service publishes."""

    journal: Path
    calibration: Path
    folders: tuple[Path, ...]
    endpoint: str


def places_of(settings: Settings, folders: Sequence[Path] = ()) -> Places:
    """The places of a service with these settings, and further `folders` to which recordings were brought.

    By default they are those of the service that is installed, even if it shuts this user out, which is then said.

    Raises:
        ConfigurationError: there is no place for the socket.
    """
    journal = Path(settings.journal.path) if settings.journal.path else journal_to_read()
    recordings = [Path(settings.record.folder)] if settings.record.folder else []
    return Places(
        journal=journal,
        calibration=Path(settings.calibration.path) if settings.calibration.path else journal.with_name("calibration.json"),
        folders=tuple(dict.fromkeys([*recordings, *folders])),
        endpoint=settings.bus.endpoint or default_endpoint(),
    )
