"""HRNet (Sun et al., Deep high-resolution representation learning, CVPR 2019): branches at four sizes that keep talking."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from dms.perception.networks import Network
from tools.networks.backbones.resnet import BasicBlock, Bottleneck, row_of
from tools.networks.blocks import Attention, ConvUnit

MODULES = (1, 4, 3)
"""Exchanges in the stages of two, three and four branches."""


class HRNet(Network):
    """Outputs `heatmaps` (n, points, h / 4, w / 4); sides must be multiples of 32. `width` is 18 or 32 in the paper."""

    def __init__(self, points: int = 68, width: int = 18, kind: Attention = "none") -> None:
        super().__init__()
        self.stem = nn.Sequential(ConvUnit(1, 64, 3, 2), ConvUnit(64, 64, 3, 2), row_of(Bottleneck, 64, 64, 4, kind=kind))
        widths = [width * 2**index for index in range(4)]
        self.grow = nn.ModuleList()
        self.stages = nn.ModuleList()
        before = [256]
        for branches, count in zip((2, 3, 4), MODULES, strict=True):
            now = widths[:branches]
            self.grow.append(_Transition(before, now))
            last = branches == 4
            self.stages.append(nn.Sequential(*(_Exchange(now, kind, last and index == count - 1) for index in range(count))))
            before = now
        self.maps = nn.Conv2d(width, points, 1)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        branches = [self.stem(image)]
        for grow, stage in zip(self.grow, self.stages, strict=True):
            branches = stage(grow(branches))
        return {"heatmaps": self.maps(branches[0]).float()}


class _Transition(nn.Module):
    """Keeps the branches that are there, fits their widths, and begins one more from the coarsest."""

    def __init__(self, before: list[int], now: list[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for index, width in enumerate(now):
            if index >= len(before):
                layers.append(ConvUnit(before[-1], width, 3, 2))
            else:
                layers.append(nn.Identity() if before[index] == width else ConvUnit(before[index], width))
        self.layers = nn.ModuleList(layers)

    def forward(self, branches: list[Tensor]) -> list[Tensor]:
        return [layer(branches[min(index, len(branches) - 1)]) for index, layer in enumerate(self.layers)]


class _Exchange(nn.Module):
    """Four residual blocks on every branch, then each branch becomes the sum of all, brought to its size."""

    def __init__(self, widths: list[int], kind: Attention, finest_only: bool) -> None:
        super().__init__()
        self.branches = nn.ModuleList(row_of(BasicBlock, width, width, 4, kind=kind) for width in widths)
        self.fuse = nn.ModuleList(_Sum(widths, target) for target in range(1 if finest_only else len(widths)))

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        kept = [branch(each) for branch, each in zip(self.branches, features, strict=True)]
        return [fuse(kept) for fuse in self.fuse]


class _Sum(nn.Module):
    """The sum of all branches at the size and width of one of them."""

    def __init__(self, widths: list[int], target: int) -> None:
        super().__init__()
        self.target = target
        self.brought = nn.ModuleList(_brought(widths, source, target) for source in range(len(widths)))

    def forward(self, features: list[Tensor]) -> Tensor:
        size = features[self.target].shape[-2:]
        parts = [_resized(layer(each), size) for layer, each in zip(self.brought, features, strict=True)]
        return torch.relu(torch.stack(parts).sum(dim=0))


def _brought(widths: list[int], source: int, target: int) -> nn.Module:
    if source == target:
        return nn.Identity()
    if source > target:
        return ConvUnit(widths[source], widths[target], 1, active=None)
    steps: list[nn.Module] = [ConvUnit(widths[source], widths[source], 3, 2) for _ in range(target - source - 1)]
    return nn.Sequential(*steps, ConvUnit(widths[source], widths[target], 3, 2, active=None))


def _resized(features: Tensor, size: torch.Size) -> Tensor:
    return features if features.shape[-2:] == size else functional.interpolate(features, size=size, mode="nearest")
