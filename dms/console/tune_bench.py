"""What `dms tune` needs whether it searches or sweeps: the drives, the processes, the folder for results, and progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.config.cabin import Cabin
from dms.console.drive_text import duration_text
from dms.console.progress import BatchProgress
from dms.counted import counted
from dms.errors import UsageError
from dms.videos.perceived import PerceivedVideo

if TYPE_CHECKING:
    from dms.drives.tuning.bench import Prepared
    from dms.drives.tuning.candidates import Original
    from dms.drives.tuning.space import Space
    from dms.drives.tuning.workers import Workers
    from dms.perception.own_weights import OwnWeights


@dataclass(frozen=True)
class TuningBench:
    """The drives and the machine that packs are tried on."""

    original: Original
    cabin: Cabin
    paths: list[Path]
    folder: Path
    cues: Path
    speed_kph: float | None
    processes: int | None
    force: bool
    quiet: bool
    recorded_as: RecordedAs = AS_IT_SAYS
    executor: str | None = None
    weights: OwnWeights | None = None

    def workers(self, space: Space) -> Workers:
        """The processes, for packs of a space."""
        from dms.drives.tuning.crew import crew_here
        from dms.drives.tuning.tuning import task_for
        from dms.drives.tuning.workers import Workers

        perceive = partial(PerceivedVideo, recorded_as=self.recorded_as, weights=self.weights)
        seen_by = f"{self.recorded_as}{'' if self.weights is None else f', {self.weights}'}"
        task = task_for(self.original, space, self.cabin, self.cues, self.speed_kph, perceive, seen_by)
        if self.executor is None:
            return Workers(task, self.paths, crew_here(task, len(self.paths), self.processes))
        from dms.drives.tuning.cluster_crew import OnCluster

        return Workers(task, self.paths, OnCluster(task, self.executor))

    def prepare(self, workers: Workers, done_one: Callable[[], None] = lambda: None) -> list[Prepared]:
        """Make the drives ready, with progress and warnings; `done_one` hears of each. Cues of drives that are gone go."""
        from dms.drives.tuning.cue_files import tidy_cues

        started = time.monotonic()
        prepared: list[Prepared] = []
        with self.progress(len(self.paths), "drive") as progress:
            for one in workers.prepare():
                prepared.append(one)
                progress.clear()
                for warning in one.drive.warnings:
                    typer.echo(f"dms: {warning}", err=True)
                progress.done_one()
                done_one()
        tidy_cues(self.cues)
        share = sum(one.kept for one in prepared) / max(1, sum(one.moments for one in prepared))
        drives, elapsed = counted(len(prepared), "drive"), duration_text(time.monotonic() - started)
        typer.echo(f"cues of {drives} ready in {elapsed}, kept in {self.cues}; trials look at {share:.0%} of the moments")
        return prepared

    def progress(self, total: int, noun: str, begun_at: int = 0) -> BatchProgress:
        """A line on the terminal, unless it is to be quiet."""
        return BatchProgress(total, shown=not self.quiet and sys.stderr.isatty(), noun=noun, begun_at=begun_at)

    def results(self, *names: str) -> list[Path]:
        """The files for results.

        Raises:
            UsageError: one is there, and may not be replaced.
        """
        files = [self.folder / name for name in names]
        there = [str(path) for path in files if path.exists()]
        if there and not self.force:
            raise UsageError(f"{' and '.join(there)}: there already; --force replaces results, --out chooses another folder")
        return files
