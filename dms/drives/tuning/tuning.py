"""From drives to a tuned pack: prepare, split by driver, search on the one side, judge on the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.config.cabin import Cabin
from dms.config.yaml_loader import KeyPath
from dms.drives.scoring.matching import rule_times
from dms.drives.tuning.bench import Prepared, Task
from dms.drives.tuning.candidates import Original, changes_of
from dms.drives.tuning.cue_source import CueSource, drive_sha256
from dms.drives.tuning.figures import Figures, Tried, by_driver, figures_of, opened_kinds
from dms.drives.tuning.front import pareto_front, thinned
from dms.drives.tuning.hopeless import Hopeless
from dms.drives.tuning.moments import thresholds_of
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.space import Space
from dms.drives.tuning.split import held_out_drivers
from dms.drives.tuning.study import Search, TrialResult
from dms.drives.tuning.verdict import ObjectiveVerdict, verdicts
from dms.drives.tuning.workers import Workers
from dms.errors import DriveError
from dms.kept_key import code_sha256
from dms.recording.video_drive import Perceive

CODE = ("dms.decision", "dms.fusion", "dms.monitor", "dms.types", "dms.drives.scoring", "dms.drives.tuning")
"""What decides about the result of a search, besides what it is made from."""

Progress = Callable[[int], None]
TriedDrives = Sequence[Tried]


@dataclass(frozen=True)
class Ground:
    """The drives of a search, ready, and which of them the search may see."""

    prepared: Mapping[Path, Prepared]
    tuning: tuple[Path, ...]
    held_out: tuple[Path, ...]
    opened: frozenset[str]

    def unchanged(self, side: Sequence[Path]) -> list[Tried]:
        """The unchanged pack on all moments of these drives."""
        return [self.prepared[path].unchanged for path in side]

    @property
    def order(self) -> list[Path]:
        """The drives to tune on, those first that tell most about a pack: with the most labels and false alarms."""
        return sorted(self.tuning, key=lambda path: -self.prepared[path].unchanged.telling)

    def of_each(self, drives: Iterable[Tried]) -> list[Figures]:
        """The figures of drives, one by one."""
        return [figures_of([drive], self.opened) for drive in drives]

    def drivers(self, side: Sequence[Path]) -> list[str]:
        """Who drove."""
        return sorted({self.prepared[path].drive.driver for path in side})

    @property
    def never_labelled(self) -> list[str]:
        """The kinds that the search may change and of which it sees no label: it can only silence them."""
        labelled = {kind for path in self.tuning for kind in self.prepared[path].label_kinds}
        return sorted(self.opened - labelled)

    def figures(self, side: TriedDrives) -> Figures:
        """The figures of a side together."""
        return figures_of(side, self.opened)

    def by_driver(self, side: TriedDrives) -> dict[str, Figures]:
        """The figures of a side, each driver's."""
        return by_driver(side, self.opened)


@dataclass(frozen=True)
class Finalist:
    """A pack of the front, on all moments of all drives. `agrees`: the search saw the same in the moments that it looked at."""

    result: TrialResult
    changes: Mapping[KeyPath, Number]
    tuning: tuple[Tried, ...]
    held_out: tuple[Tried, ...]
    agrees: bool


def task_for(
    original: Original,
    space: Space,
    cabin: Cabin,
    cues: Path,
    assumed_speed_kph: float | None = None,
    perceive: Perceive | None = None,
    recorded_as: str = "",
) -> Task:
    """What the processes have to know; `recorded_as` is how `perceive` takes videos to be recorded, in words."""
    source = CueSource(cabin, assumed_speed_kph, cues, perceive, recorded_as)
    return Task(original, thresholds_of(original.pack, space), rule_times(original.pack), source)


def ready(prepared: Sequence[Prepared], original: Original, space: Space, share: float | None, seed: int) -> Ground:
    """Split the drives by driver; `share` None: nothing is held out.

    Raises:
        DriveError: labels are wrong or missing, or there is only one driver and something is to be held out.
    """
    _check_labels(prepared, original)
    drives = {one.drive.path: one for one in sorted(prepared, key=lambda one: str(one.drive.path))}
    labels: dict[str, list[str]] = {}
    for one in drives.values():
        labels.setdefault(one.drive.driver, []).extend(one.label_kinds)
    held_out = held_out_drivers(labels, share, seed) if share is not None else frozenset()
    tuning = tuple(path for path, one in drives.items() if one.drive.driver not in held_out)
    if not any(drives[path].label_kinds for path in tuning):
        raise DriveError("none of the drives to tune on has a label: nothing to search for; another --seed draws other drivers")
    return Ground(
        prepared=drives,
        tuning=tuning,
        held_out=tuple(path for path, one in drives.items() if one.drive.driver in held_out),
        opened=opened_kinds(space, original.pack),
    )


def _check_labels(prepared: Sequence[Prepared], original: Original) -> None:
    problems = [problem for one in prepared for problem in one.drive.label_problems]
    if problems:
        raise DriveError("\n".join([*problems, "labels that cannot be right: no search before they are put right"]))
    if not any(one.drive.labels for one in prepared):
        names = ", ".join(str(one.drive.path) for one in prepared[:3])
        raise DriveError(f"{names}{' …' if len(prepared) > 3 else ''}: no labels: nothing to tune by")
    if not any(one.label_kinds for one in prepared):
        kinds = ", ".join(sorted({label.kind for one in prepared for label in one.drive.labels}))
        raise DriveError(f"pack {original.pack.name} has no rule for the kinds that are labelled: {kinds}")


def made_from(ground: Ground, original: Original, space: Space, task: Task, sampler: str, seed: int) -> dict[str, str]:
    """Everything that the result of a search depends on, by what it is called in a message."""
    drives = sorted(f"{path.name} {drive_sha256(path)}" for path in ground.prepared)
    setting = f"{task.source.cabin.model_dump_json()} {task.source.assumed_speed_kph}"
    return {
        "set of drives": hashlib.sha256("\n".join(drives).encode()).hexdigest(),
        "pack": original.pack.sha256,
        "search space": space.sha256,
        "hold-out": " ".join(ground.drivers(ground.held_out)),
        "cabin or speed": hashlib.sha256(setting.encode()).hexdigest(),
        "version of the rules' code": code_sha256(CODE),
        "sampler": sampler,
        "seed": str(seed),
    }


def run_search(search: Search, ground: Ground, space: Space, workers: Workers, trials: int, done: Progress) -> None:
    """Try packs on the tuning drives until there are so many."""

    order = ground.order
    workers.share_out(order)

    def attempt(batch: Sequence[dict[str, Number]], hopeless: Hopeless) -> list[list[Figures]]:
        packs = [changes_of(space, values) for values in batch]
        sides = workers.while_hopeful(packs, order, lambda drives: hopeless(ground.of_each(drives)))
        return [ground.of_each(side) for side in sides]

    search.run(trials, attempt, done)


def finalists(search: Search, ground: Ground, space: Space, workers: Workers, most: int, done: Progress) -> list[Finalist]:
    """The front, at most so many of it, every pack on all moments of all drives; `done` hears how many drives have been."""
    front = thinned([result for result in pareto_front(search.results, space) if result.number], most)
    packs = [changes_of(space, result.values) for result in front]
    paths = (*ground.tuning, *ground.held_out)
    sides = workers.whole(packs, paths, done)
    looks = workers.quick(packs, ground.tuning)
    count = len(ground.tuning)
    return [
        Finalist(result, pack, tuple(side[:count]), tuple(side[count:]), same_result(look, side[:count]))
        for result, pack, side, look in zip(front, packs, sides, looks, strict=True)
    ]


def same_result(one: TriedDrives, other: TriedDrives) -> bool:
    """Whether two ways of trying a pack found the same labels answered and missed, the same alerts too many, and as late."""
    return [_result(drive) for drive in one] == [_result(drive) for drive in other]


def _result(drive: Tried) -> tuple[object, ...]:
    matching = drive.matching
    return (
        [match.label for match in matching.matched],
        matching.missed,
        [alert.kind for alert in matching.unexpected],
        [alert.level for alert in matching.unexpected],
        [round(latency_s, 6) for latency_s in drive.latencies_s],
    )


def judge(finalist: Finalist, ground: Ground, space: Space) -> list[ObjectiveVerdict]:
    """Whether what a pack gained on the tuning drives holds for the held-out drivers."""
    tuning = ground.figures(ground.unchanged(ground.tuning)), ground.figures(finalist.tuning)
    held_out = ground.by_driver(ground.unchanged(ground.held_out)), ground.by_driver(finalist.held_out)
    return verdicts(space.objectives, tuning, held_out)
