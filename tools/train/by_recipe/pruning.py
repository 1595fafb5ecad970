"""Structured pruning: whole channels go, those that matter least, and what is left is an ordinary network, only narrower.

How much channels that hang together matter is the length of the weights that make and read them (Li et al., Pruning filters for
efficient convnets, ICLR 2017; tied as in Fang et al., DepGraph, CVPR 2023).
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor, nn

from dms.perception.networks import Network
from dms.perception.networks.fitting import fitted
from tools.train.by_recipe.channels import Channel, Reads, carries, channels_made, reads_of, ties_of, weighs

if TYPE_CHECKING:
    from tools.train.by_recipe.recipe import PruneOptions

N = TypeVar("N", bound=Network)


def pruned(network: N, side: int, options: PruneOptions) -> N:
    """The network, which takes pictures of `side` pixels, without `options.share` of the channels of every layer but those that
    make its outputs; widths stay multiples of `options.round_to`."""
    reads = reads_of(network, side)
    return _without(network, reads, least(network, reads, options))


def least(network: Network, reads: Reads, options: PruneOptions) -> set[Channel]:
    """The channels that go."""
    ties = ties_of(reads)
    together: dict[Channel, set[Channel]] = defaultdict(set)
    for layer in reads.read:
        for channel in range(channels_made(network.get_submodule(layer))):
            together[ties.first_of((layer, channel))].add((layer, channel))
    by_layers: dict[frozenset[str], list[set[Channel]]] = defaultdict(list)
    for group in together.values():
        by_layers[frozenset(layer for layer, _ in group)].append(group)
    going = set[Channel]()
    for layers, groups in by_layers.items():
        keep = max(1, math.ceil(len(groups) * (1 - options.share) / options.round_to)) * options.round_to
        if not layers & reads.ends:
            by_matter = sorted(groups, key=lambda group: (_matters(network, reads, group), min(group)))
            going.update(*by_matter[: max(0, len(groups) - keep)])
    return going


def _matters(network: Network, reads: Reads, group: set[Channel]) -> float:
    """The squared length of all weights that make channels of a group, and of those that read them."""
    total = 0.0
    for layer, channel in group:
        total += float(_across(network.get_submodule(layer), made=True)[channel].square().sum())
        for reader, channels in reads.read[layer].items():
            if weighs(network.get_submodule(reader)):
                read = _across(network.get_submodule(reader), made=False)[channels == channel]
                total += float(read.square().sum())
    return total


def _across(module: nn.Module, made: bool) -> Tensor:
    """A layer's weights with the axis first that counts the channels it makes, or the places it reads."""
    weight = module.weight
    assert isinstance(weight, Tensor)
    first = made != isinstance(module, nn.ConvTranspose2d)
    return weight.detach() if first else weight.detach().transpose(0, 1)


def _without(network: N, reads: Reads, going: set[Channel]) -> N:
    """The network without some channels."""
    weights = dict(network.state_dict())
    gone: dict[str, Tensor] = {}
    for layer, readers in reads.read.items():
        mine = torch.tensor([channel for each, channel in going if each == layer], dtype=torch.long)
        for reader, channels in readers.items():
            lost = torch.isin(channels, mine)
            gone[reader] = gone[reader] | lost if reader in gone else lost
    for name, module in network.named_modules():
        if weighs(module):
            made = torch.tensor([(name, channel) not in going for channel in range(channels_made(module))])
            read = ~gone[name] if name in gone else torch.ones(len(_across(module, made=False)), dtype=torch.bool)
            out, into = (1, 0) if isinstance(module, nn.ConvTranspose2d) else (0, 1)
            weights[f"{name}.weight"] = _kept(_kept(weights[f"{name}.weight"], made, out), read, into)
            if f"{name}.bias" in weights:
                weights[f"{name}.bias"] = weights[f"{name}.bias"][made]
        elif carries(module) and name in gone:
            for key, value in weights.items():
                if key.rpartition(".")[0] == name and value.ndim:
                    weights[key] = value[~gone[name]]
    return fitted(network, weights)


def _kept(weight: Tensor, kept: Tensor, axis: int) -> Tensor:
    return weight.index_select(axis, kept.nonzero()[:, 0])
