"""The smallest network that a recipe can name: sixteen cells and one layer, without normalisation, so that a batch may be shared
out and give the same."""

from __future__ import annotations

from torch import Tensor, nn

from dms.perception.networks import Network


class Tiny(Network):
    """Outputs `rotation` (n, 6), two columns."""

    def __init__(self, cells: int = 4) -> None:
        super().__init__()
        self.read = nn.Sequential(nn.AdaptiveAvgPool2d(cells), nn.Flatten(), nn.Linear(cells * cells, 6))

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        return {"rotation": self.read(image)}


def steepness(outputs: dict[str, Tensor], batch: dict[str, Tensor]) -> Tensor:
    """A loss of one's own: the length of what the network says."""
    return outputs["rotation"].square().sum(dim=1).sqrt().mean()


def no_pose(outputs: dict[str, Tensor], batch: dict[str, Tensor]) -> Tensor:
    """A loss that asks for what is not there."""
    return outputs["heatmaps"].mean()


def cliff(outputs: dict[str, Tensor], batch: dict[str, Tensor]) -> Tensor:
    """A loss that is 0 with an infinite slope."""
    return (outputs["rotation"] * 0.0).sqrt().sum()


class TinyConvolutions(Network):
    """Outputs `rotation` (n, 6): convolutions around a shortcut, with normalisation, then a layer."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.branch = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))
        self.read = nn.Linear(width * 16, 6)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        features = self.stem(image)
        features = nn.functional.adaptive_avg_pool2d((features + self.branch(features)).relu(), 4)
        return {"rotation": self.read(features.flatten(1))}
