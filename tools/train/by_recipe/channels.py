"""Which channels of a network hang together: those that meet at a shortcut, those that one layer makes and another reads.

Found by marking, not by reading code: one channel at a time becomes NaN as a layer makes it, and wherever NaN arrives it is read.
Layers that weigh start afresh, so a mark ends there; normalisation, activations, sums, concatenations and flattening carry it on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from dms.perception.networks import Network

AT_A_TIME = 32
"""Channels that are marked in one pass, each in a picture of its own."""

Channel = tuple[str, int]
"""A layer's name, and the number of one of the channels that it makes."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Where the channels of each layer arrive: `read[layer][reader]` is (channels, places in what the reader is given); `ends`
    are layers that reach an output."""

    read: Mapping[str, Mapping[str, Tensor]]
    ends: frozenset[str]


def weighs(module: nn.Module) -> bool:
    """Whether every channel that a layer makes hangs on all that it is given."""
    return isinstance(module, nn.Linear | nn.ConvTranspose2d) or (isinstance(module, nn.Conv2d) and module.groups == 1)


def carries(module: nn.Module) -> bool:
    """Whether a layer has weights, and makes each channel of the one in the same place: normalisation, depthwise convolution."""
    return isinstance(module, nn.BatchNorm2d) or (isinstance(module, nn.Conv2d) and module.groups == module.in_channels > 1)


def channels_made(module: nn.Module) -> int:
    """How many channels a layer makes."""
    made: Any = module.out_features if isinstance(module, nn.Linear) else module.out_channels
    return int(made)


@torch.no_grad()
def reads_of(network: Network, side: int) -> Reads:
    """Mark every channel of every layer of a network that takes pictures of `side` pixels."""
    network.eval()
    read: dict[str, dict[str, Tensor]] = {}
    ends = set[str]()
    for name, module in network.named_modules():
        if not weighs(module):
            continue
        parts: dict[str, list[Tensor]] = {}
        for first in range(0, channels_made(module), AT_A_TIME):
            count = min(AT_A_TIME, channels_made(module) - first)
            with _marked(network, name, first) as arrived:
                outputs = network(torch.zeros(count, 1, side, side))
            if any(bool(value.isnan().any()) for value in outputs.values()):
                ends.add(name)
            for reader, places in arrived.items():
                parts.setdefault(reader, []).append(places)
        read[name] = {reader: torch.cat(places) for reader, places in parts.items()}
    return Reads(read, frozenset(ends))


@contextmanager
def _marked(network: Network, name: str, first: int) -> Iterator[dict[str, Tensor]]:
    """Within the block, picture *b* has channel `first` + *b* of a layer marked. What it gives is filled with the marks
    (pictures, places) that arrive at each layer."""
    arrived: dict[str, Tensor] = {}

    def noting(reader: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def note(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            marks = given[0].isnan()
            places = marks.flatten(2).any(dim=2) if marks.ndim > 2 else marks
            if bool(places.any()):
                arrived[reader] = places

        return note

    def begin(_: nn.Module, __: tuple[Tensor, ...], made: Tensor) -> Tensor:
        clean = torch.zeros_like(made)
        pictures = torch.arange(len(made))
        clean[pictures, first + pictures] = torch.nan
        return clean

    def end(_: nn.Module, __: tuple[Tensor, ...], made: Tensor) -> Tensor:
        return torch.zeros_like(made)

    hooks = []
    for each, module in network.named_modules():
        if weighs(module) or carries(module):
            hooks.append(module.register_forward_pre_hook(noting(each)))
        if weighs(module):
            hooks.append(module.register_forward_hook(begin if each == name else end))
    try:
        yield arrived
    finally:
        for hook in hooks:
            hook.remove()


@dataclass
class Ties:
    """Channels that can only go together (union and find)."""

    above: dict[Channel, Channel] = field(default_factory=dict)

    def first_of(self, channel: Channel) -> Channel:
        """The one that stands for all that hang together with `channel`."""
        while (above := self.above.get(channel, channel)) != channel:
            channel = above
        return channel

    def tie(self, one: Channel, other: Channel) -> None:
        """They go together."""
        first, second = self.first_of(one), self.first_of(other)
        if first != second:
            self.above[second] = first


def ties_of(reads: Reads) -> Ties:
    """Channels of different layers that arrive in the same place are added or multiplied there, and go together."""
    ties, at = Ties(), dict[tuple[str, int], Channel]()
    for layer, readers in reads.read.items():
        for reader, places in readers.items():
            for channel, place in told_apart(places).nonzero().tolist():
                ties.tie(at.setdefault((reader, place), (layer, channel)), (layer, channel))
    return ties


def told_apart(places: Tensor) -> Tensor:
    """Marks (channels, places) without the places where all channels arrive: a mean or maximum over channels is as wide whoever
    goes. So a single channel, which is never pruned, ties nothing: it may weigh all others."""
    return places & ~places.all(dim=0)
