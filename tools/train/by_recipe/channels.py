"""Which channels of a network hang together: those that meet at a shortcut, those that one layer makes and another reads.

Found by marking, not by reading code: channels become NaN as a layer makes them, and wherever NaN arrives they are read. Each
channel is marked in those of a few pictures that its number in binary says, and is known by them where it arrives. Layers that
weigh start afresh, so a mark ends there; normalisation, activations, sums, concatenations and flattening carry it on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from dms.errors import UsageError
from dms.perception.networks import Network

Channel = tuple[str, int]
"""A layer's name, and the number of one of the channels that it makes."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Where the channels of each layer arrive: `read[layer][reader]` (places,) says which one in each place of what the reader is
    given, -1 for none. `ends` are layers that reach an output."""

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
    """Mark the channels of every layer of a network that takes pictures of `side` pixels.

    Raises:
        UsageError: some channels of a layer, but not all, meet in one place.
    """
    network.eval()
    read: dict[str, dict[str, Tensor]] = {}
    ends = set[str]()
    for name, module in network.named_modules():
        if weighs(module):
            marks = _marks(channels_made(module))
            with _marked(network, name, marks) as arrived:
                outputs = network(torch.zeros(len(marks), 1, side, side))
            if any(bool(value.isnan().any()) for value in outputs.values()):
                ends.add(name)
            read[name] = {reader: _channels(seen, marks, name, reader) for reader, seen in arrived.items()}
    return Reads(read, frozenset(ends))


def _marks(count: int) -> Tensor:
    """Which of `count` channels are marked in each picture (pictures, channels): where a binary digit of their number is 1, then,
    as often, where it is 0."""
    digits = torch.arange(max(1, (count - 1).bit_length()))
    ones = (torch.arange(count) >> digits[:, None]) % 2 == 1
    return torch.cat([ones, ~ones])


def _channels(seen: Tensor, marks: Tensor, layer: str, reader: str) -> Tensor:
    """The channel (places,) that arrives in each place, by the pictures (pictures, places) in which something does; -1 for none.

    Where all channels arrive, as in a mean over them, the place stays whoever goes: none. So does it for the only channel of a
    layer, which may weigh all others and is never pruned.
    """
    half, count = len(marks) // 2, marks.shape[1]
    ones, zeros = seen[:half], seen[half:]
    if bool(((ones & zeros).any(dim=0) & ~seen.all(dim=0)).any()):
        raise UsageError(f"prune: some channels of {layer} meet in one place of what {reader} is given; that cannot be pruned")
    alone = (ones ^ zeros).all(dim=0)
    number = (ones.long() << torch.arange(half)[:, None]).sum(dim=0)
    return torch.where(alone & (count > 1), number, -1)


@contextmanager
def _marked(network: Network, name: str, marks: Tensor) -> Iterator[dict[str, Tensor]]:
    """Within the block, channels of a layer are marked as `marks` (pictures, channels) says. What it gives is filled with the
    pictures (pictures, places) in which a mark arrives at each layer."""
    arrived: dict[str, Tensor] = {}

    def noting(reader: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def note(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            seen = given[0].isnan()
            places = seen.flatten(2).any(dim=2) if seen.ndim > 2 else seen
            if bool(places.any()):
                arrived[reader] = places

        return note

    def begin(_: nn.Module, __: tuple[Tensor, ...], made: Tensor) -> Tensor:
        clean = torch.zeros_like(made)
        clean[marks] = torch.nan
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
        for reader, channels in readers.items():
            for place, channel in enumerate(channels.tolist()):
                if channel >= 0:
                    ties.tie(at.setdefault((reader, place), (layer, channel)), (layer, channel))
    return ties
