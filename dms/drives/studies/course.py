"""How a study goes, in a file beside it: what it was begun with, how far it is, and how it ended.

`dms tune` writes it, and whoever watches reads it: the study itself tells what was tried, this file what is being done. Whether
anybody is at work is not in it, as a process that was killed cannot say so: see `at_work`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from dms.bounded import read_at_most
from dms.drives.tuning.figures import Figures
from dms.drives.tuning.space import Objective
from dms.durable import write_whole
from dms.errors import BAD_INPUT, DriveError

NAME = "course.json"
STUDY = "study.sqlite"
RESULT = "result.json"
LARGEST_BYTES = 16 << 20

Phase = Literal["cues", "search", "check", "done", "stopped", "failed"]
UNDER_WAY: frozenset[Phase] = frozenset({"cues", "search", "check"})
"""The phases in which a process is at work, or was killed."""


class Begun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a study was begun with, as the options of `dms tune` say it. Paths are relative to `folder`, where that was."""

    folder: str
    drives: tuple[str, ...]
    rules: str | None = None
    space: str = "default"
    trials: int = 200
    sampler: str = "tpe"
    seed: int = 0
    holdout: float | None = 0.3
    choose: str = "better"
    pick: int | None = None
    front: int = 12
    cues: str = "runs/cues"
    cabin: str | None = None
    speed_kph: float | None = None
    rotate: int | None = None
    mirror: bool | None = None
    fps: float | None = None
    processes: int | None = None
    executor: str | None = None

    def words(self, out: Path, *, force: bool) -> list[str]:
        """The words after `dms` that begin the study in `out`, or go on with it. `force`: results that are there are replaced."""
        given: dict[str, object] = {
            "--rules": self.rules,
            "--space": self.space,
            "--trials": self.trials,
            "--sampler": self.sampler,
            "--seed": self.seed,
            "--holdout": self.holdout,
            "--choose": self.choose,
            "--pick": self.pick,
            "--front": self.front,
            "--cues": self.cues,
            "--cabin": self.cabin,
            "--speed-kph": self.speed_kph,
            "--rotate": self.rotate,
            "--fps": self.fps,
            "--processes": self.processes,
            "--executor": self.executor,
            "--out": out,
        }
        options = [f"{name}={value}" for name, value in given.items() if value is not None]
        options += ["--no-holdout"] if self.holdout is None else []
        options += [] if self.mirror is None else ["--mirror" if self.mirror else "--no-mirror"]
        options += ["--force"] if force else []
        return ["tune", *options, "--", *self.drives]

    @property
    def missing(self) -> list[str]:
        """The drives and folders of drives that are not there any more."""
        return [drive for drive in self.drives if not (Path(self.folder) / drive).exists()]


class Ground(msgspec.Struct, frozen=True):
    """What is tuned on what: the pack by its file, the drives, and what the unchanged pack does on those to tune on.

    `heading` says it in the words of `dms tune`.
    """

    pack: str
    pack_file: str
    pack_sha256: str
    space_file: str
    objectives: tuple[Objective, ...]
    drives: tuple[str, ...]
    unchanged: tuple[int, int, int, float, float, int]
    heading: tuple[str, ...]

    @property
    def unchanged_figures(self) -> Figures:
        """What the unchanged pack does."""
        return Figures(*self.unchanged)

    def missing(self, folder: str) -> list[str]:
        """The drives that are not there any more, of a study begun in `folder`."""
        return [drive for drive in self.drives if not (Path(folder) / drive).exists()]


class Course(msgspec.Struct, frozen=True):
    """How a study goes. `done` of `total` drives or packs, `begun_at` of them before this phase of this run.

    `since_utc` is when the phase began, `told_utc` when this was written: seconds since 1970.
    """

    begun: Begun
    phase: Phase
    process: int
    host: str
    done: int = 0
    total: int = 0
    begun_at: int = 0
    since_utc: float = 0.0
    told_utc: float = 0.0
    ground: Ground | None = None
    problem: str | None = None

    def left_s(self, now_utc: float) -> float | None:
        """How long the phase goes on, at the pace it has had so far; None before anything tells."""
        fresh, elapsed_s = self.done - self.begun_at, self.told_utc - self.since_utc
        if self.phase not in UNDER_WAY or fresh <= 0 or elapsed_s <= 0.0:
            return None
        return max(0.0, elapsed_s / fresh * (self.total - self.done) - max(0.0, now_utc - self.told_utc))


def read_course(folder: Path) -> Course | None:
    """What the study in `folder` says of itself; None if it says nothing.

    Raises:
        DriveError: the file cannot be read, or is none.
    """
    path = folder / NAME
    try:
        return msgspec.json.decode(read_at_most(path, LARGEST_BYTES), type=Course)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DriveError(f"{path}: {error.strerror}") from error
    except (msgspec.MsgspecError, *BAD_INPUT) as error:
        raise DriveError(f"{path}: damaged: {error}") from error


def write_course(folder: Path, course: Course) -> None:
    """Write it in one step.

    Raises:
        DriveError: it cannot be written; what was there before still is.
    """
    path = folder / NAME
    try:
        write_whole(path, msgspec.json.format(msgspec.json.encode(course), indent=1).decode())
    except OSError as error:
        raise DriveError(f"{path}: cannot be written: {error.strerror}") from error
