"""The training loop that all networks share: budgeted in minutes, resumable after a kill, with progress and ETA."""

from __future__ import annotations

import copy
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors.torch import load_file
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from dms.durable import WholeFile
from dms.perception import crops
from dms.perception.networks import INPUTS, build_network
from dms.perception.networks.blocks import Network
from tools.train.task import Batch, Task

REFRESH_BATCHES = 200
CHECKPOINT_S = 60.0
PROGRESS_S = 20.0
WARM_UP_STEPS = 60
EMA_DECAY = 0.998
_HAS_BF16 = torch.cpu.get_capabilities().get("avx512_bf16", False)
"""Training takes 0.6 of the time in bf16 where the processor has it; elsewhere it is emulated and takes ten times as long."""
CONTINUED_RATE = 0.4
"""Of the learning rate, for weights that were trained before: they are to be bettered, not to be shaken."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where data comes from, where checkpoints go, and how long to train in all (over all resumptions)."""

    data: Path
    hdri: Path
    runs: Path
    minutes: float
    schedule_minutes: float | None = None
    """Length of the learning-rate schedule, if training is to stop before its end."""
    workers: int = 2
    threads: int = 2
    seed: int = 1
    start: Path | None = None
    """A directory of weights to begin from instead of from chance, where there is no checkpoint yet."""
    compiled: bool = False
    """Whether torch compiles the network first: 1.4 times as many samples a second after a minute, and needs a C++ compiler."""


class _Stream(IterableDataset[Batch]):
    """Endless batches, made in worker processes."""

    def __init__(self, task: Task, plan: Plan, start: int) -> None:
        self.task, self.plan, self.start = task, plan, start

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        rng = np.random.default_rng([self.plan.seed, self.start, worker.id if worker else 0])
        source = self.task.source(self.plan.data, self.plan.hdri)
        made = 0
        while True:
            yield collate([source.draw(rng) for _ in range(self.task.batch_size)])
            made += 1
            if made % REFRESH_BATCHES == 0:
                source.refresh()


def collate(samples: list[dict[str, Any]]) -> Batch:
    """Samples to tensors; pictures are normalised here, in the worker, exactly as at runtime."""
    stacked = {name: np.stack([sample[name] for sample in samples]) for name in samples[0]}
    image = crops.normalise(stacked.pop("image"))
    rest = {
        name: torch.from_numpy(values if values.dtype.kind == "i" else values.astype(np.float32))
        for name, values in stacked.items()
    }
    return {"image": torch.from_numpy(image), **rest}


@dataclass
class _State:
    network: Network
    forward: Callable[..., dict[str, torch.Tensor]]
    average: Network
    optimizer: torch.optim.Optimizer
    step: int = 0
    trained_s: float = 0.0


def train(task: Task, plan: Plan) -> Path:
    """Train until the budget is used up; returns the checkpoint, which holds the averaged weights under `average`."""
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    checkpoint = plan.runs / f"{task.name}.pt"
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    state = _restore(task, checkpoint, plan)
    if state.trained_s < plan.minutes * 60:
        _loop(task, plan, state, checkpoint)
    return checkpoint


def _restore(task: Task, checkpoint: Path, plan: Plan) -> _State:
    network = build_network(task.name).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if plan.start is not None and not checkpoint.exists():
        _begin_from(network, plan.start / f"{task.name}.safetensors")
    average = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(_decayed_groups(network), lr=task.learning_rate)
    state = _State(network, torch.compile(network) if plan.compiled else network, average, optimizer)
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["network"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        state.step, state.trained_s = saved["step"], saved["trained_s"]
    return state


def _begin_from(network: Network, weights: Path) -> None:
    """Load what fits; parts that the network has gained since begin from chance and are named."""
    missing, foreign = network.load_state_dict(load_file(weights), strict=False)
    if missing or foreign:
        sys.stdout.write(f"{weights}: not in it, from chance: {missing}; not used: {foreign}\n")


def _decayed_groups(network: Network) -> list[dict[str, Any]]:
    """Weight decay on matrices only, never on biases and normalisations."""
    matrices = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [{"params": matrices, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}]


def _loop(task: Task, plan: Plan, state: _State, checkpoint: Path) -> None:
    loader = DataLoader(
        _Stream(task, plan, state.step),
        batch_size=None,
        num_workers=plan.workers,
        prefetch_factor=6 if plan.workers else None,
        # A forked worker inherits OpenCV's threads as dead ones, and waits for them for ever.
        multiprocessing_context="spawn" if plan.workers else None,
    )
    schedule_s = (plan.schedule_minutes or plan.minutes) * 60
    budget_s, begun, first_step = plan.minutes * 60, time.monotonic(), state.step
    before_s, saved_at, told_at = state.trained_s, begun, begun
    sums: dict[str, float] = {}
    since_told = 0
    for batch in loader:
        rate = task.learning_rate * (1.0 if plan.start is None else CONTINUED_RATE)
        parts = _step(task, state, batch, rate, state.trained_s / schedule_s, state.step - first_step)
        now = time.monotonic()
        state.trained_s = before_s + now - begun
        sums = {name: sums.get(name, 0.0) + value for name, value in parts.items()}
        since_told += 1
        if now - told_at > PROGRESS_S:
            _tell(task, state, budget_s, {name: value / since_told for name, value in sums.items()}, since_told / (now - told_at))
            told_at, sums, since_told = now, {}, 0
        finished = state.trained_s >= budget_s
        if finished or now - saved_at > CHECKPOINT_S:
            _save(state, checkpoint)
            saved_at = now
        if finished:
            return


def _step(task: Task, state: _State, batch: Batch, highest_rate: float, progress: float, steps_here: int) -> dict[str, float]:
    warm = min(1.0, (steps_here + 1) / WARM_UP_STEPS)
    rate = highest_rate * warm * max(0.01, 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))
    for group in state.optimizer.param_groups:
        group["lr"] = rate
    state.network.train()
    inputs = [batch[name] for name in INPUTS[task.name]]
    inputs[0] = inputs[0].contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=_HAS_BF16):
        outputs = state.forward(*inputs)
    loss, parts = task.loss({name: value.float() for name, value in outputs.items()}, batch)
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), 5.0)
    state.optimizer.step()
    state.step += 1
    _average(state)
    return {"loss": loss.item(), **{name: value.item() for name, value in parts.items()}}


@torch.no_grad()
def _average(state: _State) -> None:
    """Exponential moving average of weights and normalisation statistics; short at first."""
    decay = min(EMA_DECAY, (1 + state.step) / (10 + state.step))
    new, kept = state.network.state_dict(), state.average.state_dict()
    for name, value in kept.items():
        if value.is_floating_point():
            value.lerp_(new[name], 1 - decay)
        else:
            value.copy_(new[name])


def _save(state: _State, checkpoint: Path) -> None:
    content = {
        "network": state.network.state_dict(), "average": state.average.state_dict(),
        "optimizer": state.optimizer.state_dict(), "step": state.step, "trained_s": state.trained_s,
    }  # fmt: skip
    with WholeFile(checkpoint) as file:
        torch.save(content, file.path)


def _tell(task: Task, state: _State, budget_s: float, parts: dict[str, float], steps_per_s: float) -> None:
    left_s = max(0.0, budget_s - state.trained_s)
    values = "  ".join(f"{name} {value:.3f}" for name, value in parts.items())
    sys.stdout.write(
        f"{task.name}  step {state.step}  {steps_per_s * task.batch_size:.0f}/s  "
        f"{state.trained_s / 60:.1f} of {budget_s / 60:.0f} min, ETA {left_s / 60:.1f} min  {values}\n"
    )
    sys.stdout.flush()
