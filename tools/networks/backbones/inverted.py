"""Inverted residuals with depthwise convolutions: MobileNetV3 (Howard et al., ICCV 2019) and EfficientNet-B0 (Tan & Le, ICML
2019)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from tools.networks.backbones.backbone import Backbone
from tools.networks.blocks import ConvUnit, SqueezeExcitation, divisible

Active = Callable[[], nn.Module]


class Row(NamedTuple):
    """One block of a paper's table."""

    kernel: int
    expanded: int
    width: int
    squeezed: int
    """Channels inside its squeeze and excitation; 0 for none."""
    active: Active
    stride: int


class InvertedResidual(nn.Module):
    """1 by 1 up, depthwise, squeeze and excitation, 1 by 1 down; around it a shortcut where the shape allows."""

    def __init__(self, channels: int, row: Row, gate: Active, squeeze_active: Active, epsilon: float) -> None:
        super().__init__()
        unit = partial(ConvUnit, epsilon=epsilon)
        layers: list[nn.Module] = []
        if row.expanded != channels:
            layers.append(unit(channels, row.expanded, 1, active=row.active))
        layers.append(unit(row.expanded, row.expanded, row.kernel, row.stride, groups=row.expanded, active=row.active))
        if row.squeezed:
            layers.append(SqueezeExcitation(row.expanded, row.squeezed, squeeze_active, gate))
        layers.append(unit(row.expanded, row.width, 1, active=None))
        self.branch = nn.Sequential(*layers)
        self.shortcut = row.stride == 1 and channels == row.width

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = self.branch(features)
        return features + out if self.shortcut else out


def _staged(stem: nn.Module, channels: int, rows: list[Row], last: int, block: Callable[[int, Row], nn.Module], top: Active,
            epsilon: float) -> Backbone:  # fmt: skip
    """Blocks in stages that end where the next block strides; the last 1 by 1 convolution belongs to the last stage."""
    stages: list[list[nn.Module]] = [[stem]]
    widths = [channels]
    for row in rows:
        if row.stride == 2:
            stages.append([])
            widths.append(row.width)
        stages[-1].append(block(channels, row))
        channels = widths[-1] = row.width
    stages[-1].append(ConvUnit(channels, last, 1, active=top, epsilon=epsilon))
    widths[-1] = last
    return Backbone([nn.Sequential(*layers) for layers in stages], widths[-4:])


_LARGE = [
    (3, 16, 16, False, nn.ReLU, 1), (3, 64, 24, False, nn.ReLU, 2), (3, 72, 24, False, nn.ReLU, 1), (5, 72, 40, True, nn.ReLU, 2),
    (5, 120, 40, True, nn.ReLU, 1), (5, 120, 40, True, nn.ReLU, 1), (3, 240, 80, False, nn.Hardswish, 2),
    (3, 200, 80, False, nn.Hardswish, 1), (3, 184, 80, False, nn.Hardswish, 1), (3, 184, 80, False, nn.Hardswish, 1),
    (3, 480, 112, True, nn.Hardswish, 1), (3, 672, 112, True, nn.Hardswish, 1), (5, 672, 160, True, nn.Hardswish, 2),
    (5, 960, 160, True, nn.Hardswish, 1), (5, 960, 160, True, nn.Hardswish, 1),
]  # fmt: skip
_SMALL = [
    (3, 16, 16, True, nn.ReLU, 2), (3, 72, 24, False, nn.ReLU, 2), (3, 88, 24, False, nn.ReLU, 1),
    (5, 96, 40, True, nn.Hardswish, 2), (5, 240, 40, True, nn.Hardswish, 1), (5, 240, 40, True, nn.Hardswish, 1),
    (5, 120, 48, True, nn.Hardswish, 1), (5, 144, 48, True, nn.Hardswish, 1), (5, 288, 96, True, nn.Hardswish, 2),
    (5, 576, 96, True, nn.Hardswish, 1), (5, 576, 96, True, nn.Hardswish, 1),
]  # fmt: skip
"""Kernel, expanded channels, width, squeeze and excitation, activation and stride: tables 1 and 2 of the paper."""


def _mobilenet_v3(table: list[tuple[int, int, int, bool, type[nn.Module], int]], last: int) -> Backbone:
    rows = [Row(k, e, w, divisible(e / 4) if squeezes else 0, active, s) for k, e, w, squeezes, active, s in table]
    block = partial(InvertedResidual, gate=nn.Hardsigmoid, squeeze_active=nn.ReLU, epsilon=1e-3)
    return _staged(ConvUnit(1, 16, 3, 2, active=nn.Hardswish, epsilon=1e-3), 16, rows, last, block, nn.Hardswish, 1e-3)


def mobilenet_v3_large() -> Backbone:
    """MobileNetV3-Large without its classifier."""
    return _mobilenet_v3(_LARGE, 960)


def mobilenet_v3_small() -> Backbone:
    """MobileNetV3-Small without its classifier."""
    return _mobilenet_v3(_SMALL, 576)


_B0 = [
    (3, 1, 16, 1, 1),
    (3, 6, 24, 2, 2),
    (5, 6, 40, 2, 2),
    (3, 6, 80, 3, 2),
    (5, 6, 112, 3, 1),
    (5, 6, 192, 4, 2),
    (3, 6, 320, 1, 1),
]
"""Kernel, expansion, width, blocks and stride of each stage: table 1 of the paper."""


def efficientnet_b0() -> Backbone:
    """EfficientNet-B0 without its classifier; without stochastic depth, which 20 minutes of training have no use for."""
    rows, channels = [], 32
    for kernel, expansion, width, count, stride in _B0:
        for index in range(count):
            rows.append(Row(kernel, channels * expansion, width, channels // 4, nn.SiLU, stride if index == 0 else 1))
            channels = width
    block = partial(InvertedResidual, gate=nn.Sigmoid, squeeze_active=nn.SiLU, epsilon=1e-3)
    return _staged(ConvUnit(1, 32, 3, 2, active=nn.SiLU, epsilon=1e-3), 32, rows, 1280, block, nn.SiLU, 1e-3)
