"""The detector: a small grey frame of any size in multiples of 16 to a map of face centres and their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from dms.perception.networks.blocks import ConvUnit, Network, Residual, doubled


class DetectorNetwork(Network):
    """Centres as points (CenterNet, Zhou et al. 2019) at a quarter of the input's resolution, with context from a
    sixteenth. Outputs: `heatmap` (n, 1, h/4, w/4) logits; `box` (n, 4, h/4, w/4), the centre's offset from the middle of
    the cell in cells, log width and log height in cells."""

    def __init__(self, widths: Sequence[int] = (16, 16, 32, 64), blocks: Sequence[int] = (1, 1, 2)) -> None:
        super().__init__()
        self.stem = ConvUnit(1, widths[0], stride=2)
        self.quarter = self._stage(widths[0], widths[1], blocks[0])
        self.eighth = self._stage(widths[1], widths[2], blocks[1])
        self.sixteenth = self._stage(widths[2], widths[3], blocks[2])
        self.from_sixteenth = ConvUnit(widths[3], widths[2], kernel=1)
        self.from_eighth = ConvUnit(widths[2], widths[1], kernel=1)
        self.join_eighth = ConvUnit(widths[2], widths[2])
        self.join_quarter = ConvUnit(widths[1], widths[1])
        self.head = nn.Conv2d(widths[1], 5, 1)
        with torch.no_grad():
            cast("Tensor", self.head.bias)[0] = -4.6  # one cell in a hundred is a face at first

    @staticmethod
    def _stage(channels: int, width: int, blocks: int) -> nn.Sequential:
        return nn.Sequential(ConvUnit(channels, width, stride=2), *(Residual(width) for _ in range(blocks)))

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        quarter = self.quarter(self.stem(image))
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        eighth = self.join_eighth(eighth + doubled(self.from_sixteenth(sixteenth)))
        quarter = self.join_quarter(quarter + doubled(self.from_eighth(eighth)))
        cells = self.head(quarter)
        return {"heatmap": cells[:, :1], "box": torch.clamp(cells[:, 1:], -8.0, 8.0)}
