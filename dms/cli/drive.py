"""`dms drive`: handling drive files: what is in one, parts of it, several as one, and the log of a vehicle's bus beside it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from dms.config.problems import suggestion
from dms.console.answers import answer_text
from dms.console.apart import check_apart, check_nothing_follows, check_parts
from dms.console.clock_text import seconds_of
from dms.console.drive_bags import from_ros, to_ros
from dms.console.terminal_text import row
from dms.counted import counted
from dms.errors import UsageError
from dms.recording.drive import VIDEO_SUFFIXES, Drive, find_drives, open_drive
from dms.recording.drive_writer import DriveWriter, Pictures, check_output, write_drive, write_pieces
from dms.recording.editing import TOPIC_OF, Span, after_a_gap, cut, longer_than, merged, split, with_topics
from dms.recording.images import images_of
from dms.types import DriveRecord

app = typer.Typer(help="Drive files: what is in them, parts of them, several as one.", no_args_is_help=True)
IMAGE = "image"
TOPICS = (*TOPIC_OF.values(), IMAGE)
SHORTEST_PART_S = 1.0
"""A file for each picture is nobody's wish."""

One = Annotated[Path, typer.Argument(metavar="DRIVE", help="A drive (.mcap, .jsonl, .jsonl.gz).", show_default=False)]
Several = Annotated[list[Path], typer.Argument(metavar="DRIVE...", help="Drives, or folders of them.", show_default=False)]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The new drive (.mcap, .jsonl, .jsonl.gz).")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


@app.command()
def info(
    drives: Several,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object: docs/schema/dms-drive-info.schema.json.")] = False,
) -> None:
    """What is in drives: records by topic, from when to when, gaps, pictures, the rules."""
    from dms.console.answers import DriveInfoAnswer
    from dms.console.drive_contents import contents_of, contents_text

    found = [contents_of(path) for path in find_drives(drives)]
    typer.echo(answer_text(DriveInfoAnswer(tuple(found))) if as_json else "\n\n".join(map(contents_text, found)))


@app.command(name="cut")
def cut_command(
    drive: One,
    output: Output,
    begin: Annotated[str | None, typer.Option("--from", help="Where it begins: 754.2, 12:34.2 or 1:02:03.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Where it ends.")] = None,
    force: Force = False,
) -> None:
    """A span of a drive. Times stay as they are, so that alerts and labels can be found again."""
    span = Span(0.0 if begin is None else seconds_of("--from", begin), float("inf") if end is None else seconds_of("--to", end))
    if span.begin_s >= span.end_s:
        raise UsageError("--from is not before --to")
    check_parts(output, [drive])
    records, metadata, opened = _read(drive)
    pictures = Pictures(images_of(drive, begin_s=span.begin_s, end_s=span.end_s))
    writer = write_drive(output, metadata, cut(records, span), pictures, force=force)
    _done(writer, opened)
    if not writer.records:
        typer.echo(f"dms: {drive}: has nothing between --from and --to", err=True)


@app.command(name="filter")
def filter_command(
    drive: One,
    output: Output,
    topics: Annotated[list[str] | None, typer.Option("--topic", help=f"Topic to keep: {', '.join(TOPICS)}.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="Leave this topic out; again for more.")] = None,
    force: Force = False,
) -> None:
    """A drive with some topics only; `--without image` is one without pictures of the driver."""
    if bool(topics) == bool(without):
        raise UsageError("either --topic or --without says what is kept")
    for topic in (*(topics or ()), *(without or ())):
        if topic not in TOPICS:
            raise UsageError(f"{topic}: no such topic{suggestion(topic, TOPICS)}")
    kept = frozenset(topics or ()) or frozenset(TOPICS) - frozenset(without or ())
    check_parts(output, [drive])
    records, metadata, opened = _read(drive)
    pictures = Pictures(images_of(drive) if IMAGE in kept else ())
    _done(write_drive(output, metadata, with_topics(records, kept), pictures, force=force), opened)


@app.command(name="split")
def split_command(
    drive: One,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The new drives' name, before a number.")],
    every: Annotated[str | None, typer.Option(help="Begin another part after so long: 600, 10:00.")] = None,
    gap: Annotated[float | None, typer.Option(min=0.1, help="Begin another after so many seconds of nothing.")] = None,
    force: Force = False,
) -> None:
    """A drive in several files: parts of so many seconds, which replay as one drive again, or a drive between any two gaps."""
    if (every is None) == (gap is None):
        raise UsageError("either --every or --gap says where to split")
    length_s = seconds_of("--every", every) if every is not None else SHORTEST_PART_S
    if length_s < SHORTEST_PART_S:
        raise UsageError(f"--every {every}: a part of at least {SHORTEST_PART_S:g} s is wanted")
    is_next = longer_than(length_s) if every is not None else after_a_gap(gap or 0.0)
    records, metadata, opened = _read(drive)
    pictures = Pictures(images_of(drive))
    # parts that follow each other are read as one drive by their names; drives between gaps must not be
    mark = "part" if every is not None else "drive"
    check_output(output, force=True)

    def place(number: int) -> Path:
        path = _numbered(output, f"{mark}{number:02d}")
        check_apart("--output", path, [drive])
        return path

    def pieces() -> Iterator[Iterator[DriveRecord]]:
        given = 0
        for piece in split(records, is_next):
            yield piece
            given += 1
        if mark == "part":
            check_nothing_follows(place(given + 1))

    for writer in write_pieces(place, metadata, pieces(), pictures, force=force):
        typer.echo(row(_told(writer)))
    if every is not None and output.suffix.lower() != ".mcap":
        typer.echo(f"dms: {output}: parts are read as one drive where they are .mcap; these are drives of their own", err=True)
    _warn(opened)


@app.command(name="join")
def join_command(
    drives: Annotated[
        list[Path],
        typer.Argument(metavar="DRIVE...", help="Drives of one clock, or a video.", show_default=False),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The new drive. Default for a video: VIDEO.jsonl."),
    ] = None,
    can: Annotated[Path | None, typer.Option("--can", metavar="LOG", help="A log of the bus: ASC, BLF, TRC, candump.")] = None,
    dbc: Annotated[Path | None, typer.Option(help="The DBC that describes it.")] = None,
    signals: Annotated[
        Path | None, typer.Option(metavar="YAML", help="Which signals are the speed and the rest, as `signals:` of a source can.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="YAML", help="Take DBC and signals from the source can of this configuration.")
    ] = None,
    offset: Annotated[
        float | None, typer.Option(help="Second of the drive at which the log begins. Default: by their clocks, or together.")
    ] = None,
    began: Annotated[
        str | None, typer.Option(metavar="TIME", help="When the drive began: 2026-11-21T09:30:00.250Z. Default: from its name.")
    ] = None,
    force: Force = False,
) -> None:
    """Several drives as one, by time: parts, or observations and a trace of the vehicle; with --can the vehicle out of a log."""
    from dms.console.can_join import aligned_trace, trace_text

    if can is None and any(each is not None for each in (dbc, signals, config, offset, began)):
        raise UsageError("--dbc, --signals, --config, --offset and --began go with --can")
    if can is None and len(drives) < 2:
        raise UsageError("one drive alone joins nothing: give another, or --can LOG")
    video = drives[0] if drives[0].suffix.lower() in VIDEO_SUFFIXES else None
    if video is not None and (len(drives) > 1 or can is None):
        raise UsageError(f"{video}: a video is joined by itself, with --can LOG")
    target = output or (video.with_suffix(".jsonl") if video is not None else None)
    if target is None:
        raise UsageError("--output says where to write")
    check_output(target, force=force)
    check_parts(target, drives[:1] if len(drives) == 1 else ())
    streams, metadata, opened = _streams(drives, video, target)
    trace = None
    if can is not None:
        trace = aligned_trace(drives[0], can, dbc=dbc, signals=signals, config=config, offset_s=offset, began=began)
        streams.append(iter(trace.states))
    images = (images_of(path, following=len(drives) == 1) for path in drives if video is None)
    pictures = Pictures(heapq.merge(*images, key=lambda image: image.t))
    writer = write_drive(target, metadata, merged(streams), pictures, force=force)
    if trace is not None:
        typer.echo(trace_text(trace))
    _done(writer, *opened)


app.command(name="to-ros")(to_ros)
app.command(name="from-ros")(from_ros)


def _streams(
    drives: list[Path], video: Path | None, target: Path
) -> tuple[list[Iterator[DriveRecord]], dict[str, str], list[Drive]]:
    """The records of each drive; of a video, the labels and inputs that stand beside it, where they are about to be replaced."""
    if video is not None:
        if not video.is_file():
            raise UsageError(f"{video}: no such video")
        if not target.exists():
            return [], {}, []
        records, _, opened = _read(target)
        return [with_topics(records, frozenset(TOPIC_OF.values()) - {"vehicle"})], {}, [opened]
    streams: list[Iterator[DriveRecord]] = []
    opened_drives: list[Drive] = []
    metadata: dict[str, str] = {}
    for path in drives:
        records, each, opened = _read(path, following=len(drives) == 1)
        streams.append(records)
        metadata = metadata or each
        opened_drives.append(opened)
    return streams, metadata, opened_drives


def _read(path: Path, *, following: bool = True) -> tuple[Iterator[DriveRecord], dict[str, str], Drive]:
    """The records of a drive, its metadata, and what says in the end what was lost."""
    from dms.recording.mcap_reader import McapDrive

    (found,) = find_drives([path]) if path.is_file() else _refused(path)
    if found.suffix.lower() in VIDEO_SUFFIXES:
        raise UsageError(f"{path}: a video; this command handles records (.mcap, .jsonl, .jsonl.gz)")
    drive: Any
    if following or found.suffix.lower() != ".mcap":
        drive = open_drive(found, landmarks=True)
    else:
        drive = McapDrive(found, landmarks=True)
    records = iter(drive)
    first = next(records, None)  # metadata are known once reading has begun
    return chain(() if first is None else (first,), records), dict(drive.metadata), drive


def _refused(path: Path) -> list[Path]:
    raise UsageError(f"{path}: {'a folder: give one drive' if path.is_dir() else 'no such drive'}")


def _numbered(path: Path, mark: str) -> Path:
    """`DRIVE-part01.mcap` for `DRIVE.mcap`."""
    name = path.name
    suffix = ".jsonl.gz" if name.lower().endswith(".jsonl.gz") else path.suffix
    return path.with_name(f"{name[: -len(suffix)]}-{mark}{suffix}")


def _told(writer: DriveWriter) -> str:
    pictures = f", {counted(writer.pictures, 'picture')}" if writer.pictures else ""
    return f"{writer.path}: {counted(writer.records, 'record')}{pictures}"


def _done(writer: DriveWriter, *opened: Drive) -> None:
    typer.echo(row(_told(writer)))
    for drive in opened:
        _warn(drive)


def _warn(drive: Drive) -> None:
    for warning in drive.warnings:
        typer.echo(row(f"dms: {warning}"), err=True)
