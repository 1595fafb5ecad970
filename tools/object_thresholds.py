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
from numpy.typing import NDArray

from dms.perception import crops
from dms.perception.engines import Engine, load_network
from dms.perception.manifest import MANIFEST_NAME, models_directory
from dms.perception.objects import ObjectReading, decode_objects
from tools.render.seen import CANNOT_BE_SEEN
from tools.train.shards import Shards

FloatArray = NDArray[np.float64]
THINGS = ("phone", "smoking", "drinking")
ONE_IN = 50
LEAST, MOST = 0.6, 0.99
"""A threshold is never below what is said to be absent, with room between, nor so high that rounding decides."""


def read_busts(network: Engine, busts: Shards) -> dict[str, tuple[FloatArray, FloatArray]]:
    """By thing: probabilities of single looks at drivers without it, and at drivers who hold it in sight."""
    scores: dict[str, tuple[list[float], list[float]]] = {thing: ([], []) for thing in THINGS}
    for index in range(len(busts)):
        sample = busts.sample(index)
        reading = look(network, sample["image"], tuple(sample["face_box"].tolist()))
        for thing, (absent, present) in scores.items():
            if sample[thing] != CANNOT_BE_SEEN:
                (present if sample[thing] else absent).append(getattr(reading, thing))
    return {thing: (np.array(absent), np.array(present)) for thing, (absent, present) in scores.items()}


def look(network: Engine, grey: crops.Picture, box: tuple[float, float, float, float]) -> ObjectReading:
    """One look at what is around the face in `box` (x, y, width, height in pixels)."""
    picture = crops.cut(grey, crops.objects_crop(box), crops.OBJECTS_SIZE)
    return decode_objects(network.run({"image": crops.normalise(picture[None])}))


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
    thresholds = {}
    for thing, (absent, present) in read_busts(load_network("objects", directory=folder), busts).items():
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
