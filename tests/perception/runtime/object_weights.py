"""Weights with an objects network whose answers are known."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
import yaml

from dms.perception.manifest import MANIFEST_NAME, models_directory
from dms.perception.networks import ObjectsNetwork
from tools.export import export

PHONING, EMPTY_HANDED = [-5.0, 5.0, -5.0, -5.0, 5.0], [5.0, -5.0, -5.0, -5.0, -5.0]
"""Logits of no phone, at the ear, in the hand, smoking, drinking: who phones and drinks, and who does neither."""


def weights(folder: Path, logits: list[float] | None) -> Path:
    """The shipped weights in `folder`, with an objects network that always gives these five answers, or without one."""
    models = shutil.copytree(models_directory(), folder / "models")
    manifest = yaml.safe_load((models / MANIFEST_NAME).read_text())
    manifest["networks"].pop("objects", None)
    if logits is not None:
        network = ObjectsNetwork()
        with torch.no_grad():
            network.answers.weight.zero_()
            network.answers.bias.copy_(torch.tensor(logits))
        torch.save({"average": network.state_dict(), "step": 0, "trained_s": 0.0}, folder / "objects.pt")
        manifest["networks"]["objects"] = export("objects", folder / "objects.pt", models)
    (models / MANIFEST_NAME).write_text(yaml.safe_dump(manifest))
    return models
