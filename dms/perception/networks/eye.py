"""The eye network: 48 by 48 grey crop of a left (or mirrored right) eye to openness, visibility, lids and gaze."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dms.perception.networks.blocks import ConvUnit, Network, Trunk, centres, doubled, full_precision, map_places, through

LID_POINTS = 6
MAP_SIDE = 12
REACH = 1.0


class EyeNetwork(Network):
    """Takes the crop and the head's rotation (n, 6), which only gaze uses: openness works on a bare crop with any second
    input. The lids' points are centres of gravity of one map each, as the face network's landmarks are.

    Outputs: `state` (n, 2) logits of openness and visibility; `lids` (n, 6, 2), the points 42 to 47 of a left eye in crop units,
    and `lids_log_sigma` (n, 1) in the same; `gaze` (n, 3), a direction in the crop's axes, not of unit length;
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
        self.quarter_layers = 2 + sum(blocks[:2])
        self.lift = ConvUnit(widths[2], widths[1], kernel=1)
        self.join = ConvUnit(widths[1], widths[1])
        self.maps = nn.Conv2d(widths[1], LID_POINTS, 1)
        self.squeeze = ConvUnit(widths[2], squeezed, kernel=1)
        self.features = nn.Sequential(nn.Flatten(), nn.Dropout(0.1), nn.Linear(squeezed * 36, hidden), nn.ReLU())
        self.lids = nn.Linear(hidden, 2)
        self.margins = nn.Linear(hidden, LID_POINTS * 2 + 1)
        self.look = nn.Sequential(nn.Linear(hidden + 6, 64), nn.ReLU(), nn.Linear(64, 4))
        nn.init.zeros_(self.margins.weight)
        self.register_buffer("places", map_places(MAP_SIDE, REACH), persistent=False)
        self.places: Tensor

    def forward(self, image: Tensor, head: Tensor) -> dict[str, Tensor]:
        quarter = through(list(self.trunk)[: self.quarter_layers], image)
        eighth = through(list(self.trunk)[self.quarter_layers :], quarter)
        maps = self.maps(self.join(quarter + doubled(self.lift(eighth))))
        squeezed = self.squeeze(eighth)
        with full_precision(squeezed):
            features = self.features(squeezed.float())
            look, margins = self.look(torch.cat([features, head], dim=1)), self.margins(features)
            return {
                "state": self.lids(features),
                "lids": centres(maps, self.places) + 0.1 * margins[:, : LID_POINTS * 2].reshape(-1, LID_POINTS, 2),
                "lids_log_sigma": margins[:, LID_POINTS * 2 :],
                "gaze": look[:, :3],
                "gaze_log_sigma": look[:, 3:],
            }
