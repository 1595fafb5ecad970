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
from dms.console.replay_options import CabinName, RulesOrRecorded, Speed
from dms.console.report_file import ReportPage
from dms.console.terminal_text import row
from dms.console.weights_option import Models, asked_weights, check_models
from dms.decision.pack_loader import load_pack
from dms.drives.report.origin import Origin
from dms.errors import UsageError
from dms.recording.drive import find_drives


def command(
    drive: Annotated[
        Path, typer.Argument(metavar="DRIVE", help="A drive (.jsonl, .jsonl.gz, .mcap or video).", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.", show_default=False)],
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
    """
    if drive.is_dir():
        raise UsageError(f"{drive}: a folder, and a report shows one drive")
    where, recorded = asked_region(driver_side, region), recorded_as(rotate, mirror, fps)
    setting = replay_setting(rules, cabin, speed_kph, where, recorded_as=recorded, weights=asked_weights(models))
    check_models(models, [drive])
    other = load_pack(compare) if compare is not None else None
    mounting = recorded.mounting
    origin = Origin(rules, compare, cabin, speed_kph, "report", where, mounting.rotate_deg, mounting.mirror, fps, models)
    page = ReportPage(output, origin, compare=other, pictures=pictures, force=force, recorded_as=recorded)
    for outcome in outcomes(find_drives([drive]), setting, None, progress=not quiet, also=page.watches.all):
        written = page.write(outcome)
        if not quiet:
            typer.echo(row(written))
