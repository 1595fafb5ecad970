"""`dms report`: a recorded drive as a page to look at."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from dms.cli.perceived_video import PerceivedVideo
from dms.cli.progress import DriveProgress
from dms.cli.replay import CabinName, Rules, Speed
from dms.cli.report_file import check_target, write_report
from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.batch import Setting, replay_one
from dms.drives.reader import find_drives
from dms.drives.report.origin import Origin
from dms.drives.report.report import Report, ReportWatches
from dms.errors import UsageError


def command(
    drive: Annotated[Path, typer.Argument(help="A drive (.jsonl, .mcap or video).", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.", show_default=False)],
    rules: Rules = "default",
    compare: Annotated[str | None, typer.Option(help="A second pack: both side by side, what differs first.")] = None,
    cabin: CabinName = "left_hand_drive",
    speed_kph: Speed = None,
    pictures: Annotated[bool, typer.Option("--pictures/--no-pictures", help="With pictures of the driver, if there are.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing page.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only warnings and errors.")] = False,
) -> None:
    """Replay a drive and write one page that shows it: cues over time, alerts against labels, the score, the trip.

    The page opens in a browser, needs no network, and holds everything, pictures of the driver included.
    """
    if drive.is_dir():
        raise UsageError(f"{drive}: a report shows one drive, and this is a folder")
    check_target(output, force=force)
    other = load_pack(compare) if compare is not None else None
    setting = Setting(load_pack(rules), load_cabin(cabin), speed_kph, perceive=PerceivedVideo)
    path = find_drives([drive])[0]
    watches = ReportWatches(other)
    with DriveProgress() as line:
        shown = line.of if sys.stderr.isatty() and not quiet else None
        outcome = replay_one(path, setting, shown, watches.all)
    if outcome.replay is None:
        assert outcome.error is not None
        raise outcome.error
    for warning in (*outcome.replay.warnings, *outcome.replay.label_problems):
        typer.echo(f"dms: {warning}", err=True)
    options = [
        *(("--compare", compare) if compare else ()),
        *(("--speed-kph", f"{speed_kph:g}") if speed_kph is not None else ()),
    ]
    origin = Origin(
        shlex.join(["dms", "report", str(drive), "--rules", rules, *options, "--cabin", cabin, "-o", str(output)]), cabin
    )
    written = write_report(output, Report(outcome.replay, setting.pack, watches, origin), pictures=pictures)
    if not quiet:
        typer.echo(written)
