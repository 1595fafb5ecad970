"""The objects network: 144 by 144 grey crop of head, hands and wheel to what the driver holds or has in the mouth."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dms.perception.networks.blocks import Network, Trunk, full_precision

PHONE_CLASSES = 3


class ObjectsNetwork(Network):
    """A trunk down to nine by nine cells, each of which sees the whole crop; their mean and maximum decide, so a small thing
    in one cell counts as much as a pose that shows in all of them.

    Outputs, logits under a flat prior: `phone` (n, 3) none, at the ear, in the hand; `smoking` (n, 1); `drinking` (n, 1),
    which is drinking or eating. In training also `where` (n, 3, 9, 9): in which cell there is a phone, a cigarette, a drink or
    food. Such small things are learned far sooner if the network is told where they are."""

    def __init__(self, widths: Sequence[int] = (16, 32, 64, 96), blocks: Sequence[int] = (1, 1, 2, 1)) -> None:
        super().__init__()
        self.trunk = Trunk(1, widths, blocks)
        self.drop = nn.Dropout(0.1)
        self.answers = nn.Linear(2 * widths[-1], PHONE_CLASSES + 2)
        self.where = nn.Conv2d(widths[-1], 3, 1)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        cells = self.trunk(image)
        with full_precision(cells):
            cells = cells.float()
            pooled = torch.cat([cells.mean(dim=(2, 3)), cells.amax(dim=(2, 3))], dim=1)
            answers = self.answers(self.drop(pooled))
            outputs = {"phone": answers[:, :3], "smoking": answers[:, 3:4], "drinking": answers[:, 4:]}
            return {**outputs, "where": self.where(cells)} if self.training else outputs
