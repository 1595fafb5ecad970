"""Command line of the renderer: `python -m tools.render dataset|sheet|drive`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

os.environ.setdefault("LP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(help="Render synthetic drivers with exact truth.", no_args_is_help=True)
Assets = Annotated[Path, typer.Option(help="The assets folder.")]


def _shards(text: str) -> range:
    first, _, last = text.partition(":")
    try:
        return range(int(first), int(last))
    except ValueError:
        raise typer.BadParameter(f"{text}: give shards as FIRST:END, for example 0:40") from None


@app.command()
def dataset(
    out: Annotated[Path, typer.Option(help="Folder for the shards.")],
    kind: Annotated[str, typer.Option(help="face, eye, scene, cabin or bust.")],
    shards: Annotated[str, typer.Option(help="FIRST:END, END not included.")],
    assets: Assets = Path("../shared/assets"),
    workers: Annotated[int, typer.Option(min=1)] = 2,
    heldout: Annotated[bool, typer.Option("--heldout", help="Identities, hair and light never used otherwise.")] = False,
    seed: Annotated[int | None, typer.Option(help="Base seed.")] = None,
) -> None:
    """Draw shards of 250 pictures with truth; existing shards are kept."""
    from tools.render.assets import require_assets
    from tools.render.dataset import BASE_SEED, KINDS, Job, render_dataset

    if kind not in KINDS:
        raise typer.BadParameter(f"{kind}: not one of {', '.join(KINDS)}")
    job = Job(require_assets(assets), out, kind, heldout, BASE_SEED if seed is None else seed)
    render_dataset(job, _shards(shards), workers)


@app.command()
def sheet(
    out: Annotated[Path, typer.Option("-o", "--out")],
    kind: Annotated[str, typer.Option()] = "face",
    count: Annotated[int, typer.Option(min=1)] = 64,
    landmarks: Annotated[bool, typer.Option("--landmarks", help="Draw the truth over the pictures.")] = False,
    assets: Assets = Path("../shared/assets"),
    seed: Annotated[int, typer.Option()] = 0,
    heldout: Annotated[bool, typer.Option("--heldout")] = False,
    columns: Annotated[int, typer.Option()] = 0,
    colour: Annotated[bool, typer.Option("--colour", help="As rendered, before the camera's faults.")] = False,
) -> None:
    """Draw a contact sheet."""
    from tools.render.contact_sheet import contact_sheet

    contact_sheet(assets, kind, count, out, landmarks, seed, heldout, columns, colour)


@app.command()
def drive(
    script: Annotated[Path, typer.Argument(help="Timeline, see tools/render/scripts.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="OUT.mp4 and OUT.jsonl are written.")],
    assets: Assets = Path("../shared/assets"),
    quality: Annotated[int, typer.Option(help="H.264 quality, lower is better and larger.")] = 24,
) -> None:
    """Play a scripted drive into a video with vehicle trace and labels."""
    from tools.render.assets import require_assets
    from tools.render.drives import render_drive
    from tools.render.script import read_script

    render_drive(read_script(script), require_assets(assets), out, quality)


@app.command("mean-face")
def mean_face(
    out: Annotated[Path, typer.Option("-o", "--out")] = Path("dms/perception/mean_face.json"),
    assets: Assets = Path("../shared/assets"),
) -> None:
    """Write the mean face's landmarks in three dimensions, which the pose from landmarks rests on."""
    from tools.render.assets import require_assets
    from tools.render.mean_face import write_mean_face

    write_mean_face(require_assets(assets), out)


if __name__ == "__main__":
    app()
