"""What a network costs: parameters, multiplications, and a processor's time for a picture."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tools.train.compared.onnx_file import engine_of

WARM_UP, RUNS = 5, 40


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one picture."""

    parameters: int
    macs: int
    """Multiplications with their additions, of convolutions and matrices."""
    onnx_bytes: int
    processor_ms: float
    """Median time of the processor in ONNX Runtime on one thread, others' use of the machine not counted."""


def cost_of(network: nn.Module, onnx_file: Path, side: int) -> Cost:
    """The cost of a network for one picture (1, 1, side, side)."""
    return Cost(
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        macs=macs_of(network, torch.zeros(1, 1, side, side)),
        onnx_bytes=onnx_file.stat().st_size,
        processor_ms=processor_ms(onnx_file, side),
    )


@torch.no_grad()
def macs_of(network: nn.Module, picture: torch.Tensor) -> int:
    """How often a network multiplies and adds for a picture (1, 1, h, w), as torch counts operations: two for each."""
    counter = FlopCounterMode(display=False)
    with counter:
        network.eval()(picture)
    return counter.get_total_flops() // 2


def processor_ms(onnx_file: Path, side: int) -> float:
    """The median over some runs of the processor's time for a picture."""
    engine, picture = engine_of(onnx_file), np.random.default_rng(0).standard_normal((1, 1, side, side)).astype(np.float32)
    took = []
    for _ in range(WARM_UP + RUNS):
        begun = time.process_time()
        engine.run({"image": picture})
        took.append(time.process_time() - begun)
    return 1000.0 * float(np.median(took[WARM_UP:]))
