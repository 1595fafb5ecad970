"""Weights of another width than their class is built with: a network out of which channels were pruned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from torch import Tensor, nn

from dms.perception.networks.blocks import Network

N = TypeVar("N", bound=Network)


def fitted(network: N, weights: Mapping[str, Tensor]) -> N:
    """The same network, its layers as wide as the weights, with these weights.

    Raises:
        RuntimeError: the weights are those of another network: other names, or layers of another kind.
    """
    for name, module in network.named_modules():
        weight = weights.get(f"{name}.weight")
        if weight is not None and isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear | nn.BatchNorm2d):
            _resize(module, weight)
    network.load_state_dict(weights)
    return network


def _resize(module: nn.Module, weight: Tensor) -> None:
    """Make a layer's parameters and buffers as long as the weight says; what they hold is replaced afterwards."""
    shape = tuple(weight.shape)
    before = module.weight
    assert isinstance(before, Tensor)
    if tuple(before.shape) == shape or before.ndim != len(shape):
        return
    if isinstance(module, nn.BatchNorm2d):
        module.num_features = shape[0]
        for name in ("running_mean", "running_var"):
            setattr(module, name, before.new_empty(shape))
    elif isinstance(module, nn.Linear):
        module.out_features, module.in_features = shape
    elif isinstance(module, nn.ConvTranspose2d):
        module.in_channels, module.out_channels = shape[:2]
    elif isinstance(module, nn.Conv2d):
        if module.groups > 1:  # depthwise: as many groups as channels
            module.groups = shape[0]
        module.out_channels, module.in_channels = shape[0], shape[1] * module.groups
    module.weight = nn.Parameter(before.new_empty(shape))
    out = shape[1] if isinstance(module, nn.ConvTranspose2d) else shape[0]
    if isinstance(module.bias, Tensor):
        module.bias = nn.Parameter(before.new_empty(out))
