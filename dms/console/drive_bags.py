"""`dms drive to-ros` and `from-ros`: drives as bags of ROS 2, and bags as drives."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dms.config import defaults
from dms.console.can_join import began_s
from dms.console.drive_outcomes import outcomes, replay_setting
from dms.console.driver_place import DriverSide, Region, SideChoice, asked_region
from dms.console.mounting_options import Mirror, Rotate, recorded_as
from dms.console.replay_options import CabinName, RulesOrRecorded, Speed
from dms.console.terminal_text import row
from dms.counted import counted
from dms.errors import UsageError
from dms.recording.drive import VIDEO_SUFFIXES, find_drives
from dms.recording.drive_writer import Pictures, check_output, write_drive
from dms.recording.images import images_of


class StorageChoice(StrEnum):
    """What a bag keeps its messages in."""

    MCAP = "mcap"
    SQLITE3 = "sqlite3"


Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
Began = Annotated[
    str | None, typer.Option(metavar="TIME", help="When it began: 2026-11-21T09:30:00.250Z. Default: from its name, or 1970.")
]


def to_ros(
    drive: Annotated[Path, typer.Argument(metavar="DRIVE", help="A drive (.mcap, .jsonl, .jsonl.gz).", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="BAG", help="The new bag, a folder.")],
    storage: Annotated[StorageChoice, typer.Option(help="What it keeps its messages in.")] = StorageChoice.MCAP,
    rules: RulesOrRecorded = defaults.RULES,
    cabin: CabinName = defaults.CABIN,
    speed_kph: Speed = None,
    cues_hz: Annotated[float, typer.Option(min=0.1, max=1000.0, help="How often cues are told, at most.")] = 10.0,
    pictures: Annotated[bool, typer.Option("--pictures/--no-pictures", help="Include recorded pictures of the driver.")] = True,
    began: Began = None,
    force: Force = False,
) -> None:
    """A drive as a bag of ROS 2: its records, cues and speed to plot, alerts as a log, pictures."""
    from dms.drives.bags.export import BagExport
    from dms.recording.ros.bag import NS_PER_S
    from dms.recording.ros.writer import BagWriter

    if drive.suffix.lower() in VIDEO_SUFFIXES or drive.is_dir():
        raise UsageError(
            f"{drive}: {'a folder' if drive.is_dir() else 'a video'}; one drive is wanted (.mcap, .jsonl, .jsonl.gz)"
        )
    setting = replay_setting(rules, cabin, speed_kph)
    origin_ns = round(began_s(drive, began) * NS_PER_S)
    with BagWriter(output, storage.value, origin_ns, force=force) as bag:
        export = BagExport(bag, Pictures(images_of(drive) if pictures else ()), cues_hz)
        for outcome in outcomes(find_drives([drive]), setting, progress=True, also=[export]):
            assert outcome.replay is not None, "the error of a single drive is raised"
            export.write_pictures(outcome.replay.end_s)
    typer.echo(f"{output}: {counted(sum(bag.counts.values()), 'message')} on {counted(len(bag.counts), 'topic')}")


def from_ros(
    bag: Annotated[Path, typer.Argument(metavar="BAG", help="A bag of ROS 2: a folder with metadata.yaml.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The new drive (.mcap, .jsonl, .jsonl.gz).")],
    image: Annotated[
        str | None, typer.Option(metavar="TOPIC", help="The pictures with the driver. Default: the only ones.")
    ] = None,
    speed: Annotated[str | None, typer.Option(metavar="TOPIC", help="The vehicle's speed. Default: the only velocity.")] = None,
    pictures: Annotated[bool, typer.Option("--pictures/--no-pictures", help="Keep pictures (JPEG, .mcap).")] = False,
    driver_side: DriverSide = SideChoice.ANY,
    region: Region = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    force: Force = False,
) -> None:
    """A bag of ROS 2 as a drive: what dms exported comes back; other bags are perceived, picture by picture."""
    from dms.videos.bag_drive import BagDrive, Wanted

    check_output(output, force=force)
    if pictures and output.suffix.lower() != ".mcap":
        raise UsageError(f"--pictures: {output} holds none; only .mcap does")
    wanted = Wanted(image, speed, asked_region(driver_side, region), recorded_as(rotate, mirror, None))
    drive = BagDrive(bag, wanted)
    writer = write_drive(output, drive.metadata, iter(drive), Pictures(drive.images() if pictures else ()), force=force)
    kept = f", {counted(writer.pictures, 'picture')}" if writer.pictures else ""
    typer.echo(f"{output}: {counted(writer.records, 'record')}{kept}; {'; '.join(drive.notes)}")
    for warning in drive.warnings:
        typer.echo(row(f"dms: {warning}"), err=True)
