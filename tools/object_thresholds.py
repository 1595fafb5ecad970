"""Sets from which probability a phone, a cigarette, a drink or food is believed in.

    python -m tools.object_thresholds --heldout DATA/heldout [--models models]

Measured on rendered drivers kept from training, many of whom hold nothing but have their hands at face or ear, or hold something
else: the threshold of a thing is what one in `ONE_IN` single looks at those without it comes up to. Looks have to agree before
anything is published, so far fewer are ever heard of. Written into the manifest beside the weights.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
import yaml

from dms.perception.manifest import MANIFEST_NAME, models_directory
from dms.perception.stills import StillReader
from tools.evaluation.phone_side import FloatArray, bust_scores
from tools.train.shards import Shards

ONE_IN = 50
LEAST, MOST = 0.6, 0.99
"""A threshold is never below what is said to be absent, with room between, nor so high that rounding decides."""


def threshold_of(absent: FloatArray) -> float:
    """The probability that one in `ONE_IN` looks at drivers without the thing comes up to, within sensible bounds."""
    return float(np.clip(np.quantile(absent, 1 - 1 / ONE_IN), LEAST, MOST))


def main(
    heldout: Annotated[Path, typer.Option(help="Held-out rendered shards.", exists=True, file_okay=False)],
    models: Annotated[Path | None, typer.Option(help="Weights and manifest; the shipped ones by default.")] = None,
) -> None:
    """Fit the thresholds on held-out busts, print them with what they find and mistake, and write them into the manifest."""
    folder = models or models_directory()
    busts = Shards(heldout, "bust")
    if not len(busts):
        raise typer.BadParameter(f"{heldout}: no bust-*.npz")
    reader = StillReader(directory=folder)
    if not reader.sees_objects:
        raise typer.BadParameter(f"{folder}: the manifest lists no objects network")
    thresholds = {}
    for thing, (absent, present) in bust_scores(reader, busts).items():
        thresholds[thing] = round(threshold_of(absent), 3)
        found, mistaken = (100 * float(np.mean(scores >= thresholds[thing])) for scores in (present, absent))
        typer.echo(
            f"{thing} from {thresholds[thing]:.3f}: said in {found:.1f} % of {len(present)} looks at it, "
            f"and in {mistaken:.1f} % of {len(absent)} without"
        )
    path = folder / MANIFEST_NAME
    manifest: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    manifest["networks"]["objects"]["thresholds"] = thresholds
    path.write_text(yaml.safe_dump(manifest, sort_keys=False, width=120), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
