"""What the page of a study shows: how it stands, every pack tried, the front, the history, what each number matters."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dms.drives.studies.course import STUDY, Course, Ground
from dms.drives.studies.found import Found, FrontPack, Side, read_found
from dms.drives.studies.so_far import SoFar, TriedPack, read_so_far
from dms.drives.studies.verdict_words import NAMES
from dms.drives.tuning.candidates import changes_of, load_original
from dms.drives.tuning.figures import Figures
from dms.drives.tuning.parameters import Number, Parameter, parameters_of
from dms.drives.tuning.result import changed_numbers
from dms.drives.tuning.space import Space, load_space
from dms.errors import DmsError
from dms.studio.rules.packs import Packs
from dms.studio.studies.standing import Standing

_MOST_KEPT = 4


class Readings:
    """What was read of studies, read again once their files have changed. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[tuple[int, int], SoFar]] = {}

    def so_far(self, folder: Path) -> SoFar:
        """What the study in `folder` has tried so far.

        Raises:
            DmsError: its file cannot be read, or Optuna is not installed.
        """
        path = folder / STUDY
        with self._lock:  # one reads, the others wait for that and take the same
            if not path.exists():
                return SoFar((), 0, ())
            stat = path.stat()
            stamp = stat.st_mtime_ns, stat.st_size
            known = self._known.pop(folder, None)
            read = known[1] if known is not None and known[0] == stamp else read_so_far(path)
            self._known[folder] = stamp, read
            while len(self._known) > _MOST_KEPT:
                self._known.pop(next(iter(self._known)))
            return read


@dataclass(frozen=True)
class Pack:
    """The pack that a study tunes, among those of the page of rules, and the space; `problem`: why numbers cannot be taken there.

    `identity` is what stands for the pack there.
    """

    identity: str | None = None
    space: Space | None = None
    problem: str | None = None
    numbers: Mapping[str, Parameter] = field(default_factory=dict)

    def was(self, changes: Mapping[str, Number]) -> dict[str, list[Number | None]]:
        """What numbers were, and what they become; None: not known."""
        present = {name: parameter.value for name, parameter in self.numbers.items()}
        return {name: [present.get(name), value] for name, value in changes.items()}

    def changes(self, values: Mapping[str, Number]) -> dict[str, Number]:
        """The numbers that differ from the pack's own, those that are taken along included, by name."""
        if self.space is None:
            return dict(values)
        drawn = {one.name: one.value(values[one.name]) for one in self.space.dimensions if one.name in values}
        return {one.parameter.name: one.value for one in changed_numbers(self.space, changes_of(self.space, drawn))}


def pack_of(course: Course, packs: Packs) -> Pack:
    """The pack that a study tunes, as it is now."""
    ground = course.ground
    if ground is None:
        return Pack()
    folder = Path(course.begun.folder)
    path = (folder / ground.pack_file).resolve()
    identity = next((known.identity for known in packs if known.path.resolve() == path), None)
    try:
        original = load_original(str(path))
        space = load_space(folder / ground.space_file, original.pack.name, original.data)
    except DmsError as error:
        return Pack(identity, None, str(error))
    numbers = parameters_of(original.data)
    if original.pack.sha256 != ground.pack_sha256:
        return Pack(identity, space, f"{path}: the pack has been changed since it was tuned: numbers may no longer fit", numbers)
    if identity is None:
        words = f"{path}: not among the packs of this studio: dms studio --packs {path.parent} opens it"
        return Pack(None, space, words, numbers)
    return Pack(identity, space, None, numbers)


def told(standing: Standing, so_far: SoFar, found: Found | None, pack: Pack, problems: Sequence[str]) -> dict[str, Any]:
    """Everything about a study, as the page takes it."""
    course = standing.course
    ground = course.ground if course is not None else None
    is_final = found is not None and standing.state == "done"
    return {
        "state": standing.state,
        "words": standing.words,
        "problems": [*([standing.problem] if standing.problem else []), *problems],
        "can_stop": standing.can_stop,
        "can_go_on": standing.can_go_on,
        "share": standing.share,
        "left_s": standing.left_s,
        "trials": course.begun.trials if course is not None else None,
        "heading": list(ground.heading) if ground is not None else [],
        "objectives": _objectives(ground, found),
        "pack": {"id": pack.identity, "problem": pack.problem},
        "tried": [_tried(one) for one in so_far.tried],
        "given_up": sum(not one.goals for one in so_far.tried),
        "refused": so_far.refused,
        "importance": list(so_far.importance),
        "unchanged": _unchanged(ground, found, is_final=is_final),
        "front": _final_front(found, pack) if is_final and found is not None else [_quick(one, pack) for one in so_far.front],
        "is_final": is_final,
        "taken": found.taken if is_final and found is not None else None,
        "reason": found.reason if is_final and found is not None else None,
        "held_out": list(found.held_out_drivers) if is_final and found is not None else [],
    }


def found_in(folder: Path, problems: list[str]) -> Found | None:
    """What the study ended with; what is wrong with its file is added to `problems`."""
    try:
        return read_found(folder)
    except DmsError as error:
        problems.append(str(error))
        return None


def _objectives(ground: Ground | None, found: Found | None) -> list[str]:
    objectives = ground.objectives if ground is not None else found.objectives if found is not None else ()
    return [NAMES[objective] for objective in objectives]


def _unchanged(ground: Ground | None, found: Found | None, *, is_final: bool) -> dict[str, Any] | None:
    if is_final and found is not None:
        return {"tuning": _side(found.unchanged.tuning), "held_out": _side(found.unchanged.held_out)}
    return None if ground is None else {"tuning": _figures(ground.unchanged_figures), "held_out": None}


def _tried(pack: TriedPack) -> list[float | None]:
    """Number, share of the labels missed, false alarms an hour, latency; only the number of one that was given up."""
    figures = pack.figures
    if not pack.goals:
        return [pack.number]
    return [pack.number, figures.miss_share, figures.false_per_hour, figures.latency_s]


def _final_front(found: Found, tuned: Pack) -> list[dict[str, Any]]:
    return [_checked(pack, tuned) for pack in found.front]


def _checked(pack: FrontPack, tuned: Pack) -> dict[str, Any]:
    return {
        "number": pack.number,
        "trial": pack.trial,
        "changes": tuned.was(pack.changes or pack.values),
        "same": pack.same_as_in_the_search,
        "tuning": _side(pack.tuning),
        "held_out": _side(pack.held_out),
    }


def _quick(tried: TriedPack, pack: Pack) -> dict[str, Any]:
    return {
        "number": tried.number,
        "trial": tried.number,
        "changes": pack.was(pack.changes(tried.values)),
        "same": True,
        "tuning": _figures(tried.figures),
        "held_out": None,
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {**figures.as_dict(), "intervals_95": {}}


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    names = ("labels", "misses", "false_alarms", "hours", "false_per_hour", "latency_s", "intervals_95")
    return {name: getattr(side, name) for name in names}
