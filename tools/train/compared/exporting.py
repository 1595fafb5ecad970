"""From a training's folder to weights for others: ONNX and safetensors, held against torch; further forms on request."""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from dms.errors import DmsError
from dms.perception.engines import PARITY_TOLERANCE
from dms.perception.trained_network import CARD
from tools.export import write_onnx
from tools.train.by_recipe.samples import still
from tools.train.by_recipe.trained import Trained, read_run
from tools.train.compared.forms import FORMS, Outputs
from tools.train.compared.gate import hold_to_gate
from tools.train.compared.int8 import write_int8
from tools.train.compared.names import FormName
from tools.train.compared.onnx_file import engine_of, listed
from tools.train.running.stream import collate
from tools.train.shards import Shards

WEIGHTS, ONNX, INT8 = "network.safetensors", "network.onnx", "network.int8.onnx"
HELD_AGAINST = 16


class ExportDiffersError(DmsError):
    """What was exported does not answer as the network does."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how far each file is from torch on so many pictures: at most `off`, over the largest value of an
    output where that is above 1. That of INT8 is no fault: the gate says what it may cost.

    `lost` says what the gate found, a line for each file that it judged."""

    trained: Trained
    onnx: Path
    off: dict[str, float]
    pictures: int
    int8: Path | None = None
    lost: tuple[str, ...] = ()


def export_run(run: Path, data: Path, forms: Sequence[FormName] = (), *, judged_on: int | None = None) -> Exported:
    """Write `network.onnx`, `network.safetensors` and `network.yaml` into a training's folder, the INT8 twin if its recipe asks
    for one, and further `forms`. Each is held against torch on faces of the shards in `data`. With `judged_on`, the recipe's gate
    judges on so many pictures of them; what it refuses is not left there.

    Raises:
        ExportDiffersError: they do not give the same.
        LosesTooMuchError: it reads faces worse than the original, by more than the recipe allows.
        FileNotFoundError: there are no shards.
        UsageError, ConfigurationError: as `read_run`.
    """
    trained = read_run(run)
    image = pictures_of(trained, data, HELD_AGAINST)
    with torch.no_grad():
        expected = {name: value.numpy() for name, value in trained.network(image).items()}
    with tempfile.TemporaryDirectory(dir=run) as folder:
        written = _written(trained, Path(folder), image, forms, data)
        off = {path.name: _off(expected, said, path, run) for path, said in _answers(written, image)}
        lost = [] if judged_on is None else hold_to_gate(trained, [p for p in written if p.suffix == ".onnx"], data, judged_on)
        for path in (*written, Path(folder) / WEIGHTS, Path(folder) / CARD):
            os.replace(path, run / path.name)
    int8 = run / INT8 if any(path.name == INT8 for path in written) else None
    if int8 is None:
        (run / INT8).unlink(missing_ok=True)  # of an earlier recipe's export
    return Exported(trained, run / ONNX, off, len(image), int8, tuple(lost))


def pictures_of(trained: Trained, data: Path, most: int) -> Tensor:
    """Up to so many pictures (n, 1, h, w) of the shards in `data`, as the network takes them.

    Raises:
        FileNotFoundError: there are none.
    """
    kind = trained.recipe.data.kind
    shards = Shards(data, kind)
    if not len(shards):
        raise FileNotFoundError(f"{data}: no {kind}-*.npz")
    rows = [still(shards.sample(index), trained.recipe.side) for index in range(min(len(shards), most))]
    return collate(rows)["image"]


def _written(trained: Trained, folder: Path, image: Tensor, forms: Sequence[FormName], data: Path) -> list[Path]:
    """Write all files but the card's own; returns those that can be run."""
    recipe, network = trained.recipe, trained.network
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, str(folder / WEIGHTS))
    # Folding its normalisation away is the export's business: what is counted is what was trained.
    write_onnx(copy.deepcopy(network), {"image": (1, 1, recipe.side, recipe.side)}, folder / ONNX)
    written = [folder / ONNX]
    if recipe.quantize is not None:
        written.append(write_int8(trained, folder / ONNX, data))
    for form in forms:
        written.append(folder / FORMS[form].file)
        FORMS[form].write(network, image[:2], written[-1])
    with torch.no_grad():
        shapes = {name: list(value.shape[1:]) for name, value in network(image[:1]).items()}
    card = {
        "name": trained.folder.name, "side": recipe.side, "pose": recipe.pose, "outputs": shapes, "onnx": listed(written[0]),
        **({"onnx_int8": listed(written[1])} if recipe.quantize is not None else {}),
        "trained": {"samples": trained.samples, "minutes": round(trained.minutes, 1), "purpose": recipe.purpose},
    }  # fmt: skip
    (folder / CARD).write_text(yaml.safe_dump(card, sort_keys=False, width=120, allow_unicode=True), encoding="utf-8")
    return written


def _answers(written: Sequence[Path], image: Tensor) -> list[tuple[Path, Outputs]]:
    """What each file says of the pictures, read again from the disk."""
    by_file = {form.file: form.run for form in FORMS.values()}
    return [
        (path, by_file[path.name](path, image) if path.name in by_file else engine_of(path).run({"image": image.numpy()}))
        for path in written
    ]


def _off(expected: Outputs, said: Outputs, path: Path, run: Path) -> float:
    off = {name: _distance(values, said[name]) for name, values in expected.items()}
    worst = max(off, key=off.__getitem__)
    if path.name != INT8 and not off[worst] <= PARITY_TOLERANCE:
        raise ExportDiffersError(f"{run / path.name}: {worst} is {off[worst]:.2g} from torch, more than {PARITY_TOLERANCE:g}")
    return off[worst]


def _distance(expected: NDArray[np.float32], said: NDArray[np.float32]) -> float:
    return float(np.abs(said - expected).max() / max(1.0, float(np.abs(expected).max())))
