"""What the backbones are made of: convolutions with their normalisation, and the two usual kinds of attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn

Attention = Literal["none", "se", "cbam"]


def divisible(channels: float, by: int = 8) -> int:
    """The multiple of `by` next to `channels`, never less than nine tenths of it (as the MobileNet papers round widths)."""
    rounded = max(by, int(channels + by / 2) // by * by)
    return rounded + by if rounded < 0.9 * channels else rounded


class ConvUnit(nn.Sequential):
    """Convolution without bias, batch normalisation, and an activation if one is given."""

    def __init__(
        self, channels: int, width: int, kernel: int = 3, stride: int = 1, groups: int = 1,
        active: Callable[[], nn.Module] | None = nn.ReLU, epsilon: float = 1e-5,
    ) -> None:  # fmt: skip
        layers: list[nn.Module] = [
            nn.Conv2d(channels, width, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(width, eps=epsilon),
        ]
        super().__init__(*layers, *([active()] if active else []))


class SqueezeExcitation(nn.Module):
    """Weighs channels by what the whole picture says of them (Hu et al., CVPR 2018)."""

    def __init__(
        self, width: int, squeezed: int, active: Callable[[], nn.Module] = nn.ReLU, gate: Callable[[], nn.Module] = nn.Sigmoid
    ) -> None:
        super().__init__()
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, squeezed, 1), active(), nn.Conv2d(squeezed, width, 1), gate()
        )

    def forward(self, features: Tensor) -> Tensor:
        weights: Tensor = self.weigh(features)
        return features * weights


class ConvolutionalAttention(nn.Module):
    """CBAM (Woo et al., ECCV 2018): weighs channels by mean and maximum through one small network, then places by both."""

    def __init__(self, width: int, reduction: int = 16, kernel: int = 7) -> None:
        super().__init__()
        squeezed = max(4, width // reduction)
        self.channels = nn.Sequential(
            nn.Conv2d(width, squeezed, 1, bias=False), nn.ReLU(), nn.Conv2d(squeezed, width, 1, bias=False)
        )
        self.places = nn.Conv2d(2, 1, kernel, padding=kernel // 2, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        by_mean = self.channels(features.mean(dim=(2, 3), keepdim=True))
        by_most = self.channels(features.amax(dim=(2, 3), keepdim=True))
        features = features * torch.sigmoid(by_mean + by_most)
        both = torch.cat([features.mean(dim=1, keepdim=True), features.amax(dim=1, keepdim=True)], dim=1)
        return features * torch.sigmoid(self.places(both))


def attention(kind: Attention, width: int) -> nn.Module:
    """The attention asked for, over so many channels; nothing for `none`."""
    if kind == "se":
        return SqueezeExcitation(width, max(4, width // 16))
    return ConvolutionalAttention(width) if kind == "cbam" else nn.Identity()
