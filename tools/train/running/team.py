"""Processes that share a training, started by torch's own `torchrun`: each takes its part of every batch, and gradients are
averaged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from tools.train.running.stream import Share


@dataclass(frozen=True, slots=True)
class Team:
    """This process among those that train together; alone it is the only one. The first leads: it judges, saves and tells."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    @property
    def leads(self) -> bool:
        """Whether this process judges, saves and tells."""
        return self.rank == 0

    @property
    def share(self) -> Share:
        """Its part of every batch."""
        return Share(self.rank, self.size)

    def joined(self, network: nn.Module, device: torch.device, leaves_some_untaught: bool) -> nn.Module:
        """The network with gradients averaged over all processes, begun from the leader's weights."""
        if self.size == 1:
            return network
        cards = [device] if device.type == "cuda" else None
        return DistributedDataParallel(network, device_ids=cards, find_unused_parameters=leaves_some_untaught)

    def greatest(self, *values: float) -> tuple[float, ...]:
        """Of each value the greatest of all processes: what one has noticed, all know."""
        if self.size == 1:
            return values
        both = torch.tensor(values, dtype=torch.float64)
        distributed.all_reduce(both, distributed.ReduceOp.MAX)
        return tuple(both.tolist())

    def leaders(self, value: float) -> float:
        """The leader's value; what the others say does not count."""
        if self.size == 1:
            return value
        said = torch.tensor([value], dtype=torch.float64)
        distributed.broadcast(said, src=0)
        return float(said.item())


ALONE = Team()


@contextmanager
def gathered() -> Iterator[Team]:
    """The team that `torchrun` started this process in; alone without it."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield ALONE
        return
    # gloo carries what the processes tell each other and the gradients of processors, nccl those of cards.
    distributed.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield Team(distributed.get_rank(), distributed.get_world_size(), int(os.environ["LOCAL_RANK"]))
    finally:
        distributed.destroy_process_group()
