"""Accuracy on real faces, beside what was asked for and what the best free peer has: one table.

    python tools/evaluate.py ../shared/eval --assets ../shared/assets --heldout DATA/heldout [--peer-python PEER/bin/python]

The sets are for measuring only: nothing is trained on them and no threshold is fitted to them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import cv2
import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from dms.perception.engines import EngineName, load_network
from dms.perception.manifest import load_manifest, models_directory
from dms.perception.stills import StillReader
from tools.evaluation import empty_places, eye_crops, ferplus, helen, in_car, rendered
from tools.evaluation.cards import PEER_KEY, write_figures
from tools.evaluation.table import ROWS, table

PEER_SCRIPT = Path(__file__).parent / "evaluation" / "peer_mediapipe.py"


def measure(folder: Path, engine: EngineName, models: Path | None, hdri: Path | None, heldout: Path | None) -> dict[str, float]:
    """Every figure that the given data allows."""
    reader = StillReader(engine, models)
    threshold = load_manifest(models).networks["eye"].thresholds["open"]
    figures = {
        **helen.measure(reader, folder / "landmarks_helen"),
        **eye_crops.measure(load_network("eye", engine, models), threshold, folder / "eye_crops"),
        **in_car.measure_yawdd(reader, folder / "yawdd" / "frames"),
        **in_car.measure_car(reader, folder / "car_one_driver"),
        **ferplus.measure(reader, folder / "ferplus_valid"),
    }
    if hdri is not None:
        figures |= empty_places.measure(reader, hdri)
    if heldout is not None:
        figures |= rendered.measure(reader, heldout)
    return figures


def measure_peer(python: Path, folder: Path) -> dict[str, float]:
    """MediaPipe's figures, from its own environment."""
    done = subprocess.run([str(python), str(PEER_SCRIPT), str(folder)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{python} {PEER_SCRIPT}: {done.stderr.strip().splitlines()[-1] if done.stderr else 'no message'}")
    return {key: float(value) for key, value in json.loads(done.stdout.splitlines()[-1]).items()}


def main(
    folder: Annotated[Path, typer.Argument(help="Evaluation sets.", exists=True, file_okay=False)],
    engine: Annotated[str, typer.Option(help="onnx or torch")] = "onnx",
    models: Annotated[Path | None, typer.Option(help="Weights other than the shipped ones.")] = None,
    assets: Annotated[Path | None, typer.Option(help="Rendering ingredients, for the places without a face.")] = None,
    heldout: Annotated[Path | None, typer.Option(help="Held-out rendered shards.")] = None,
    peer_python: Annotated[Path | None, typer.Option(help="Python of an environment with MediaPipe.")] = None,
    markdown: Annotated[bool, typer.Option(help="Print the table as Markdown.")] = False,
    write: Annotated[bool, typer.Option(help="Write the figures into the manifest.")] = False,
) -> None:
    """Measure the shipped networks on real faces and print one table."""
    if engine not in ("onnx", "torch"):
        raise typer.BadParameter(f"{engine!r} is neither onnx nor torch")
    cv2.setNumThreads(1)
    assets = assets or next((place for place in [folder.parent / "assets"] if (place / "hdri").is_dir()), None)
    figures = measure(folder, engine, models, assets / "hdri" if assets else None, heldout)  # type: ignore[arg-type]
    peer = measure_peer(peer_python, folder) if peer_python else load_manifest(models).evaluation.get(PEER_KEY, {})
    if write:
        write_figures(figures, peer, models or models_directory())
    typer.echo(table(figures, peer, markdown))
    shown = {row.key for row in ROWS}
    typer.echo("\n" + "  ".join(f"{key} {value:.4f}" for key, value in figures.items() if key not in shown))


if __name__ == "__main__":
    typer.run(main)
