"""Glances of several drives: those of each drive, and those of each driver over all of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.trip.glances.figures import GlanceFigures, figures_of
from dms.trip.glances.glances import Glances, together


@dataclass(frozen=True, slots=True)
class DriveGlances:
    """What was found in a drive, and who drove it."""

    path: Path
    driver: str
    found: Glances


@dataclass(frozen=True, slots=True)
class Scope:
    """The figures of a drive, or of a driver over all of theirs, for which `drive` is None."""

    driver: str
    drive: Path | None
    figures: GlanceFigures


def scopes(drives: Sequence[DriveGlances]) -> tuple[list[Scope], list[Scope]]:
    """Returns the figures of each drive, in order, and those of each driver, by name."""
    of_drives = [Scope(each.driver, each.path, figures_of(each.found)) for each in drives]
    by_driver: dict[str, list[Glances]] = {}
    for each in drives:
        by_driver.setdefault(each.driver, []).append(each.found)
    of_drivers = [Scope(driver, None, figures_of(together(found))) for driver, found in sorted(by_driver.items())]
    return of_drives, of_drivers
