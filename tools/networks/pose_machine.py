"""Convolutional pose machine (Wei et al., CVPR 2016): each stage sees the picture and what the one before it believed."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dms.perception.networks import Network
from tools.networks.blocks import ConvUnit


class PoseMachine(Network):
    """Outputs `heatmaps` (n, points, h / 4, w / 4) of the last stage and `stages` (n, stages, points, h / 4, w / 4): each of
    them is taught, which carries the gradient past the depth. Sides must be multiples of 4."""

    def __init__(self, points: int = 68, stages: int = 3, width: int = 64) -> None:
        super().__init__()
        self.look = nn.Sequential(
            ConvUnit(1, width // 2, 5, 2), ConvUnit(width // 2, width, 5, 2), ConvUnit(width, width, 5), ConvUnit(width, width, 3)
        )
        self.believe = nn.Sequential(ConvUnit(width, width, 5), ConvUnit(width, 2 * width, 1), nn.Conv2d(2 * width, points, 1))
        self.revise = nn.ModuleList(
            nn.Sequential(
                ConvUnit(width + points, width, 7), ConvUnit(width, width, 7), ConvUnit(width, width, 7),
                ConvUnit(width, width, 1), nn.Conv2d(width, points, 1),
            ) for _ in range(stages - 1)
        )  # fmt: skip

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        features = self.look(image)
        beliefs = [self.believe(features)]
        for layers in self.revise:
            beliefs.append(layers(torch.cat([features, beliefs[-1]], dim=1)))
        stages = torch.stack(beliefs, dim=1).float()
        return {"heatmaps": stages[:, -1], "stages": stages}
