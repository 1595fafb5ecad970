"""One step: a batch through the network, its loss back, the weights moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from dms.errors import DmsError
from tools.train.running.state import State, follow
from tools.train.running.team import Team
from tools.train.running.training import Means, Training
from tools.train.task import Batch

LONGEST_GRADIENT = 5.0


class UnstableTrainingError(DmsError):
    """A gradient is infinite or no number: one step with it, and all weights would be lost."""


@dataclass(frozen=True, slots=True)
class Stepper:
    """Takes steps of one training; `forward` is the network as compiled or joined with that of other processes."""

    training: Training
    means: Means
    state: State
    team: Team
    forward: nn.Module

    def take(self, batch: Batch, rate: float) -> dict[str, float]:
        """Learn from a batch; returns the loss and its parts. In a team they are those of this process's samples."""
        state, training = self.state, self.training
        for group in state.optimizer.param_groups:
            group["lr"] = rate
        # What dropout leaves out hangs on the step alone, so that nothing changes when training is resumed.
        torch.manual_seed((training.seed * 1_000_003 + state.step) * 4096 + self.team.rank)
        state.network.train()
        batch = on(self.means.device, batch)
        loss, parts = self.training.loss(self._outputs(batch), batch)
        state.optimizer.zero_grad(set_to_none=True)
        state.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        state.scaler.unscale_(state.optimizer)
        length = torch.nn.utils.clip_grad_norm_(state.network.parameters(), LONGEST_GRADIENT)
        if not state.scaler.is_enabled() and not torch.isfinite(length):  # the scaler leaves such a step out by itself
            raise UnstableTrainingError(self._unstable(float(loss.detach())))
        state.scaler.step(state.optimizer)
        state.scaler.update()
        state.step += 1
        follow(state, training.average_decay)
        return {"loss": loss.item(), **{name: value.item() for name, value in parts.items()}}

    def _unstable(self, loss: float) -> str:
        return (
            f"{self.training.name}: step {self.state.step}: the loss is {loss:g} and its gradient not finite, so nothing was "
            "learned from it; a lower rate, precision fp32 or another loss may help"
        )

    def _outputs(self, batch: Batch) -> dict[str, Tensor]:
        inputs = [batch[name] for name in self.training.inputs]
        inputs[0] = resized(inputs[0], self._side()).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.means.device.type, self.means.precision, enabled=self.means.precision is not None):
            outputs: dict[str, Tensor] = self.forward(*inputs)
        return {name: value.float() for name, value in outputs.items()}

    def _side(self) -> int | None:
        """Of this step's pictures, the same in all processes."""
        sides = self.training.sides
        return int(np.random.default_rng([self.training.seed, self.state.step]).choice(sides)) if sides else None


def resized(image: Tensor, side: int | None) -> Tensor:
    """Pictures (n, 1, h, w) at another size, without aliasing. Truth in crop units stays as it is."""
    if side is None or image.shape[-1] == side:
        return image
    return functional.interpolate(image, size=(side, side), mode="bilinear", align_corners=False, antialias=True)


def on(device: torch.device, batch: Batch) -> Batch:
    """The batch on a device."""
    return {name: values.to(device, non_blocking=True) for name, values in batch.items()}


@torch.no_grad()
def judgement(training: Training, means: Means, state: State, batches: list[Batch]) -> float:
    """The loss of the averaged weights, the mean over the samples of all batches."""
    total = count = 0.0
    for batch in (on(means.device, each) for each in batches):
        outputs = state.average(*(batch[name] for name in training.inputs))
        loss, _ = training.loss(outputs, batch)
        size = len(batch["image"])
        total, count = total + loss.item() * size, count + size
    return total / count
