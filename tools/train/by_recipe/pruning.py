"""Structured pruning: whole channels go, those that matter least, and what is left is an ordinary network, only narrower.

torch-pruning knows which channels hang together (Fang et al., DepGraph: Towards any structural pruning, CVPR 2023): those on both
sides of a shortcut, of a depthwise convolution, of a concatenation. How much a group matters is the length of its weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.autograd.graph import Node

from dms.perception.networks import Network

if TYPE_CHECKING:
    from tools.train.by_recipe.recipe import PruneOptions

_WEIGHING = ("convolution", "mm")
"""In the names of torch's operations that multiply by weights."""


def pruned(network: Network, side: int, options: PruneOptions) -> Network:
    """The network without `options.share` of the channels of every layer but those that make its outputs; widths stay multiples
    of `options.round_to`. It looks at pictures of `side` pixels."""
    import torch_pruning

    picture = torch.zeros(1, 1, side, side)
    network.eval()
    modules = dict(network.named_modules())
    pruner = torch_pruning.pruner.BasePruner(
        network,
        picture,
        importance=torch_pruning.importance.GroupMagnitudeImportance(p=2),
        pruning_ratio=options.share,
        ignored_layers=[modules[name] for name in sorted(last_layers(network, picture))],
        round_to=options.round_to,
        output_transform=lambda outputs: torch.stack([value.sum() for value in outputs.values()]).sum(),
    )
    pruner.step()
    return network


def last_layers(network: Network, picture: Tensor) -> set[str]:
    """The names of the layers after which nothing is multiplied by weights any more: as wide as the outputs, they stay so."""
    names = {parameter: name for name, parameter in network.named_parameters()}
    found, seen = set[str](), set[Node]()
    waiting = [value.grad_fn for value in network(picture).values()]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        own = [names[leaf] for leaf in _leaves(node) if leaf in names and names[leaf].endswith(".weight")]
        if own and any(word in node.name().lower() for word in _WEIGHING):
            found |= {name.removesuffix(".weight") for name in own}
        else:
            waiting += [before for before, _ in node.next_functions]
    return found


def _leaves(node: Node) -> Iterator[Tensor]:
    """The parameters that an operation takes, also where they are transposed first."""
    for before, _ in node.next_functions:
        if before is not None and before.name().startswith("TBackward"):
            yield from _leaves(before)
        elif hasattr(before, "variable"):
            yield before.variable
