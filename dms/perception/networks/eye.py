"""The eye network: 48 by 48 grey crop of a left (or mirrored right) eye to openness, visibility and gaze."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dms.perception.networks.blocks import ConvUnit, Network, Trunk


class EyeNetwork(Network):
    """Takes the crop and the head's rotation (n, 6), which only gaze uses: openness works on a bare crop with any second
    input. Outputs: `state` (n, 2) logits of openness and visibility; `gaze` (n, 3), a direction in the crop's axes, not of
    unit length; `gaze_log_sigma` (n, 1) in log radians."""

    def __init__(
        self,
        widths: Sequence[int] = (16, 32, 64),
        blocks: Sequence[int] = (0, 1, 1),
        squeezed: int = 32,
        hidden: int = 128,
    ) -> None:
        super().__init__()
        self.trunk = Trunk(1, widths, blocks)
        self.squeeze = ConvUnit(widths[-1], squeezed, kernel=1)
        self.features = nn.Sequential(nn.Flatten(), nn.Dropout(0.1), nn.Linear(squeezed * 36, hidden), nn.ReLU())
        self.lids = nn.Linear(hidden, 2)
        self.look = nn.Sequential(nn.Linear(hidden + 6, 64), nn.ReLU(), nn.Linear(64, 4))

    def forward(self, image: Tensor, head: Tensor) -> dict[str, Tensor]:
        features = self.features(self.squeeze(self.trunk(image)))
        look = self.look(torch.cat([features, head], dim=1))
        return {"state": self.lids(features), "gaze": look[:, :3], "gaze_log_sigma": look[:, 3:]}
