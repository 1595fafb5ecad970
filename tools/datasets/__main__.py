"""`python -m tools.datasets shards|export|look`: own data in, rendered data out. docs/datasets.md has every format.

python -m tools.datasets shards 300w-lp 300W_LP --out data/train --heldout-share 0.1
python -m tools.datasets export --shards data/train --out faces
python -m tools.datasets look coco faces -o sheet.png
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from dms.errors import EXIT_FAILED, DmsError, UsageError, reason
from tools.datasets.checks import examined
from tools.datasets.data_sheet import Counts, data_sheet
from tools.datasets.drawing import sheet
from tools.datasets.face import LabelledFace, is_held_out
from tools.datasets.files import write_picture
from tools.datasets.formats import FORMATS, Format
from tools.datasets.problems import Collected, DatasetError
from tools.datasets.shards import ShardWriter
from tools.datasets.shards import read as read_shards

T = TypeVar("T")
TOLD_EVERY = 1000
HELD_OUT = "heldout"
"""The folder below the shards that training does not read."""

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Own data in, rendered data out."
)
FormatName = Annotated[str, typer.Argument(help=", ".join(FORMATS), metavar="FORMAT")]
Pictures = Annotated[Path | None, typer.Option(help="Where the pictures lie, if not where the format has them.")]
Out = Annotated[Path, typer.Option(help="A folder.")]


@app.command()
def shards(
    format_name: FormatName,
    path: Annotated[Path, typer.Argument(help="The data set: " + "; ".join(f"{n}: {f.path}" for n, f in FORMATS.items()))],
    out: Out,
    pictures: Pictures = None,
    heldout_share: Annotated[
        float, typer.Option(help="Of the people, for OUT/heldout; nobody is on both sides.", min=0.0, max=1.0)
    ] = 0.0,
    leave_out_bad: Annotated[
        bool, typer.Option("--leave-out-bad", help="Go on without what cannot be used; it is named.")
    ] = False,
) -> None:
    """Labelled faces as shards, which `python -m tools.train face --data OUT` reads."""
    form = _format(format_name)
    for folder in (out, out / HELD_OUT):  # left there, they might hold somebody of the other side
        if any(folder.glob(f"face-{format_name}-*.npz")):
            raise UsageError(f"{folder}: holds shards of {format_name} already; remove them, or choose another folder")
    if not leave_out_bad:  # all of it is looked at before anything is written
        _check_all(form.read(path, pictures))
    collected = Collected()
    people: tuple[set[str], set[str]] = (set(), set())
    with ShardWriter(out, format_name) as training, ShardWriter(out / HELD_OUT, format_name) as held_out:
        for each in collected.good_ones(_counted(examined(form.read(path, pictures)), "written")):
            side = is_held_out(each[0].person, heldout_share)
            people[side].add(each[0].person)
            (held_out if side else training).add(each)
    if not collected.good:
        collected.check()
    if collected.problems:
        sys.stderr.write(f"left out {len(collected.problems)}:\n{collected.in_words()}\n")
    said = f"{out}: {training.written} faces of {len(people[0])} people to train with"
    if held_out.written:
        said += f"; {out / HELD_OUT}: {held_out.written} faces of {len(people[1])} people held out"
    sys.stdout.write(f"{said}\n")


@app.command()
def export(
    shard_folder: Annotated[Path, typer.Option("--shards", help="A folder with face-*.npz.")],
    out: Out,
    as_format: Annotated[str, typer.Option("--format", help=", ".join(n for n, f in FORMATS.items() if f.write))] = "coco",
    most: Annotated[int | None, typer.Option(help="Faces; all by default.", min=1)] = None,
) -> None:
    """Rendered faces as a data set for other people's toolkits: pictures, labels, and a data sheet with counts."""
    write = _format(as_format).write
    if write is None:
        raise UsageError(f"'{as_format}' cannot be written")
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out}: not empty; a data set goes into a folder of its own")
    _check_all(islice(read_shards(shard_folder), most))
    counts = Counts()
    write(counts.counted(examined(islice(read_shards(shard_folder), most))), out)
    (out / "DATASHEET.md").write_text(data_sheet(counts, as_format), encoding="utf-8")
    sys.stdout.write(f"{out}: {len(counts.faces)} faces of {len(counts.people)} people as {as_format}\n")


def _counted(found: Iterable[T], doing: str) -> Iterator[T]:
    """What was found, told on standard error now and then: a large data set is not to be a silent one."""
    for number, each in enumerate(found, 1):
        yield each
        if number % TOLD_EVERY == 0:
            sys.stderr.write(f"{number} labels {doing}\n")


def _check_all(found: Iterable[LabelledFace | DatasetError]) -> None:
    collected = Collected()
    for _ in collected.good_ones(_counted(examined(found), "looked at")):
        pass
    collected.check()


@app.command()
def look(
    format_name: FormatName,
    path: Annotated[Path, typer.Argument(help="The data set.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A .png or .jpg file.")],
    pictures: Pictures = None,
    count: Annotated[int, typer.Option(help="Faces.", min=1, max=400)] = 16,
) -> None:
    """Draw what was read over the pictures: points, the head's axes, gaze, angles. Look at it before you train."""
    if out.suffix not in (".png", ".jpg"):
        raise UsageError(f"{out}: a picture's name ends in .png or .jpg")
    collected, faces = Collected(), []
    for each in collected.good_ones(examined(_format(format_name).read(path, pictures))):
        faces.append(each)
        if len(faces) == count:
            break
    if not faces:
        collected.check()
    write_picture(out, sheet(faces))
    if collected.problems:
        sys.stderr.write(f"left out {len(collected.problems)}:\n{collected.in_words()}\n")


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise UsageError(f"'{name}' is none of {', '.join(FORMATS)}")
    return FORMATS[name]


def main() -> None:
    """Run the command line; what the user can put right is one message and an exit code."""
    try:
        app(prog_name="python -m tools.datasets")
    except DmsError as error:
        sys.stderr.write(f"datasets: {error}\n")
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk behind what is written
        sys.stderr.write(f"datasets: {reason(error)}\n")
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
