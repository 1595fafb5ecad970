"""Trying packs on drives, whoever does the work: everything on all of them, or as far as there is hope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from dms.drives.tuning.bench import Changes, Prepared, Task
from dms.drives.tuning.crew import Call, Crew, crew_here
from dms.drives.tuning.figures import Tried

_FIRST_ROUND = 2
"""The drives of the first round. Each further round has half as many drives as all before it, and at least these."""

IsHopeless = Callable[[Sequence[Tried]], bool]
"""Whether a pack need not be tried further, by what it did on the first drives."""


class Workers:
    """The crew of a search, at work on these drives."""

    def __init__(self, task: Task, drives: Sequence[Path], crew: Crew | None = None) -> None:
        self.task, self.drives = task, tuple(drives)
        self._crew = crew if crew is not None else crew_here(task, len(drives), None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._crew.close(at_once=error is not None)

    def prepare(self) -> Iterator[Prepared]:
        """Make all drives ready, as they are done.

        Raises:
            DriveError: a drive cannot be read.
        """
        self._crew.share_out(sorted(self.drives, key=lambda path: (-path.stat().st_size, str(path))))
        for _, prepared in self._crew.results([Call("prepare", path) for path in self.drives]):
            yield prepared

    def share_out(self, order: Sequence[Path]) -> None:
        """The drives that packs will be tried on, in this order."""
        self._crew.share_out(order)

    def quick(self, packs: Sequence[Changes], paths: Sequence[Path]) -> list[list[Tried]]:
        """Each pack on the moments that matter of these drives, in their order."""
        places = [(pack, path) for pack in range(len(packs)) for path in paths]
        found: dict[int, Tried] = dict(self._crew.results([Call("quick", path, (packs[pack],)) for pack, path in places]))
        count = len(paths)
        return [[found[pack * count + index] for index in range(count)] for pack in range(len(packs))]

    def while_hopeful(self, packs: Sequence[Changes], order: Sequence[Path], is_hopeless: IsHopeless) -> list[list[Tried]]:
        """Each pack on the moments that matter of these drives, in their order, until it is hopeless.

        Whether it is, is asked after the same drives however many processes there are.
        """
        found: list[list[Tried]] = [[] for _ in packs]
        going, done = list(range(len(packs))), 0
        while going and done < len(order):
            more = order[done : done + max(_FIRST_ROUND, done // 2)]
            for place, side in zip(going, self.quick([packs[place] for place in going], more), strict=True):
                found[place] += side
            done += len(more)
            going = [place for place in going if not is_hopeless(found[place])]
        return found

    def whole(
        self, packs: Sequence[Changes], paths: Sequence[Path], done: Callable[[int], None] = lambda _: None
    ) -> list[list[Tried]]:
        """Each pack on all moments of these drives, in their order; `done` hears how many drives have been gone through."""
        found: dict[int, list[Tried]] = {}
        for number, (place, sides) in enumerate(self._crew.results([Call("whole", path, (packs,)) for path in paths]), 1):
            found[place] = sides
            done(number)
        return [[found[place][pack] for place in range(len(paths))] for pack in range(len(packs))]
