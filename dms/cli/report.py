"""`dms report`: a recorded drive as a page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dms.config import defaults
from dms.console import completions
from dms.console.drive_outcomes import outcomes, replay_setting
from dms.console.driver_place import DriverSide, Region, SideChoice, asked_region
from dms.console.mounting_options import Fps, Mirror, Rotate, recorded_as
from dms.console.replay_options import CabinName, Drives, RulesOrRecorded, Speed
from dms.console.report_file import ReportPage
from dms.console.report_folder import ReportFolder
from dms.console.terminal_text import message, row
from dms.console.weights_option import Models, asked_weights, check_models
from dms.decision.pack_loader import load_pack
from dms.drives.report.origin import Origin
from dms.drives.report.report import Report
from dms.errors import EXIT_FAILED, DmsError
from dms.recording.drive import find_drives


def command(
    drives: Drives,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="The page to write; of several drives, the folder for theirs.", show_default=False),
    ],
    rules: RulesOrRecorded = defaults.RULES,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="PACK", help="A second pack: both side by side, what differs first.", autocompletion=completions.packs
        ),
    ] = None,
    cabin: CabinName = defaults.CABIN,
    speed_kph: Speed = None,
    driver_side: DriverSide = SideChoice.ANY,
    region: Region = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    fps: Fps = None,
    models: Models = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Include pictures of the driver, if there are any.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing page.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only warnings and errors.")] = False,
) -> None:
    """Replay a drive and write one page that shows it: cues over time, alerts against labels, the score, the trip.

    The page opens in any browser and needs no network: it holds everything, pictures of the driver included.

    Several drives, or a folder of them, get a page each in the folder -o, and index.html lists them, the worst first. A drive
    that cannot be read is named there, and the exit code is 1.
    """
    paths = find_drives(drives)
    where, recorded = asked_region(driver_side, region), recorded_as(rotate, mirror, fps)
    setting = replay_setting(rules, cabin, speed_kph, where, recorded_as=recorded, weights=asked_weights(models))
    check_models(models, paths)
    other = load_pack(compare) if compare is not None else None
    mounting = recorded.mounting
    origin = Origin(rules, compare, cabin, speed_kph, "report", where, mounting.rotate_deg, mounting.mirror, fps, models)

    def page_at(path: Path, index: str | None = None) -> ReportPage:
        return ReportPage(path, origin, compare=other, pictures=pictures, force=force, recorded_as=recorded, index=index)

    def written(drive: Path, page: ReportPage) -> Report:
        (outcome,) = outcomes([drive], setting, None, progress=not quiet, also=page.watches.all)
        report = page.made_of(outcome)
        say(page.write(report))
        return report

    def say(line: str) -> None:
        if not quiet:
            typer.echo(row(line))

    if len(paths) == 1 and not drives[0].is_dir():
        written(paths[0], page_at(output))
        return
    folder = ReportFolder(output, paths, force=force)
    complete = True
    for drive, page in folder.pages(lambda drive, path: page_at(path, folder.way_back(drive))):
        try:
            folder.done(drive, written(drive, page))
        except DmsError as error:
            typer.echo(message(str(error)), err=True)
            folder.failed(error)
            complete = False
    say(folder.write())
    if not complete:
        raise typer.Exit(EXIT_FAILED)
