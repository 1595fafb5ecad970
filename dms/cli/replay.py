"""`dms replay`: recorded drives through the rules, at full speed."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated

import msgspec
import typer

from dms.config import defaults
from dms.console.answers import ReplayAnswer, ReplayedDrive, answer_text
from dms.console.apart import check_apart
from dms.console.drive_outcomes import check_second, outcomes, replay_setting
from dms.console.drive_text import recorded_line, replay_lines, timeline_lines, total_line
from dms.console.driver_place import DriverSide, Region, SideChoice, asked_region
from dms.console.mounting_options import Fps, Mirror, Rotate, recorded_as
from dms.console.overlay_watch import OverlayWatch
from dms.console.replay_answer import replayed_drive, unreadable_drive
from dms.console.replay_options import CabinName, Drives, Executor, Processes, RulesOrRecorded, Second, Speed
from dms.console.report_file import ReportPage
from dms.console.summary_text import summary_text
from dms.console.terminal_text import row
from dms.console.weights_option import Models, asked_weights, check_models
from dms.drives.replaying.replay import Replay
from dms.drives.report.origin import Origin
from dms.drives.scoring.matching import match_drive, rule_times, times_of_drive
from dms.errors import EXIT_FAILED, DriveError, UsageError
from dms.recording.drive import find_drives
from dms.recording.packed import create_lines
from dms.wire import to_json


def command(
    drives: Drives,
    rules: RulesOrRecorded = defaults.RULES,
    cabin: CabinName = defaults.CABIN,
    jsonl: Annotated[Path | None, typer.Option(help="Write the alerts as JSON lines; - for standard output, .gz packed.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Everything as one JSON object on standard output: docs/schema/dms-replay.schema.json.")
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what came into force, counted, paused and fired.")] = False,
    trip: Annotated[bool, typer.Option("--trip", help="Sum each drive up: attention, drowsiness, alerts.")] = False,
    speed_kph: Speed = None,
    driver_side: DriverSide = SideChoice.ANY,
    region: Region = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    fps: Fps = None,
    models: Models = None,
    second: Second = None,
    processes: Processes = None,
    executor: Executor = None,
    report: Annotated[Path | None, typer.Option(help="Write a page that shows the drive, as `dms report` does.")] = None,
    overlay: Annotated[
        Path | None, typer.Option(help="Of a video: write it with everything drawn on it, alerts too; browsers play .webm.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing page.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only warnings, errors, and what --jsonl asks for.")] = False,
) -> None:
    """Replay recorded drives and show which alerts the rules raise, next to the drive's own labels.

    A drive that cannot be read is named, the others are replayed, and the exit code is 1.
    """
    started = time.monotonic()
    if as_json and str(jsonl) == "-":
        raise UsageError("--json and --jsonl -: standard output is for one of them")
    where, recorded = asked_region(driver_side, region), recorded_as(rotate, mirror, fps)
    weights = asked_weights(models)
    setting = replay_setting(
        rules, cabin, speed_kph, where, explain=explain, trip=trip, recorded_as=recorded, second=second, weights=weights
    )
    paths = find_drives(drives)
    check_second(second, paths)
    check_models(models, paths)
    for option, given in (("--report", report), ("--overlay", overlay)):
        if given is not None and second is not None:
            raise UsageError(f"{option} shows the pictures of one camera: leave --second out")
        if given is not None and executor is not None:
            raise UsageError(f"{option} watches the replay from here: leave --executor out")
    mounting = recorded.mounting
    origin = Origin(rules, None, cabin, speed_kph, "replay", where, mounting.rotate_deg, mounting.mirror, fps, models)
    page = ReportPage(report, origin, force=force, recorded_as=recorded) if report is not None else None
    if page is not None and len(paths) > 1:
        raise UsageError(
            f"--report shows one drive, and these are {len(paths)}: `dms report` gives each its page, and one that lists them"
        )
    if overlay is not None and len(paths) > 1:
        raise UsageError(f"--overlay draws one video, and these are {len(paths)} drives")
    check_apart("--jsonl", jsonl, paths)
    replays: list[Replay] = []
    answers: list[ReplayedDrive] = []
    with ExitStack() as stack:
        lines = _open_lines(jsonl, stack)
        say = _speaker(lines, quiet=quiet or as_json)
        also = [*page.watches.all] if page is not None else []
        if overlay is not None:
            also.append(stack.enter_context(OverlayWatch(paths[0], overlay, recorded)))
        for outcome in outcomes(paths, setting, processes, executor, progress=not quiet, also=also):
            result = outcome.replay
            if result is None:
                if outcome.error is not None:
                    answers.append(unreadable_drive(outcome.path, outcome.error))
                continue
            replays.append(result)
            if lines is not None:
                _write_alerts(lines, result, named=len(paths) > 1)
            times = times_of_drive(rule_times(outcome.pack or setting.pack), speed_told=result.speed_told)
            matching = match_drive(result.labels, result.alerts, times)
            if as_json:
                answers.append(replayed_drive(outcome, matching, times, recorded=setting.recorded, explained=explain))
            say(replay_lines(result, matching, times))
            if setting.recorded:
                say([recorded_line(result)])
            if outcome.trip is not None:
                say([f"  {summary_text(msgspec.to_builtins(outcome.trip))}"])
            if explain:
                say(["  timeline:", *timeline_lines(outcome.timeline)])
            if page is not None:
                say([page.write(page.made_of(outcome))])
            if overlay is not None:
                say([f"  drawn: {overlay}"])
        if len(paths) > 1:
            say([total_line(replays, time.monotonic() - started)])
    if as_json:
        pack = None if setting.recorded else setting.pack
        typer.echo(answer_text(ReplayAnswer(pack.name if pack else None, pack.sha256 if pack else None, tuple(answers))))
    if len(replays) < len(paths):
        raise typer.Exit(EXIT_FAILED)


def _open_lines(jsonl: Path | None, stack: ExitStack) -> IO[bytes] | None:
    if jsonl is None:
        return None
    if str(jsonl) == "-":
        return sys.stdout.buffer
    try:
        return stack.enter_context(create_lines(jsonl))
    except OSError as error:
        raise DriveError(f"{jsonl}: cannot be written: {error.strerror}") from error


def _speaker(lines: IO[bytes] | None, *, quiet: bool) -> Callable[[Iterable[str]], None]:
    """How to talk to people: not at all, or on the stream that the JSON lines leave free."""
    to_stderr = lines is sys.stdout.buffer

    def say(text: Iterable[str]) -> None:
        if not quiet:
            for line in text:
                typer.echo(row(line), err=to_stderr)

    return say


def _write_alerts(lines: IO[bytes], result: Replay, *, named: bool) -> None:
    """The alerts of one drive; `named`, each says which drive it is from."""
    drive = b',"drive":' + json.dumps(str(result.path)).encode() + b"}" if named else b"}"
    for alert in result.alerts:
        lines.write(to_json(alert)[:-1] + drive + b"\n")
    lines.flush()
