"""What a study ended with, read from its `result.json`: the front, and what the held-out drivers say of each pack of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from dms.bounded import read_at_most
from dms.drives.scoring.confidence import Interval
from dms.drives.studies.course import LARGEST_BYTES, RESULT
from dms.drives.studies.verdict_words import driver_lines, verdict_lines
from dms.drives.tuning.figures import Figures
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.space import Objective
from dms.drives.tuning.verdict import verdicts
from dms.errors import BAD_INPUT, DriveError


class Side(msgspec.Struct, frozen=True):
    """A pack on the tuning drives, or for the held-out drivers."""

    labels: int
    misses: int
    false_alarms: int
    hours: float
    false_per_hour: float | None
    latency_s: float | None
    f1: float
    intervals_95: dict[str, Interval | None]
    by_driver: dict[str, Figures] = {}
    """Empty in results of versions that did not tell."""

    @property
    def together(self) -> Figures:
        """The drivers as one."""
        return sum(self.by_driver.values(), Figures())


class Sides(msgspec.Struct, frozen=True):
    """A pack on both sides; `held_out` None: nobody was held out."""

    tuning: Side
    held_out: Side | None = None


class FrontPack(msgspec.Struct, frozen=True):
    """A pack of the front, on every frame of all drives. `changes`: the numbers that differ, also those taken along, by name."""

    number: int
    trial: int
    values: dict[str, Number]
    same_as_in_the_search: bool
    tuning: Side
    held_out: Side | None = None
    changes: dict[str, Number] = {}


class Found(msgspec.Struct, frozen=True):
    """The end of a study. `taken`: number of the pack that was taken, None if the pack stays as it is, for that `reason`."""

    pack: str
    pack_sha256: str
    objectives: tuple[Objective, ...]
    tuning_drivers: tuple[str, ...]
    held_out_drivers: tuple[str, ...]
    unchanged: Sides
    front: tuple[FrontPack, ...]
    taken: int | None
    reason: str

    def verdict(self, pack: FrontPack) -> list[str]:
        """Whether the gains of a pack of the front hold for the held-out drivers, in the words of `dms tune`, by driver."""
        before, after = self.unchanged, pack
        if before.held_out is None or after.held_out is None:
            return list(verdict_lines([]))
        parts: tuple[Mapping[str, Figures], Mapping[str, Figures]] = before.held_out.by_driver, after.held_out.by_driver
        if not parts[0] or parts[0].keys() != parts[1].keys():
            return ["this result was written by an earlier version of dms, which did not say what became of each driver"]
        found = verdicts(self.objectives, (before.tuning.together, after.tuning.together), parts)
        return [*verdict_lines(found), *driver_lines(*parts)]


def read_found(folder: Path) -> Found | None:
    """What the study in `folder` ended with; None if it has not.

    Raises:
        DriveError: the file cannot be read, or is none.
    """
    path = folder / RESULT
    try:
        return msgspec.json.decode(read_at_most(path, LARGEST_BYTES), type=Found)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DriveError(f"{path}: {error.strerror}") from error
    except (msgspec.MsgspecError, *BAD_INPUT) as error:
        raise DriveError(f"{path}: damaged: {error}") from error
