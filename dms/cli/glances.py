"""`dms glances`: where drivers looked, in the terms of ISO 15007."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from dms.config import defaults
from dms.console.answers import answer_text
from dms.console.apart import check_apart
from dms.console.drive_outcomes import outcomes, replay_setting
from dms.console.driver_place import DriverSide, Region, SideChoice, asked_region
from dms.console.glances_text import glance_lines, glances_answer
from dms.console.mounting_options import Fps, Mirror, Rotate, recorded_as
from dms.console.replay_options import CabinName, Drives, Processes, Speed
from dms.console.weights_option import Models, asked_weights, check_models
from dms.drives.labels.whole_file import write_whole
from dms.drives.scoring.score import driver_of
from dms.errors import EXIT_FAILED, UsageError
from dms.recording.drive import find_drives
from dms.trip.glances.csv_text import areas_csv, links_csv
from dms.trip.glances.of_drives import DriveGlances, scopes


def command(
    drives: Drives,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="The figures of every area as CSV.")] = None,
    transitions: Annotated[Path | None, typer.Option(metavar="FILE", help="The transitions between areas as CSV.")] = None,
    cabin: CabinName = defaults.CABIN,
    speed_kph: Speed = None,
    driver_side: DriverSide = SideChoice.ANY,
    region: Region = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    fps: Fps = None,
    models: Models = None,
    processes: Processes = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The figures as one JSON object: docs/schema/dms-glances.schema.json.")
    ] = False,
) -> None:
    """Glances at each area of the cabin (ISO 15007): how many, how long, what share, and transitions between areas.

    A table for each driver; the CSV files hold each drive as well. Time in which nobody knows where the driver looked, and time
    at a standstill, is not counted and is said. A drive that cannot be read is named, and the exit code is 1.
    """
    for path in (csv, transitions):
        if path is not None and path.exists() and not force:
            raise UsageError(f"{path}: exists; --force replaces it")
    if csv is not None and csv == transitions:
        raise UsageError(f"--csv and --transitions: both {csv}")
    where, recorded = asked_region(driver_side, region), recorded_as(rotate, mirror, fps)
    weights = asked_weights(models)
    setting = replay_setting(defaults.RULES, cabin, speed_kph, where, glances=True, recorded_as=recorded, weights=weights)
    paths = find_drives(drives)
    check_models(models, paths)
    for option, path in (("--csv", csv), ("--transitions", transitions)):
        check_apart(option, path, paths)
    found = [
        DriveGlances(outcome.path, driver_of(outcome.path, outcome.replay.metadata), outcome.glances)
        for outcome in outcomes(paths, setting, processes, progress=True)
        if outcome.replay is not None and outcome.glances is not None
    ]
    if not found:
        raise typer.Exit(EXIT_FAILED)
    of_drives, of_drivers = scopes(found)
    for path, text_of in ((csv, areas_csv), (transitions, links_csv)):
        if path is not None:
            write_whole(path, text_of([*of_drives, *of_drivers]))
            typer.echo(f"dms: written: {path}", err=True)
    if as_json:
        typer.echo(answer_text(glances_answer(of_drives, of_drivers)))
    else:
        drives_of = Counter(each.driver for each in found)
        typer.echo("\n\n".join("\n".join(glance_lines(scope, drives_of[scope.driver])) for scope in of_drivers))
    if len(found) < len(paths):
        raise typer.Exit(EXIT_FAILED)
