"""U-Net (Ronneberger et al., MICCAI 2015) from pictures to heatmaps."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dms.perception.networks import Network
from tools.networks.blocks import Attention, ConvUnit, attention


class UNet(Network):
    """Outputs `heatmaps` (n, points, h / 2, w / 2). Sides must be multiples of 2 to the number of `widths`.

    A strided convolution comes first, since heatmaps at the picture's own size cost four times as much and say no more.
    """

    def __init__(self, points: int = 68, widths: Sequence[int] = (24, 48, 96, 192), kind: Attention = "none") -> None:
        super().__init__()
        self.stem = ConvUnit(1, widths[0], 3, 2)
        channels = [widths[0], *widths]
        self.down = nn.ModuleList(_twice(channels[i], width, kind) for i, width in enumerate(widths))
        self.up = nn.ModuleList(
            _twice(coarse + fine, fine, kind) for coarse, fine in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.maps = nn.Conv2d(widths[0], points, 1)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        features, kept = self.stem(image), []
        for index, layers in enumerate(self.down):
            features = layers(functional.max_pool2d(features, 2) if index else features)
            kept.append(features)
        for layers, fine in zip(self.up, kept[-2::-1], strict=True):
            wide = functional.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)
            features = layers(torch.cat([wide, fine], dim=1))
        return {"heatmaps": self.maps(features).float()}


def _twice(channels: int, width: int, kind: Attention) -> nn.Sequential:
    return nn.Sequential(ConvUnit(channels, width), ConvUnit(width, width), attention(kind, width))
