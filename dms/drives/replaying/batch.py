"""Many drives at once: each replayed on its own, one process per core, results in the order of the drives."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from dms.config.cabin import Cabin
from dms.decision.pack_loader import Pack
from dms.drives.replaying.availability import Availability
from dms.drives.replaying.explain import Entry, Timeline
from dms.drives.replaying.recorded import recorded_monitor
from dms.drives.replaying.replay import Replay, Watch, replay
from dms.errors import DmsError, DriveError
from dms.monitor.monitor import Monitor
from dms.recording.drive import Drive, open_drive
from dms.recording.video_drive import Perceive
from dms.trip.glances.glances import Glances
from dms.trip.glances.watch import GlanceWatch
from dms.trip.summary import TripSummary
from dms.trip.trip import TripWatch


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for every drive of a batch.

    `recorded`: each drive is decided as the live service did that recorded it, in place of `pack`, `cabin` and speed.
    """

    pack: Pack
    cabin: Cabin
    assumed_speed_kph: float | None = None
    explain: bool = False
    availability: bool = False
    perceive: Perceive | None = None
    recorded: bool = False
    trip: bool = False
    glances: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """One drive of a batch: its replay and the pack that was in force at its end, or the error that stopped it.

    `trip`: the whole drive summed up; `glances`: where the driver looked. Both if the setting asks for it.
    """

    path: Path
    replay: Replay | None = None
    availability: Availability | None = None
    timeline: tuple[Entry, ...] = ()
    error: DmsError | None = None
    pack: Pack | None = None
    trip: TripSummary | None = None
    glances: Glances | None = None


def replay_one(
    path: Path, setting: Setting, progress_of: Callable[[Drive], Watch] | None = None, also: Sequence[Watch] = ()
) -> Outcome:
    """Replay one drive, `also` watching; a drive that cannot be read is an outcome, not an exception."""
    availability = Availability() if setting.availability else None
    timeline = Timeline() if setting.explain else None
    trip = TripWatch() if setting.trip else None
    glances = GlanceWatch() if setting.glances else None
    watches: list[Watch] = [*(watch for watch in (availability, timeline, trip, glances) if watch is not None), *also]
    try:
        drive = open_drive(path, perceive=setting.perceive)
        monitor = _monitor_for(path, setting)
        result = replay(drive, monitor, [*watches, progress_of(drive)] if progress_of else watches)
    except DmsError as error:
        return Outcome(path, error=error)
    entries = () if timeline is None else tuple(timeline.entries)
    return Outcome(
        path,
        result,
        availability,
        entries,
        pack=monitor.engine.pack,
        trip=None if trip is None else trip.total,
        glances=None if glances is None else glances.glances,
    )


def _monitor_for(path: Path, setting: Setting) -> Monitor:
    if setting.recorded:
        return recorded_monitor(path)
    return Monitor(setting.pack, setting.cabin, assumed_speed_kph=setting.assumed_speed_kph)


def replay_many(paths: Sequence[Path], setting: Setting, processes: int | None = None) -> Iterator[Outcome]:
    """Replay all drives, on every core unless `processes` says otherwise."""
    workers = min(processes or len(os.sched_getaffinity(0)), len(paths))
    if workers <= 1:
        for path in paths:
            yield replay_one(path, setting)
        return
    # Not forked: a fork of a process with threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_keep, initargs=(setting,)) as pool:
        try:
            running = [(path, pool.submit(_replay_kept, path)) for path in paths]
            for path, future in running:
                yield _outcome_of(path, future)
        finally:
            pool.shutdown(cancel_futures=True)


def _outcome_of(path: Path, future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        return Outcome(path, error=DriveError(f"{path}: not replayed: a process was killed (out of memory?); try --processes 1"))


_kept: list[Setting] = []


def _keep(setting: Setting) -> None:
    _kept[:] = [setting]


def _replay_kept(path: Path) -> Outcome:
    return replay_one(path, _kept[0])
