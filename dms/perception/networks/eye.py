"""The eye network: 48 by 48 grey crop of a left (or mirrored right) eye to openness, visibility, lids and gaze."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dms.perception.networks.blocks import ConvUnit, Network, Trunk, full_precision

LID_POINTS = 6


class EyeNetwork(Network):
    """Takes the crop and the head's rotation (n, 6), which only gaze uses: openness works on a bare crop with any second
    input. Outputs: `state` (n, 2) logits of openness and visibility; `lids` (n, 6, 2), the points 42 to 47 of a left eye in
    crop units, and `lids_log_sigma` (n, 1) in the same; `gaze` (n, 3), a direction in the crop's axes, not of unit length;
    `gaze_log_sigma` (n, 1) in log radians."""

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
        self.margins = nn.Linear(hidden, LID_POINTS * 2 + 1)
        self.look = nn.Sequential(nn.Linear(hidden + 6, 64), nn.ReLU(), nn.Linear(64, 4))

    def forward(self, image: Tensor, head: Tensor) -> dict[str, Tensor]:
        squeezed = self.squeeze(self.trunk(image))
        with full_precision():
            features = self.features(squeezed.float())
            look, margins = self.look(torch.cat([features, head], dim=1)), self.margins(features)
            return {
                "state": self.lids(features),
                "lids": margins[:, : LID_POINTS * 2].reshape(-1, LID_POINTS, 2),
                "lids_log_sigma": margins[:, LID_POINTS * 2 :],
                "gaze": look[:, :3],
                "gaze_log_sigma": look[:, 3:],
            }
