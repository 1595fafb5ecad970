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
