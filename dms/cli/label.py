"""`dms label`: quick labels for a drive, and to and from an annotation tool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from dms.config.problems import suggestion
from dms.console import completions
from dms.console.answers import answer_text
from dms.console.clock_text import seconds_of
from dms.console.label_exchange import export_labels, import_labels
from dms.console.label_text import label_answer, label_lines, label_text, numbered
from dms.console.mounting_options import Fps, recorded_as
from dms.console.terminal_text import row
from dms.counted import counted
from dms.drives.labels.labelling import Labelled, read_labelled
from dms.drives.labels.labels import LABEL_KINDS
from dms.errors import UsageError
from dms.types import KSS, Label
from dms.videos.length import VideoLength


def command(
    drive: Annotated[
        Path, typer.Argument(metavar="DRIVE", help="A drive (.jsonl, .jsonl.gz, .mcap or video).", show_default=False)
    ],
    begin: Annotated[str | None, typer.Option("--from", help="Where the label begins: 754.2, 12:34.2 or 1:02:03.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Where it ends.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help="What the driver did, such as fatigue.microsleep; kss: their rating.", autocompletion=completions.label_kinds
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="A remark.")] = "",
    value: Annotated[float | None, typer.Option(help="Of a rating (kind kss): 1, extremely alert, to 9, fighting sleep.")] = None,
    show: Annotated[bool, typer.Option("--list", help="Show the labels, as the command does without other options.")] = False,
    remove: Annotated[int | None, typer.Option(min=1, help="Remove the label with this number.")] = None,
    export_to: Annotated[
        Path | None,
        typer.Option("--export", help="Write all labels for a tool: .eaf (ELAN), .openlabel.json, .labelstudio.json."),
    ] = None,
    video: Annotated[
        Path | None, typer.Option(help="With --export: the video to show. Default: the one beside the drive.")
    ] = None,
    import_from: Annotated[
        Path | None, typer.Option("--import", help="Take the labels of a document of one of these tools.")
    ] = None,
    tier: Annotated[
        list[str] | None,
        typer.Option(help="With --import: NAME=KIND, a tier, type or label with another name; may be given again."),
    ] = None,
    agreement: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="A B", help="How far two people agree: files with their labels, or 'inside' for those in the drive itself."
        ),
    ] = None,
    fps: Fps = None,
    force: Annotated[bool, typer.Option("--force", help="Let --export or --import replace what is there.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the labels as one JSON object: docs/schema/dms-label.schema.json.")
    ] = False,
) -> None:
    """Label what a driver did: add, list, remove or compare labels, or exchange them with annotation tools.

    Labels are kept in a file beside the drive, NAME.labels.csv, or NAME.labels.json where there is one.
    """
    adds = any(given is not None for given in (begin, end, kind, value)) or bool(note)
    actions = {"--from … --to … --kind": adds, "--list": show, "--remove": remove is not None}
    actions |= {"--export": export_to is not None, "--import": import_from is not None, "--agreement": agreement is not None}
    wanted = [name for name, is_wanted in actions.items() if is_wanted]
    if len(wanted) > 1:
        raise UsageError(f"{' and '.join(wanted)}: one at a time")
    _refuse_strays(export_to, import_from, video=video, tier=tier, force=force)
    new = _label(begin, end, kind, note, value) if adds else None
    tiers = _tiers(tier or [])
    labelled = read_labelled(drive, perceive=partial(VideoLength, recorded_as=recorded_as(None, None, fps)))
    for warning in labelled.warnings:
        typer.echo(row(f"dms: {warning}"), err=True)
    if as_json and export_to is not None:
        raise UsageError("--json tells what the labels are, and --export changes none: leave one of them out")
    if agreement is not None:
        from dms.console.agreement_text import agreement_answer, agreement_lines

        answer = agreement_answer(labelled, *agreement, fps)
        for line in [answer_text(answer)] if as_json else map(row, agreement_lines(answer)):
            typer.echo(line)
        return
    if export_to is not None:
        export_labels(labelled, export_to, video, fps, force=force)
        return
    changed, done = labelled, ""
    if new is not None:
        changed, done = labelled.with_beside([*labelled.beside, new]), f"added {label_text(new)}"
    elif remove is not None:
        changed, done = _without(labelled, remove)
    elif import_from is not None:
        changed, done = import_labels(labelled, import_from, tiers, fps, force=force), f"imported from {import_from}"
    if done:
        changed.save()
        inside = f", {len(changed.inside)} more in the drive itself" if changed.inside else ""
        typer.echo(f"{changed.side}: {done}; {counted(len(changed.beside), 'label')} now{inside}", err=as_json)
    if as_json:
        typer.echo(answer_text(label_answer(changed)))
    elif not done:
        for line in label_lines(labelled):
            typer.echo(row(line))


def _refuse_strays(
    export_to: Path | None, import_from: Path | None, *, video: Path | None, tier: list[str] | None, force: bool
) -> None:
    if video is not None and export_to is None:
        raise UsageError("--video goes with --export")
    if tier and import_from is None:
        raise UsageError("--tier goes with --import")
    if force and export_to is None and import_from is None:
        raise UsageError("--force goes with --export or --import")


def _label(begin: str | None, end: str | None, kind: str | None, note: str, value: float | None) -> Label:
    missing = [name for name, given in (("--from", begin), ("--to", end), ("--kind", kind)) if given is None]
    if missing or begin is None or end is None or kind is None:
        raise UsageError(f"a label needs --from, --to and --kind; missing: {', '.join(missing)}")
    _check_kind("--kind", kind)
    if kind == KSS and value is None:
        raise UsageError("a rating (--kind kss) needs its --value, 1 to 9")
    return Label(seconds_of("--from", begin), seconds_of("--to", end), kind, note, value)


def _check_kind(option: str, kind: str) -> None:
    if kind not in LABEL_KINDS:
        raise UsageError(f"{option} {kind}: unknown kind of label{suggestion(kind, LABEL_KINDS)}")


def _tiers(mappings: Sequence[str]) -> dict[str, str]:
    tiers: dict[str, str] = {}
    for mapping in mappings:
        name, equals, kind = mapping.rpartition("=")
        if not equals or not name:
            raise UsageError(f"--tier {mapping}: expected NAME=KIND, such as 'eyes closed=fatigue.microsleep'")
        _check_kind(f"--tier {mapping}:", kind)
        tiers[name] = kind
    return tiers


def _without(labelled: Labelled, number: int) -> tuple[Labelled, str]:
    """The drive without the label of that number, and what was done."""
    if number > len(labelled.beside):
        inside = f"; {counted(len(labelled.inside), 'label')} in the drive itself cannot be removed" if labelled.inside else ""
        raise UsageError(f"--remove {number}: {labelled.side} has {counted(len(labelled.beside), 'label')}{inside}")
    label = numbered(labelled)[number - 1]
    rest = tuple(other for other in labelled.beside if other is not label)
    return replace(labelled, beside=rest), f"removed {label_text(label)}"
