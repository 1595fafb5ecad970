"""What every backbone promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn

STRIDES = (4, 8, 16, 32)


class Backbone(nn.Module):
    """Stages of layers; the features after each of the last four are kept.

    `widths` holds their channels, finest first.
    """

    def __init__(self, stages: Sequence[nn.Module], widths: Sequence[int]) -> None:
        super().__init__()
        self.stages = nn.ModuleList(stages)
        self.widths = tuple(widths)

    def forward(self, image: Tensor) -> list[Tensor]:
        kept: list[Tensor] = []
        for stage in self.stages:
            image = stage(image)
            kept.append(image)
        return kept[-len(STRIDES) :]

    def __call__(self, image: Tensor) -> list[Tensor]:
        return cast("list[Tensor]", super().__call__(image))
