"""Where a service with given settings keeps what it knows about people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.config.settings import Settings
from dms.locations import default_endpoint, default_store_path, journal_to_read

STORING = ("mqtt", "webhook")
"""Outputs of dms that keep messages until they are carried."""


@dataclass(frozen=True, slots=True)
class Places:
    """`folders` hold recordings and what was computed from them; `endpoint` is where the service publishes.

    `stores` hold messages that wait to be carried to another machine.
    """

    journal: Path
    calibration: Path
    folders: tuple[Path, ...]
    endpoint: str
    stores: tuple[Path, ...] = ()


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
        stores=tuple(_stores(settings, journal)),
    )


def _stores(settings: Settings, journal: Path) -> Iterator[Path]:
    """Where outputs keep their messages: as they are configured, or were while the journal lay where it does by default."""
    for name in STORING:
        section = settings.outputs.get(name) or {}
        named = section.get("store")
        if isinstance(named, str):
            yield Path(named)
        elif name in settings.outputs:
            yield default_store_path(name)
        elif settings.journal.path is None:
            yield journal.with_name(default_store_path(name).name)
