"""Measures perception as users get it, next to the targets and to the best free peer.

    python -m tools.evaluate real ../shared/eval [--heldout DATA/heldout] [--peer-python PEER/bin/python] [--models DIR]
    python -m tools.evaluate axes | timing | unreadable

The real sets are for measuring only: nothing is trained on them and no threshold is fitted to them.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tools.render.scene import Studio

os.environ.setdefault("LP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PEER_SCRIPT = Path(__file__).parent / "evaluation" / "peer_mediapipe.py"
ASSETS = Path("../shared/assets")

app = typer.Typer(help="Judge perception by what the user gets.", no_args_is_help=True, pretty_exceptions_enable=False)
Models = Annotated[Path | None, typer.Option(help="Weights other than the shipped ones.", exists=True, file_okay=False)]
Assets = Annotated[Path, typer.Option(help="The folder of rendering ingredients.")]
Write = Annotated[bool, typer.Option("--write", help="Write what was measured into the manifest and the model cards.")]


@app.callback()
def one_thread() -> None:
    """Judge perception by what the user gets, on one thread."""
    import cv2

    cv2.setNumThreads(1)


@app.command()
def real(
    folder: Annotated[Path, typer.Argument(help="Evaluation sets.", exists=True, file_okay=False)] = Path("../shared/eval"),
    engine: Annotated[str, typer.Option(help="onnx or torch")] = "onnx",
    models: Models = None,
    assets: Assets = ASSETS,
    heldout: Annotated[Path | None, typer.Option(help="Held-out rendered shards.")] = None,
    peer_python: Annotated[Path | None, typer.Option(help="Python of an environment with MediaPipe.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Parts to measure, by name; all by default.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown.")] = False,
    write: Write = False,
) -> None:
    """Measure on real pictures, videos and held-out renders, and print one table."""
    from dms.perception.manifest import load_manifest, models_directory
    from tools.evaluation.cards import PEER_KEY, write_figures
    from tools.evaluation.helen import against_peer
    from tools.evaluation.registry import Bench, absent_keys, there
    from tools.evaluation.table import table
    from tools.evaluation.targets import ROWS

    if engine not in ("onnx", "torch"):
        raise typer.BadParameter(f"{engine!r} is neither onnx nor torch")
    hdri = assets / "hdri"
    bench = Bench(folder, models, engine, hdri if hdri.is_dir() else None, heldout)  # type: ignore[arg-type]
    figures: dict[str, float] = {}
    for part, place in there(bench, tuple(only or ())):
        began = time.monotonic()
        figures |= part.measure(bench, place)
        typer.echo(f"{part.name}: {time.monotonic() - began:.0f} s", err=True)
    peer = measure_peer(peer_python, folder) if peer_python else load_manifest(models).evaluation.get(PEER_KEY, {})
    if "helen_nme_eyes" in figures:
        figures |= against_peer(figures, peer)
    if write:
        write_figures(figures, peer, models or models_directory())
    typer.echo(table(figures, peer, absent_keys(bench), markdown=markdown))
    shown = {row.key for row in ROWS}
    typer.echo("\n" + "  ".join(f"{key} {value:.4f}" for key, value in figures.items() if key not in shown))
    typer.echo("\nMediaPipe: " + "  ".join(f"{key} {value:.4f}" for key, value in peer.items() if key not in shown))


@app.command()
def timing(models: Models = None, assets: Assets = ASSETS, write: Write = False) -> None:
    """Render a minute of short events and print how exactly their beginnings and lengths are read at 30, 15 and 10 fps."""
    from dms.perception.manifest import models_directory
    from tools.evaluation import timing as truth
    from tools.evaluation.markers import write_between
    from tools.evaluation.timing_drive import see

    text = truth.table(truth.timings(see(studio_of(assets), models)))
    typer.echo(text)
    if write:
        write_between((models or models_directory()) / "CARD_face.md", "timing", text)


@app.command()
def unreadable(models: Models = None, assets: Assets = ASSETS, write: Write = False) -> None:
    """Cover the eyes of the bundled drives and of renders, and count how often "closed" is said of them."""
    from dms.perception.manifest import models_directory
    from dms.perception.stills import StillReader
    from tools.evaluation import unreadable as hidden
    from tools.evaluation.cards import write_figures
    from tools.evaluation.markers import write_between
    from tools.evaluation.table import table

    drives, raised = hidden.on_drives(models)
    renders = hidden.on_renders(studio_of(assets), StillReader(directory=models))
    figures, text = hidden.figures(drives, raised, renders), hidden.table(drives, raised, renders)
    typer.echo(f"{text}\n\n{table(figures, {}, (), only_measured=True)}")
    if write:
        write_figures(figures, {}, models or models_directory())
        write_between((models or models_directory()) / "CARD_eye.md", "unreadable", text)


@app.command()
def axes(
    models: Models = None,
    assets: Assets = ASSETS,
    pictures: Annotated[int | None, typer.Option(min=4, help="Pictures a level; by default as the limits' file says.")] = None,
    write: Write = False,
) -> None:
    """Render held-out drivers under one condition after the other, and print what perception makes of them."""
    from dms.perception.manifest import models_directory
    from dms.perception.stills import StillReader
    from tools.evaluation import axes as robustness
    from tools.evaluation.markers import write_between

    limits = robustness.read_limits().report
    studio = studio_of(assets)
    count = pictures or limits.pictures
    levels = robustness.measure(studio, StillReader(directory=models), count)
    text = robustness.table(levels, limits, count)
    typer.echo(text)
    if write:
        write_between((models or models_directory()) / "CARD_face.md", "axes", text)


def studio_of(assets: Path) -> Studio:
    """The renderer.

    Raises:
        AssetsMissingError: its ingredients are not there.
    """
    from tools.render.assets import require_assets
    from tools.render.canvas import create_context
    from tools.render.scene import Studio

    return Studio(require_assets(assets), create_context())


def measure_peer(python: Path, folder: Path) -> dict[str, float]:
    """MediaPipe's figures, from its own environment."""
    done = subprocess.run([str(python), str(PEER_SCRIPT), str(folder)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{python} {PEER_SCRIPT}: {done.stderr.strip().splitlines()[-1] if done.stderr else 'no message'}")
    return {key: float(value) for key, value in json.loads(done.stdout.splitlines()[-1]).items()}


if __name__ == "__main__":
    app()
