"""The face network: 112 by 112 grey crop to landmarks, head rotation, mouth, eyes, face or not, expression."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dms.perception.networks.blocks import ConvUnit, Network, Trunk, centres, doubled, full_precision, map_places, through

LANDMARKS = 68
EXPRESSION_CLASSES = 8
STATES = 6
"""Logits, in this order: face, mouth visible, left and right eye visible, left and right eye open."""
MAP_SIDE = 28
REACH = 1.25


class FaceNetwork(Network):
    """Landmarks are the centres of gravity of one map each, at a quarter of the crop's resolution (integral regression, Sun
    et al. 2018), plus a correction from the whole picture; everything else sees the whole picture and those points.

    Outputs: `landmarks` (n, 68, 2) in crop units and `landmark_log_sigma` (n, 68) in the same; `rotation` (n, 6), two
    columns before orthonormalisation, and `rotation_log_sigma` (n, 1) in log radians; `state` (n, 6) logits; `mouth_open`
    (n, 1), a lesson that is not read (`decode.decode_face`); `expression` (n, 8) logits."""

    def __init__(
        self,
        widths: Sequence[int] = (16, 32, 64, 128),
        blocks: Sequence[int] = (0, 1, 1, 1),
        squeezed: int = 32,
        hidden: int = 256,
    ) -> None:
        super().__init__()
        self.fine = Trunk(1, widths[:3], blocks[:3])
        self.coarse = Trunk(widths[2], widths[3:], blocks[3:])
        self.lift = ConvUnit(widths[3], widths[2], kernel=1)
        self.join = ConvUnit(widths[2], widths[2])
        self.lift_finer = ConvUnit(widths[2], widths[1], kernel=1)
        self.join_finer = ConvUnit(widths[1], widths[2])
        self.finer_maps = nn.Conv2d(widths[2], LANDMARKS, 1)
        self.squeeze = ConvUnit(widths[3], squeezed, kernel=1)
        self.whole = nn.Sequential(nn.Flatten(), nn.Linear(squeezed * 49, hidden), nn.ReLU())
        self.points = nn.Linear(hidden, LANDMARKS * 3)
        joint = hidden + LANDMARKS * 2 + widths[3]
        self.pose = nn.Sequential(nn.Linear(joint, 64), nn.ReLU(), nn.Linear(64, 7))
        self.meaning = nn.Sequential(nn.Dropout(0.1), nn.Linear(joint, 64), nn.ReLU(), nn.Linear(64, STATES + 1))
        self.feeling = nn.Sequential(nn.Dropout(0.3), nn.Linear(joint, 64), nn.ReLU(), nn.Linear(64, EXPRESSION_CLASSES))
        nn.init.zeros_(self.points.weight)
        self.quarter_layers = 2 + blocks[1]
        self.register_buffer("places", map_places(MAP_SIDE, REACH), persistent=False)
        self.places: Tensor

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        quarter = through(list(self.fine)[: self.quarter_layers], image)
        eighth = through(list(self.fine)[self.quarter_layers :], quarter)
        coarse = self.coarse(eighth)
        eighth = self.join(eighth + doubled(self.lift(coarse)))
        maps = self.finer_maps(self.join_finer(quarter + doubled(self.lift_finer(eighth))))
        squeezed = self.squeeze(coarse)
        with full_precision(squeezed):
            return self._read(maps.float(), squeezed.float(), coarse.float().mean(dim=(2, 3)))

    def _read(self, maps: Tensor, squeezed: Tensor, mean: Tensor) -> dict[str, Tensor]:
        """Outputs from landmark maps (n, 68, 28, 28), the squeezed picture and its features' mean (n, widths[3])."""
        whole = self.whole(squeezed)
        points = self.points(whole)
        landmarks = centres(maps, self.places) + 0.1 * points[:, : LANDMARKS * 2].reshape(-1, LANDMARKS, 2)
        joint = torch.cat([whole, landmarks.flatten(1), mean], dim=1)
        pose, meaning = self.pose(joint), self.meaning(joint)
        return {
            "landmarks": landmarks,
            "landmark_log_sigma": points[:, LANDMARKS * 2 :],
            "rotation": pose[:, :6],
            "rotation_log_sigma": pose[:, 6:],
            "state": meaning[:, :STATES],
            "mouth_open": meaning[:, STATES:],
            "expression": self.feeling(joint),
        }
