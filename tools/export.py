"""Exports trained checkpoints as shipped weights: ONNX in float32 and INT8, safetensors, and the manifest that lists them.

    python -m tools.export --runs RUNS --models models --data SHARDS --hdri ASSETS/hdri

INT8 weights are calibrated on samples of SHARDS; without --data none are written, and only float32 is listed.

Accuracy figures are written by `tools/evaluate.py --write`, never here: until then the manifest keeps those of the networks
that did not change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
import yaml
from safetensors.torch import save as save_safetensors

from dms.perception import crops
from dms.perception.manifest import MANIFEST_NAME
from dms.perception.networks import Network, build_network
from tools.quantize import quantize, training_inputs
from tools.train.running.state import trained_weights
from tools.train.tasks import TASKS

OPSET = 17
INPUT_SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "detector": {"image": (1, 1, 128, 160)},
    "face": {"image": (1, 1, crops.FACE_SIZE, crops.FACE_SIZE)},
    "eye": {"image": (1, 1, crops.EYE_SIZE, crops.EYE_SIZE), "head": (1, 6)},
    "objects": {"image": (1, 1, crops.OBJECTS_SIZE, crops.OBJECTS_SIZE)},
}
INPUT_WORDS = {
    "detector": {"image": "n x 1 x h x w, h and w multiples of 16; crops.detector_input, crops.normalise"},
    "face": {"image": "n x 1 x 112 x 112; crops.face_crop_from_box or _from_landmarks, crops.normalise"},
    "eye": {
        "image": "n x 1 x 48 x 48; crops.eye_crops_from_landmarks, crops.normalise",
        "head": "n x 6, decode.eye_head_input; zeros if unknown; used by gaze only",
    },
    "objects": {"image": "n x 1 x 144 x 144; crops.objects_crop, crops.normalise"},
}
OUTPUT_WORDS = {
    "detector": {
        "heatmap": "n x 1 x h/4 x w/4, logit of a face centre in the cell",
        "box": "n x 4 x h/4 x w/4, offset x and y in cells, log width and log height in cells",
    },
    "face": {
        "landmarks": "n x 68 x 2, crop units",
        "landmark_log_sigma": "n x 68, log of the scale of a planar exp(-distance / scale), crop units",
        "rotation": "n x 6, first two columns of the rotation before orthonormalisation",
        "rotation_log_sigma": "n x 1, log of the expected error in radians",
        "state": "n x 6 logits: face, mouth visible, left and right eye visible, left and right eye open",
        "mouth_open": "n x 1, inner-lip opening over mouth width; a lesson, not read",
        "expression": "n x 8 logits in the order of dms.types.EXPRESSIONS, flat prior",
    },
    "eye": {
        "state": "n x 2 logits: openness, visible",
        "lids": "n x 6 x 2, points 42 to 47 of a left eye, crop units",
        "lids_log_sigma": "n x 1, log of the scale of a planar exp(-distance / scale), crop units",
        "gaze": "n x 3, direction in the crop's axes, any length",
        "gaze_log_sigma": "n x 1, log of the expected error in radians",
    },
    "objects": {
        "phone": "n x 3 logits: none, at the ear, in the hand, flat prior",
        "smoking": "n x 1 logit, flat prior",
        "drinking": "n x 1 logit of drinking or eating, flat prior",
    },
}
THRESHOLDS = {
    "detector": {"face": 0.2},
    "face": {"face": 0.6},
    "eye": {"open": 0.4},
    "objects": {"phone": 0.9, "smoking": 0.9, "drinking": 0.9},
}


def export_all(runs: Path, models: Path, shards: tuple[Path, Path] | None = None) -> None:
    """Write weights of every network that has a checkpoint in `runs`, and the manifest.

    `shards` are the folders of rendered shards and of environment maps that INT8 weights are calibrated on;
    without them only float32 weights are written.
    """
    models.mkdir(parents=True, exist_ok=True)
    path = models / MANIFEST_NAME
    manifest: dict[str, Any] = yaml.safe_load(path.read_text()) if path.exists() else {"version": 1, "networks": {}}
    for name in INPUT_SHAPES:
        checkpoint = runs / f"{name}.pt"
        if checkpoint.exists():
            manifest["networks"][name] = export(name, checkpoint, models)
            if shards:
                written = quantize(models / f"{name}.onnx", training_inputs(TASKS[name], *shards))
                manifest["networks"][name]["onnx_int8"] = _listed(written)
    path.write_text(yaml.safe_dump(manifest, sort_keys=False, width=120), encoding="utf-8")


def export(name: str, checkpoint: Path, models: Path) -> dict[str, Any]:
    """Write `name`.safetensors and `name`.onnx from the trained weights of a checkpoint; returns its manifest entry."""
    saved = torch.load(checkpoint, weights_only=True)
    network = build_network(name)
    network.load_state_dict(trained_weights(saved))
    network.eval()
    parameters = sum(parameter.numel() for parameter in network.parameters())
    tensors = {key: value.contiguous() for key, value in network.state_dict().items()}
    (models / f"{name}.safetensors").write_bytes(save_safetensors(tensors))
    write_onnx(network, INPUT_SHAPES[name], models / f"{name}.onnx", any_size=name == "detector")
    return {
        "onnx": _listed(models / f"{name}.onnx"),
        "safetensors": _listed(models / f"{name}.safetensors"),
        "parameters": parameters,
        "inputs": INPUT_WORDS[name],
        "outputs": OUTPUT_WORDS[name],
        "thresholds": THRESHOLDS[name],
        "training": {
            "command": "python -m tools.train all --assets ASSETS --work DIR",
            "pictures": "rendered only (tools/render), no photograph",
            "steps": int(saved["step"]),
            "wall_minutes": round(float(saved["trained_s"]) / 60, 1),
        },
    }


def write_onnx(network: Network, shapes: Mapping[str, tuple[int, ...]], path: Path, any_size: bool = False) -> None:
    """Write a network in evaluation mode, which is folded on the way, with inputs of these shapes by name and any number of
    pictures; with `any_size` also for pictures and maps of any height and width."""
    network.fold_batch_norm()
    inputs = tuple(torch.zeros(shape) for shape in shapes.values())
    outputs = list(network(*inputs))
    axes = {key: {0: "n"} for key in [*shapes, *outputs]}
    if any_size:
        axes = {"image": {0: "n", 2: "h", 3: "w"}, **{key: {0: "n", 2: "rows", 3: "columns"} for key in outputs}}
    torch.onnx.export(
        network, inputs, str(path), input_names=list(shapes), output_names=outputs,
        dynamic_axes=axes, opset_version=OPSET, dynamo=False,
    )  # fmt: skip


def _listed(path: Path) -> dict[str, str]:
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def main(
    runs: Annotated[Path, typer.Option(help="Directory with the checkpoints.")],
    models: Annotated[Path, typer.Option(help="Where weights and manifest go.")] = Path("models"),
    data: Annotated[Path | None, typer.Option(help="Rendered shards to calibrate INT8 weights on.")] = None,
    hdri: Annotated[Path, typer.Option(help="Environment maps.")] = Path("../shared/assets/hdri"),
) -> None:
    """Export trained networks."""
    export_all(runs, models, (data, hdri) if data else None)
    typer.echo(f"wrote {models / MANIFEST_NAME}")


if __name__ == "__main__":
    typer.run(main)
