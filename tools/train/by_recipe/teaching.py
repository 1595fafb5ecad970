"""Distillation: a network learns from what a larger one says of the same pictures (Hinton et al., Distilling the knowledge in a
neural network, 2015)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import torch
from pydantic import Field
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from dms.perception import crops
from dms.perception.manifest import models_directory
from dms.perception.networks import Network, build_network
from tools.train import losses
from tools.train.by_recipe.lesson import Lesson, rotation_of
from tools.train.running.steps import resized
from tools.train.running.training import Outputs
from tools.train.task import Batch

SHIPPED = "shipped"


class Teacher(Lesson):
    """How far the network is from what its teacher says, summed over all outputs that both give in the same shape."""

    kind: Literal["teacher"]
    teacher: str
    """A training's folder, or `shipped` for the face network that ships."""
    temperature: Annotated[float, Field(ge=1.0, le=20.0)] = 2.0
    """By which logits of classes are divided, so that what is unlikely is learned, too."""

    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        network, side = teacher_at(self.teacher, batch["image"].device)
        with torch.no_grad():
            said = network(resized(batch["image"], side))
        both = [name for name in outputs if name in said and (name == "rotation" or outputs[name].shape == said[name].shape)]
        if not both:
            raise ValueError(f"the teacher gives {', '.join(said)}: nothing of the same name and shape")
        return torch.stack([self._apart(name, outputs, said) for name in both]).sum()

    def _apart(self, name: str, outputs: Outputs, said: Outputs) -> Tensor:
        """How far they are apart in one output, one number."""
        ours, theirs = outputs[name], said[name].float()
        if name == "rotation":
            return losses.geodesic(rotation_of(outputs), rotation_of(said)).mean()
        if name == "landmarks":
            return (ours - theirs).square().sum(dim=2).add(1e-8).sqrt().mean()
        if name == "state":
            return functional.binary_cross_entropy_with_logits(ours, theirs.sigmoid())
        if name == "expression":
            shares = functional.log_softmax(ours / self.temperature, dim=1)
            aim = functional.softmax(theirs / self.temperature, dim=1)
            return functional.kl_div(shares, aim, reduction="batchmean") * self.temperature**2
        if name == "gaze":
            return (1.0 - functional.cosine_similarity(ours, theirs, dim=1)).mean()
        if name in ("heatmaps", "stages"):
            return (ours - theirs).square().mean()
        return functional.smooth_l1_loss(ours, theirs)


@cache
def teacher_at(where: str, device: torch.device) -> tuple[Network, int]:
    """A trained network that teaches, and the side of the pictures it takes; loaded once.

    Raises:
        UsageError: there is none.
    """
    if where == SHIPPED:
        network = build_network("face")
        network.load_state_dict(load_file(models_directory() / "face.safetensors"))
        side = crops.FACE_SIZE
    else:
        from tools.train.by_recipe.trained import read_run

        trained = read_run(Path(where))
        network, side = trained.network, trained.recipe.side
    return network.eval().requires_grad_(False).to(device), side
