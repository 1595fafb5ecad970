"""All that the face network reads, by a MobileNetV3: a sixth of the multiplications, to be taught by a larger one."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dms.perception.networks import Network
from dms.perception.networks.blocks import centres, doubled, full_precision, map_places
from dms.perception.networks.face import EXPRESSION_CLASSES, LANDMARKS, REACH, STATES
from tools.networks.backbones.by_name import BACKBONES, BackboneName
from tools.networks.blocks import ConvUnit

MAP_SIDE = 14
"""An eighth of the picture's 112 pixels."""


class MobileFace(Network):
    """Outputs as `dms.perception.networks.face.FaceNetwork`, of pictures of 112 pixels. Landmarks are centres of gravity of maps
    at an eighth of the picture's resolution, plus a correction from the whole picture."""

    def __init__(self, backbone: BackboneName = "mobilenet-v3-small", hidden: int = 128) -> None:
        super().__init__()
        self.backbone = BACKBONES[backbone]()
        _, eighth, sixteenth, last = self.backbone.widths
        self.lift = ConvUnit(sixteenth, eighth, 1)
        self.join = ConvUnit(eighth, 2 * eighth, 3)
        self.maps = nn.Conv2d(2 * eighth, LANDMARKS, 1)
        self.whole = nn.Sequential(nn.Linear(last, hidden), nn.Hardswish())
        self.points = nn.Linear(hidden, LANDMARKS * 3)
        joint = hidden + LANDMARKS * 2
        self.pose = nn.Sequential(nn.Linear(joint, 64), nn.ReLU(), nn.Linear(64, 7))
        self.meaning = nn.Sequential(nn.Dropout(0.1), nn.Linear(joint, 64), nn.ReLU(), nn.Linear(64, STATES + 1))
        self.feeling = nn.Sequential(nn.Dropout(0.2), nn.Linear(joint, 64), nn.ReLU(), nn.Linear(64, EXPRESSION_CLASSES))
        nn.init.zeros_(self.points.weight)
        self.register_buffer("places", map_places(MAP_SIDE, REACH), persistent=False)
        self.places: Tensor

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        _, eighth, sixteenth, last = self.backbone(image)
        maps = self.maps(self.join(eighth + doubled(self.lift(sixteenth))))
        with full_precision(maps):
            return self._read(maps.float(), last.float().mean(dim=(2, 3)))

    def _read(self, maps: Tensor, mean: Tensor) -> dict[str, Tensor]:
        """Outputs from landmark maps (n, 68, 14, 14) and the last features' mean (n, width)."""
        whole = self.whole(mean)
        points = self.points(whole)
        landmarks = centres(maps, self.places) + 0.1 * points[:, : LANDMARKS * 2].reshape(-1, LANDMARKS, 2)
        joint = torch.cat([whole, landmarks.flatten(1)], dim=1)
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
