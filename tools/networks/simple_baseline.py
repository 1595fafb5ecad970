"""A backbone and a few transposed convolutions to one heatmap per landmark (Xiao et al., Simple baselines, ECCV 2018)."""

from __future__ import annotations

from torch import Tensor, nn

from dms.perception.networks import Network
from tools.networks.backbones.by_name import BACKBONES, BackboneName


class SimpleBaseline(Network):
    """Outputs `heatmaps` (n, points, h / 4, w / 4) at a quarter of the picture's size, whose sides must be multiples of 32."""

    def __init__(self, points: int = 68, backbone: BackboneName = "resnet18", width: int = 256) -> None:
        super().__init__()
        self.backbone = BACKBONES[backbone]()
        layers: list[nn.Module] = []
        channels = self.backbone.widths[-1]
        for _ in range(3):
            layers += [nn.ConvTranspose2d(channels, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        self.raise_ = nn.Sequential(*layers, nn.Conv2d(width, points, 1))

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        return {"heatmaps": self.raise_(self.backbone(image)[-1]).float()}
