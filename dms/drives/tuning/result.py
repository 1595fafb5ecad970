"""What a search ends with: the front, the pack that is taken, what the held-out drivers say of it, and the files to keep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dms.drives.tuning.candidates import Original
from dms.drives.tuning.figures import Figures, Tried, figure_intervals
from dms.drives.tuning.pack_text import difference, tuned_text
from dms.drives.tuning.parameters import Number, Parameter
from dms.drives.tuning.space import Space
from dms.drives.tuning.tuning import Finalist, Ground, judge
from dms.drives.tuning.verdict import ObjectiveVerdict
from dms.errors import DriveError


@dataclass(frozen=True, slots=True)
class ChangedNumber:
    """A number of the pack that differs in the tuned one."""

    parameter: Parameter
    value: Number


@dataclass(frozen=True)
class TuningResult:
    """The end of a search. `place` is that of the pack taken, among `front`; None: the pack stays as it is, for this `reason`."""

    original: Original
    space: Space
    ground: Ground
    front: tuple[Finalist, ...]
    place: int | None
    reason: str
    story: tuple[str, ...]

    @property
    def taken(self) -> Finalist | None:
        """The pack taken."""
        return None if self.place is None else self.front[self.place]

    @property
    def name(self) -> str:
        """What the tuned pack is called."""
        return f"{self.original.pack.name}-tuned"

    @cached_property
    def changed(self) -> list[ChangedNumber]:
        """The numbers that differ, in the order of the space."""
        return [] if self.taken is None else changed_numbers(self.space, self.taken.changes)

    @cached_property
    def verdicts(self) -> list[ObjectiveVerdict]:
        """Whether the gains hold for the held-out drivers; nothing without any."""
        return judge(self.taken, self.ground, self.space) if self.taken is not None and self.ground.held_out else []

    @property
    def held_out_by_driver(self) -> tuple[dict[str, Figures], dict[str, Figures]]:
        """What the unchanged pack and the one taken do for each driver held out."""
        assert self.taken is not None
        ground = self.ground
        return ground.by_driver(ground.unchanged(ground.held_out)), ground.by_driver(self.taken.held_out)

    @cached_property
    def text(self) -> str:
        """The file of the tuned pack."""
        assert self.taken is not None
        return tuned_text(self.original, self.taken.changes, self.name, self.story)

    @property
    def difference(self) -> list[str]:
        """The lines that differ between the two files."""
        return difference(self.original.document.text, self.text, (f"{self.original.pack.name}.yaml", f"{self.name}.yaml"))

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        ground = self.ground
        return {
            "pack": self.original.pack.name,
            "pack_sha256": self.original.pack.sha256,
            "space_sha256": self.space.sha256,
            "objectives": list(self.space.objectives),
            "tuning_drivers": ground.drivers(ground.tuning),
            "held_out_drivers": ground.drivers(ground.held_out),
            "kinds_that_may_change": sorted(ground.opened),
            "unchanged": self._sides(ground.unchanged(ground.tuning), ground.unchanged(ground.held_out)),
            "front": [
                {
                    "number": number,
                    "trial": one.result.number,
                    "values": dict(one.result.values),
                    "changes": {each.parameter.name: each.value for each in changed_numbers(self.space, one.changes)},
                    "same_as_in_the_search": one.agrees,
                    **self._sides(one.tuning, one.held_out),
                }
                for number, one in enumerate(self.front, 1)
            ],
            "taken": None if self.place is None else self.place + 1,
            "reason": self.reason,
            "changed": {one.parameter.name: {"was": one.parameter.value, "is": one.value} for one in self.changed},
            "verdicts": [asdict(verdict) for verdict in self.verdicts],
        }

    def _sides(self, tuning: Sequence[Tried], held_out: Sequence[Tried]) -> dict[str, Any]:
        sides = {"tuning": tuning, "held_out": held_out}
        return {name: {**figures_with_intervals(self.ground, side)} for name, side in sides.items() if side}


def changed_numbers(space: Space, changes: Any) -> list[ChangedNumber]:
    """The numbers that differ, in the order of the space, those that are taken along after the one they follow."""
    parameters = [parameter for one in space.dimensions for parameter in (one.parameter, *one.followers)]
    return [ChangedNumber(parameter, changes[parameter.path]) for parameter in parameters if parameter.path in changes]


def figures_with_intervals(ground: Ground, side: Sequence[Tried]) -> dict[str, Any]:
    """The figures of some drives, with their 95 % intervals over drivers, and what they are the sum of."""
    parts = ground.by_driver(side)
    by_driver = {driver: asdict(figures) for driver, figures in parts.items()}
    return {
        **sum(parts.values(), Figures()).as_dict(),
        "intervals_95": figure_intervals(parts.values()),
        "by_driver": by_driver,
    }


def write_results(result: TuningResult, pack_file: Path, json_file: Path) -> list[Path]:
    """Write the figures and, if one was taken, the pack; the files written.

    Raises:
        DriveError: a file cannot be written.
    """
    texts = {json_file: json.dumps(result.as_dict(), indent=2) + "\n"}
    if result.taken is not None:
        texts[pack_file] = result.text
    for path, text in texts.items():
        write_text(path, text)
    return list(texts)


def write_text(path: Path, text: str) -> None:
    """Write a file and the folder it is in.

    Raises:
        DriveError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DriveError(f"{path}: cannot be written: {error.strerror}") from error
