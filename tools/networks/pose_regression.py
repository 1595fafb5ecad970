"""From a picture straight to how the head is turned: a backbone, the mean of its features, one layer."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from dms.perception.networks import Network
from dms.perception.networks.blocks import full_precision
from tools.networks.backbones.by_name import BACKBONES, BackboneName
from tools.train.losses import euler_from_rotation, rotation_from_6d, rotation_from_euler

Representation = Literal["euler", "6d"]
WIDEST_RAD = 3.2
"""The tanh of yaw, pitch and roll is stretched to a little over half a turn."""


class PoseRegression(Network):
    """Outputs `rotation` (n, 3, 3), `angles` (n, 3) yaw, pitch and roll in radians, and `rotation_log_sigma` (n, 1) in log
    radians.

    With `gaze` also `gaze` (n, 3), a direction relative to the ray from the camera, not of unit length, and `gaze_log_sigma`.
    """

    def __init__(self, backbone: BackboneName = "resnet18", representation: Representation = "6d", gaze: bool = False) -> None:
        super().__init__()
        self.backbone = BACKBONES[backbone]()
        self.representation = representation
        width = self.backbone.widths[-1]
        self.turn = nn.Linear(width, 7 if representation == "6d" else 4)
        self.look = nn.Linear(width, 4) if gaze else None

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        features = self.backbone(image)[-1]
        with full_precision(features):  # in bf16 two columns can be parallel, and their gradient infinite
            return self._read(features.float().mean(dim=(2, 3)))

    def _read(self, features: Tensor) -> dict[str, Tensor]:
        """Outputs from features (n, width)."""
        turn = self.turn(features)
        if self.representation == "6d":
            rotation = rotation_from_6d(turn[:, :6])
            angles = euler_from_rotation(rotation)
        else:
            angles = WIDEST_RAD * torch.tanh(turn[:, :3] / WIDEST_RAD)
            rotation = rotation_from_euler(angles)
        outputs = {"rotation": rotation, "angles": angles, "rotation_log_sigma": turn[:, -1:]}
        if self.look is not None:
            look = self.look(features)
            outputs |= {"gaze": look[:, :3], "gaze_log_sigma": look[:, 3:]}
        return outputs
