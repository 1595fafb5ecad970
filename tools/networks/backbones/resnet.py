"""Residual networks (He et al., Deep residual learning, CVPR 2016)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from tools.networks.backbones.backbone import Backbone
from tools.networks.blocks import Attention, ConvUnit, attention

WIDTHS = (64, 128, 256, 512)


class _Block(nn.Module, ABC):
    """A shortcut around `branch`, which leads from `channels` to `width * expansion`."""

    expansion: ClassVar[int]

    def __init__(self, channels: int, width: int, stride: int, kind: Attention) -> None:
        super().__init__()
        out = width * self.expansion
        self.branch = nn.Sequential(*self._layers(channels, width, stride), attention(kind, out))
        same = stride == 1 and channels == out
        self.shortcut: nn.Module = nn.Identity() if same else ConvUnit(channels, out, 1, stride, active=None)

    @abstractmethod
    def _layers(self, channels: int, width: int, stride: int) -> list[nn.Module]: ...

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(self.shortcut(features) + self.branch(features))


class BasicBlock(_Block):
    """Two 3 by 3 convolutions."""

    expansion = 1

    def _layers(self, channels: int, width: int, stride: int) -> list[nn.Module]:
        return [ConvUnit(channels, width, 3, stride), ConvUnit(width, width, 3, active=None)]


class Bottleneck(_Block):
    """1 by 1, 3 by 3 and 1 by 1 convolutions; the middle one strides, as in the usual implementations ("V1.5")."""

    expansion = 4

    def _layers(self, channels: int, width: int, stride: int) -> list[nn.Module]:
        return [ConvUnit(channels, width, 1), ConvUnit(width, width, 3, stride), ConvUnit(width, 4 * width, 1, active=None)]


def row_of(
    block: type[_Block], channels: int, width: int, count: int, stride: int = 1, kind: Attention = "none"
) -> nn.Sequential:
    """So many blocks, the first of which strides."""
    rest = [block(width * block.expansion, width, 1, kind) for _ in range(count - 1)]
    return nn.Sequential(block(channels, width, stride, kind), *rest)


def _resnet(block: type[_Block], counts: Sequence[int], kind: Attention) -> Backbone:
    stages: list[nn.Module] = [nn.Sequential(ConvUnit(1, 64, 7, 2), nn.MaxPool2d(3, 2, 1))]
    channels = 64
    for width, count in zip(WIDTHS, counts, strict=True):
        stages.append(row_of(block, channels, width, count, 1 if width == WIDTHS[0] else 2, kind))
        channels = width * block.expansion
    return Backbone(stages, [width * block.expansion for width in WIDTHS])


def resnet18(kind: Attention = "none") -> Backbone:
    """ResNet-18, with attention at the end of each branch if asked for."""
    return _resnet(BasicBlock, (2, 2, 2, 2), kind)


def resnet50(kind: Attention = "none") -> Backbone:
    """ResNet-50, with attention at the end of each branch if asked for."""
    return _resnet(Bottleneck, (3, 4, 6, 3), kind)
