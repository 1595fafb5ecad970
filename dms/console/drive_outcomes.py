"""Replays drives for a command, as its options say, with progress, warnings and errors for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.config import defaults
from dms.config.cabin import load_cabin
from dms.config.driver_region import WHOLE_PICTURE, DriverRegion
from dms.console.progress import BatchProgress, DriveProgress
from dms.console.replay_options import RECORDED
from dms.console.terminal_text import message, row
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.batch import Outcome, Setting, replay_many, replay_one
from dms.drives.replaying.replay import Watch
from dms.errors import UsageError
from dms.recording.drive import VIDEO_SUFFIXES
from dms.videos.perceived import perceived_in

if TYPE_CHECKING:
    from dms.perception.own_weights import OwnWeights

_MOST_PROBLEMS = 5


def replay_setting(
    rules: str,
    cabin: str,
    speed_kph: float | None,
    region: DriverRegion = WHOLE_PICTURE,
    *,
    explain: bool = False,
    trip: bool = False,
    glances: bool = False,
    recorded_as: RecordedAs = AS_IT_SAYS,
    second: Path | None = None,
    weights: OwnWeights | None = None,
) -> Setting:
    """Returns how to replay, as the options say. In videos the driver sits in `region`, and `recorded_as` is what they do not
    say of themselves. A `second` video is watched in step with the only one. Own `weights` stand for those that ship.

    Raises:
        UsageError: the options contradict each other.
        ConfigurationError: the pack or the cabin is wrong.
    """
    recorded = rules == RECORDED
    if recorded and (speed_kph is not None or cabin != defaults.CABIN):
        raise UsageError("--rules recorded takes cabin and speed from the drive, too: leave --cabin and --speed-kph out")
    pack = load_pack(defaults.RULES if recorded else rules)
    perceive = perceived_in(region, recorded_as, second, weights)
    return Setting(
        pack,
        load_cabin(cabin),
        speed_kph,
        explain=explain,
        perceive=perceive,
        recorded=recorded,
        trip=trip,
        glances=glances,
    )


def check_second(second: Path | None, paths: Sequence[Path]) -> None:
    """Check that a second camera's video goes with one other video.

    Raises:
        UsageError: it does not.
    """
    if second is None:
        return
    if len(paths) != 1:
        raise UsageError(f"--second is in step with one video, and these are {len(paths)} drives")
    if paths[0].suffix.lower() not in VIDEO_SUFFIXES:
        raise UsageError(f"--second: {paths[0]} is not a video, and a drive that two cameras recorded holds what both saw")
    if second.suffix.lower() not in VIDEO_SUFFIXES:
        raise UsageError(f"--second {second}: not a video")


def outcomes(
    paths: Sequence[Path],
    setting: Setting,
    processes: int | None = None,
    executor: str | None = None,
    *,
    progress: bool,
    also: Sequence[Watch] = (),
) -> Iterator[Outcome]:
    """Replay drives, here or on a cluster. Progress goes to a terminal, warnings and errors to standard error.

    `also` are further watches, for a single drive that is replayed here.

    Raises:
        DmsError: the only drive cannot be read, or the cluster cannot be reached.
    """
    if processes is not None and executor is not None:
        raise UsageError("--processes is for this machine, --executor for a cluster: give one of them")
    show = progress and sys.stderr.isatty()
    if len(paths) == 1 and executor is None:
        with DriveProgress() as line:
            outcome = replay_one(paths[0], setting, line.of if show else None, also)
        if outcome.error is not None:
            raise outcome.error
        _warn(outcome)
        yield outcome
        return
    with BatchProgress(len(paths), shown=show) as batch:
        for outcome in _replayed(paths, setting, processes, executor):
            batch.clear()
            if outcome.error is not None and len(paths) == 1:
                raise outcome.error
            _warn(outcome)
            yield outcome
            batch.done_one()


def _replayed(paths: Sequence[Path], setting: Setting, processes: int | None, executor: str | None) -> Iterator[Outcome]:
    if executor is None:
        return replay_many(paths, setting, processes)
    from dms.drives.replaying.cluster import replay_on_cluster

    return replay_on_cluster(paths, setting, executor)


def _warn(outcome: Outcome) -> None:
    if outcome.error is not None:
        typer.echo(message(str(outcome.error)), err=True)
    if outcome.replay is not None:
        for warning in outcome.replay.warnings:
            typer.echo(row(f"dms: {warning}"), err=True)
        problems = outcome.replay.label_problems
        for problem in problems[:_MOST_PROBLEMS]:
            typer.echo(row(f"dms: {problem}"), err=True)
        if len(problems) > _MOST_PROBLEMS:
            # The labels of another drive, most likely: nobody needs them all.
            typer.echo(f"dms: {outcome.path}: {len(problems) - _MOST_PROBLEMS} more labels cannot be right", err=True)
