"""How a study stands: being worked on, killed, stopped, failed, done; or damaged, or without its drives. And what to do about it.

What a study says of itself may be older than what became of it: only the kernel knows whether somebody is at work.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dms.counted import counted
from dms.drives.studies.at_work import at_work_on
from dms.drives.studies.course import STUDY, UNDER_WAY, Course, Phase, read_course
from dms.errors import DmsError

State = Literal["at work", "killed", "stopped", "failed", "done", "unknown", "damaged"]
_DOING: dict[Phase, tuple[str, str]] = {
    "cues": ("the cues of drives are computed", "drive"),
    "search": ("packs are tried", "pack"),
    "check": ("the front is checked on every frame", "drive"),
}
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """How a study stands, in `words`; `problem` is what stands in its way. `process` is at work on it, None if nobody is.

    `share` of the phase that goes on is done, and the rest takes `left_s`; None: not known.
    """

    state: State
    words: str
    problem: str | None = None
    course: Course | None = None
    process: int | None = None
    share: float | None = None
    left_s: float | None = None

    @property
    def can_stop(self) -> bool:
        """Whether the studio can stop it: a process of this machine is at work on it."""
        return bool(self.process)

    @property
    def can_go_on(self) -> bool:
        """Whether the studio can go on with it."""
        is_left = self.state in ("killed", "stopped", "failed", "done")
        return is_left and self.course is not None and not missing_of(self.course)


def standing_of(folder: Path) -> Standing:
    """How the study in `folder` stands now."""
    try:
        process, course = at_work_on(folder), read_course(folder)
    except DmsError as error:
        return Standing("damaged", "nobody can say how this study stands", f"{error}; {_go_on_by_hand(folder)}")
    if process is not None:
        return _at_work(course, process)
    if course is None:
        if not (folder / STUDY).exists():
            return Standing("unknown", "nothing has come of it yet")
        words = "begun by a version of dms that did not write down with what"
        return Standing("unknown", words, _go_on_by_hand(folder))
    return _left(course)


def missing_of(course: Course) -> list[str]:
    """The drives of a study that are not there any more."""
    return course.begun.missing or (course.ground.missing(course.begun.folder) if course.ground is not None else [])


def _at_work(course: Course | None, process: int) -> Standing:
    here = course is None or course.host == socket.gethostname()
    stoppable = process if here else 0
    where = f"process {process}" if stoppable else "a process of another machine or container, which alone can stop it"
    if course is None or course.phase not in UNDER_WAY:  # it has just begun
        return Standing("at work", f"it begins ({where})", course=course, process=stoppable)
    doing, noun = _DOING[course.phase]
    words = f"{doing}: {course.done} of {counted(course.total, noun)} ({where})"
    share = course.done / course.total if course.total else None
    return Standing("at work", words, None, course, stoppable, share, course.left_s(time.time()))


def _left(course: Course) -> Standing:
    gone = _missing_words(missing_of(course))
    if course.phase in UNDER_WAY:
        doing, noun = _DOING[course.phase]
        words = f"it was killed, or the machine went off, while {doing}: {course.done} of {counted(course.total, noun)}. "
        return Standing("killed", f"{words}What was tried is kept.", gone, course)
    if course.phase == "failed":
        return Standing("failed", "it failed; what was tried is kept", "\n".join(filter(None, (course.problem, gone))), course)
    if course.phase == "stopped":
        return Standing("stopped", "it was stopped; what was tried is kept", gone, course)
    return Standing("done", f"done: {counted(course.begun.trials, 'pack')} tried", gone, course)


def _missing_words(missing: Sequence[str]) -> str | None:
    if not missing:
        return None
    named = ", ".join(missing[:_MOST_NAMED]) + (" …" if len(missing) > _MOST_NAMED else "")
    are = "is" if len(missing) == 1 else "are"
    return f"{counted(len(missing), 'drive')} of this study {are} not there any more, and without them it cannot go on: {named}"


def _go_on_by_hand(folder: Path) -> str:
    return f"to go on with {folder / STUDY}, give dms tune the words it was begun with, with --out {folder}"
