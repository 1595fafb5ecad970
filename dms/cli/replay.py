"""`dms replay`: recorded drives through the rules, at full speed."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated

import typer

from dms.capture.mounting import UPRIGHT, Mounting
from dms.config.cabin import load_cabin
from dms.config.driver_region import WHOLE_PICTURE, DriverRegion
from dms.console.drive_text import recorded_line, replay_lines, timeline_lines, total_line
from dms.console.driver_place import DriverSide, Region, SideChoice, asked_region
from dms.console.mounting_options import Mirror, Rotate, mounting_of
from dms.console.progress import BatchProgress, DriveProgress
from dms.console.report_file import ReportPage
from dms.console.summary_text import summary_text
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.batch import Outcome, Setting, replay_many, replay_one
from dms.drives.replaying.replay import Replay, Watch
from dms.drives.report.origin import Origin
from dms.drives.scoring.matching import match_drive, rule_times
from dms.errors import EXIT_FAILED, DriveError, UsageError
from dms.recording.drive import find_drives
from dms.videos.perceived import perceived_in
from dms.wire import to_json

_MOST_PROBLEMS = 5

RECORDED = "recorded"
DEFAULT_PACK = "default"
DEFAULT_CABIN = "left_hand_drive"

Drives = Annotated[list[Path], typer.Argument(help="Drives (.jsonl, .mcap or video) or folders of drives.", show_default=False)]
Rules = Annotated[str, typer.Option(help="A rule pack: a name under rules/, or a path.")]
CabinName = Annotated[str, typer.Option(help="The cabin: a name under rules/cabin/, or a path.")]
Speed = Annotated[float | None, typer.Option(min=0.0, max=400.0, help="On a bench: the speed while no vehicle tells one.")]
Processes = Annotated[int | None, typer.Option(min=1, help="How many drives to replay at once. Default: one per core.")]
Executor = Annotated[
    str | None, typer.Option(metavar="dask://HOST:PORT", help="Replay on this Dask cluster, whose workers see the same folders.")
]


RulesOrRecorded = Annotated[
    str, typer.Option(help="A rule pack: a name under rules/, or a path. `recorded`: what was in force when it was recorded.")
]


def command(
    drives: Drives,
    rules: RulesOrRecorded = DEFAULT_PACK,
    cabin: CabinName = DEFAULT_CABIN,
    jsonl: Annotated[Path | None, typer.Option(help="Write the alerts as JSON lines; - for standard output.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what came into force, counted, paused and fired.")] = False,
    trip: Annotated[bool, typer.Option("--trip", help="Sum each drive up: attention, drowsiness, alerts.")] = False,
    speed_kph: Speed = None,
    driver_side: DriverSide = SideChoice.ANY,
    region: Region = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    processes: Processes = None,
    executor: Executor = None,
    report: Annotated[Path | None, typer.Option(help="Write a page that shows the drive, as `dms report` does.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing page.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only warnings, errors, and what --jsonl asks for.")] = False,
) -> None:
    """Replay recorded drives and show which alerts the rules raise, next to the drive's own labels.

    A drive that cannot be read is named, the others are replayed, and the exit code is 1.
    """
    started = time.monotonic()
    where, mounting = asked_region(driver_side, region), mounting_of(rotate, mirror)
    setting = replay_setting(rules, cabin, speed_kph, where, explain=explain, trip=trip, mounting=mounting)
    paths = find_drives(drives)
    if report is not None and executor is not None:
        raise UsageError("--report watches the replay from here: leave --executor out")
    origin = Origin(rules, None, cabin, speed_kph, "replay", where, mounting.rotate_deg, mounting.mirror)
    page = ReportPage(report, origin, force=force, mounting=mounting) if report is not None else None
    if page is not None and len(paths) > 1:
        raise UsageError(f"--report shows one drive, and these are {len(paths)}: run `dms report` for each")
    replays: list[Replay] = []
    with ExitStack() as stack:
        lines = _open_lines(jsonl, stack)
        say = _speaker(lines, quiet=quiet)
        also = page.watches.all if page is not None else []
        for outcome in outcomes(paths, setting, processes, executor, progress=not quiet, also=also):
            result = outcome.replay
            if result is None:
                continue
            replays.append(result)
            if lines is not None:
                _write_alerts(lines, result, named=len(paths) > 1)
            times = rule_times(outcome.pack or setting.pack)
            say(replay_lines(result, match_drive(result.labels, result.alerts, times)))
            if setting.recorded:
                say([recorded_line(result)])
            if outcome.trip is not None:
                say([f"  {summary_text(asdict(outcome.trip))}"])
            if explain:
                say(["  timeline:", *timeline_lines(outcome.timeline)])
            if page is not None:
                say([page.write(outcome)])
        if len(paths) > 1:
            say([total_line(replays, time.monotonic() - started)])
    if len(replays) < len(paths):
        raise typer.Exit(EXIT_FAILED)


def replay_setting(
    rules: str,
    cabin: str,
    speed_kph: float | None,
    region: DriverRegion = WHOLE_PICTURE,
    *,
    explain: bool = False,
    trip: bool = False,
    mounting: Mounting = UPRIGHT,
) -> Setting:
    """How to replay, as the options say; in videos the driver sits in `region`, and `mounting` brings their pictures upright.

    Raises:
        UsageError: they contradict each other.
        ConfigurationError: the pack or the cabin cannot be honoured.
    """
    recorded = rules == RECORDED
    if recorded and (speed_kph is not None or cabin != DEFAULT_CABIN):
        raise UsageError("--rules recorded takes cabin and speed from the drive, too: leave --cabin and --speed-kph out")
    pack = load_pack(DEFAULT_PACK if recorded else rules)
    perceive = perceived_in(region, mounting)
    return Setting(pack, load_cabin(cabin), speed_kph, explain=explain, perceive=perceive, recorded=recorded, trip=trip)


def outcomes(
    paths: Sequence[Path],
    setting: Setting,
    processes: int | None = None,
    executor: str | None = None,
    *,
    progress: bool,
    also: Sequence[Watch] = (),
) -> Iterator[Outcome]:
    """Replay drives, here or on a cluster, with progress on a terminal, and warnings and errors on standard error.

    `also` watch a single drive that is replayed here.

    Raises:
        DmsError: there is only one drive, and it cannot be read; or the cluster cannot be had.
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
        typer.echo(f"dms: {outcome.error}", err=True)
    if outcome.replay is not None:
        for warning in outcome.replay.warnings:
            typer.echo(f"dms: {warning}", err=True)
        problems = outcome.replay.label_problems
        for problem in problems[:_MOST_PROBLEMS]:
            typer.echo(f"dms: {problem}", err=True)
        if len(problems) > _MOST_PROBLEMS:
            # The labels of another drive, most likely: nobody needs them all.
            typer.echo(f"dms: {outcome.path}: {len(problems) - _MOST_PROBLEMS} more labels cannot be right", err=True)


def _open_lines(jsonl: Path | None, stack: ExitStack) -> IO[bytes] | None:
    if jsonl is None:
        return None
    if str(jsonl) == "-":
        return sys.stdout.buffer
    try:
        return stack.enter_context(jsonl.open("wb"))
    except OSError as error:
        raise DriveError(f"{jsonl}: cannot be written: {error.strerror}") from error


def _speaker(lines: IO[bytes] | None, *, quiet: bool) -> Callable[[Iterable[str]], None]:
    """How to talk to people: not at all, or on the stream that the JSON lines leave free."""
    to_stderr = lines is sys.stdout.buffer

    def say(text: Iterable[str]) -> None:
        if not quiet:
            for line in text:
                typer.echo(line, err=to_stderr)

    return say


def _write_alerts(lines: IO[bytes], result: Replay, *, named: bool) -> None:
    """The alerts of one drive; `named`, each says which drive it is from."""
    drive = b',"drive":' + json.dumps(str(result.path)).encode() + b"}" if named else b"}"
    for alert in result.alerts:
        lines.write(to_json(alert)[:-1] + drive + b"\n")
    lines.flush()
