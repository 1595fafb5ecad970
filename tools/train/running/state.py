"""How far a training has come: all that a checkpoint holds."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dms.durable import WholeFile
from dms.errors import UsageError
from dms.perception.networks import Network
from tools.train.running.training import Means, Training

Row = dict[str, float]
"""One row of the curves: `samples`, `minutes`, and what was measured."""


@dataclass
class State:
    """Network, averaged weights, optimiser, and the training's history."""

    network: Network
    average: Network
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    step: int = 0
    trained_s: float = 0.0
    judged: list[float] = field(default_factory=list)
    best: dict[str, Tensor] | None = None
    """The averaged weights that were judged best."""
    rows: list[Row] = field(default_factory=list)
    pending: dict[str, float] = field(default_factory=dict)
    """Sums of the steps since the last row."""
    pending_steps: int = 0


def begun(training: Training, means: Means) -> State:
    """A new training, or the one of the checkpoint if there is one.

    Raises:
        UsageError: the checkpoint is that of another training.
    """
    torch.manual_seed(training.seed)
    network = training.build().to(means.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    state = State(
        network,
        copy.deepcopy(network).eval(),
        torch.optim.AdamW(_decayed_groups(network, training.weight_decay), lr=training.schedule.highest),
        torch.amp.GradScaler(means.device.type, enabled=means.precision == torch.float16),
    )
    if means.checkpoint.exists():
        _restore(state, training, means)
    return state


def _decayed_groups(network: Network, decay: float) -> list[dict[str, Any]]:
    """Weight decay on matrices only, never on biases and normalisations."""
    matrices = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


def _restore(state: State, training: Training, means: Means) -> None:
    saved = torch.load(means.checkpoint, weights_only=True, map_location=means.device)
    if saved.get("about", "") != training.about:
        raise UsageError(f"{means.checkpoint}: was trained by another recipe; remove it, or choose another folder")
    state.network.load_state_dict(saved["network"])
    state.average.load_state_dict(saved["average"])
    state.optimizer.load_state_dict(saved["optimizer"])
    state.scaler.load_state_dict(saved.get("scaler", {}))
    state.step, state.trained_s = saved["step"], saved["trained_s"]
    history = saved.get("history", {})
    state.judged, state.rows = history.get("judged", []), history.get("rows", [])
    state.pending, state.pending_steps = history.get("pending", {}), history.get("pending_steps", 0)
    state.best = saved.get("best")


def save(state: State, about: str, checkpoint: Path) -> None:
    """Write the checkpoint whole."""
    content = {
        "network": state.network.state_dict(), "average": state.average.state_dict(), "best": state.best,
        "optimizer": state.optimizer.state_dict(), "scaler": state.scaler.state_dict(),
        "step": state.step, "trained_s": state.trained_s, "about": about,
        "history": {"judged": state.judged, "rows": state.rows, "pending": state.pending, "pending_steps": state.pending_steps},
    }  # fmt: skip
    with WholeFile(checkpoint) as file:
        torch.save(content, file.path)


def trained_weights(saved: dict[str, Any]) -> dict[str, Tensor]:
    """The weights to use of a checkpoint's content: those judged best, or else the averaged ones."""
    best: dict[str, Tensor] | None = saved.get("best")
    average: dict[str, Tensor] = saved["average"]
    return average if best is None else best


@torch.no_grad()
def follow(state: State, decay: float) -> None:
    """Let the averaged weights and normalisation statistics follow the network's, exponentially; quickly at first."""
    kept_share = min(decay, (1 + state.step) / (10 + state.step))
    new, kept = state.network.state_dict(), state.average.state_dict()
    for name, value in kept.items():
        if value.is_floating_point():
            value.lerp_(new[name], 1 - kept_share)
        else:
            value.copy_(new[name])
