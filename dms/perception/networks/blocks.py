"""Building blocks of all networks: dense 3 by 3 convolutions, which CPUs run far more efficiently per multiplication than
depthwise ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

SHARPNESS = 5.0
"""Factor on landmark maps before the softmax, so that they learn to peak quickly."""


def map_places(side: int, reach: float) -> Tensor:
    """Coordinates (side * side, 2) of the cells of a landmark map in crop units, row by row; `reach` is the map's extent over the
    crop's, so that points a little outside the crop can still be expressed."""
    middles = ((torch.arange(side) + 0.5) / side - 0.5) * reach
    rows, columns = torch.meshgrid(middles, middles, indexing="ij")
    return torch.stack([columns.flatten(), rows.flatten()], dim=1)


def doubled(features: Tensor) -> Tensor:
    """The features at twice the height and width, each cell repeated."""
    return functional.interpolate(features, scale_factor=2.0, mode="nearest")


def through(layers: Iterable[nn.Module], features: Tensor) -> Tensor:
    """The features after all layers, in turn."""
    for layer in layers:
        features = layer(features)
    return features


def centres(maps: Tensor, places: Tensor) -> Tensor:
    """Centres of gravity (n, maps, 2) of landmark maps (n, maps, side, side) over `places`; in float32."""
    return torch.softmax(SHARPNESS * maps.float().flatten(2), dim=2) @ places


def full_precision(features: Tensor) -> AbstractContextManager[object]:
    """Switches training's autocast off on the features' device: coordinates and angles need more than the 8 bits of bf16."""
    return torch.autocast(features.device.type, enabled=False)


class ConvUnit(nn.Module):
    """Convolution, batch normalisation, and a rectifier unless `active` is False."""

    def __init__(self, channels: int, width: int, kernel: int = 3, stride: int = 1, active: bool = True) -> None:
        super().__init__()
        self.conv: nn.Conv2d = nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(width)
        self.active = active

    def forward(self, picture: Tensor) -> Tensor:
        values: Tensor = self.norm(self.conv(picture))
        return torch.relu(values) if self.active else values

    def fold(self) -> None:
        """Merge the normalisation into the convolution; the unit must be in evaluation mode."""
        if isinstance(self.norm, nn.BatchNorm2d):
            self.conv = fuse_conv_bn_eval(self.conv, self.norm)
            self.norm = nn.Identity()


class Residual(nn.Module):
    """Two 3 by 3 convolutions around a shortcut (He et al., 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = ConvUnit(width, width)
        self.second = ConvUnit(width, width, active=False)

    def forward(self, picture: Tensor) -> Tensor:
        return torch.relu(picture + self.second(self.first(picture)))


class Trunk(nn.Sequential):
    """Stages that halve the picture: a strided convolution, then as many residual blocks as given."""

    def __init__(self, channels: int, widths: Sequence[int], blocks: Sequence[int]) -> None:
        layers: list[nn.Module] = []
        for width, count in zip(widths, blocks, strict=True):
            layers += [ConvUnit(channels, width, stride=2), *(Residual(width) for _ in range(count))]
            channels = width
        super().__init__(*layers)


class Network(nn.Module):
    """A network of the manifest: tensors in, named tensors out."""

    def fold_batch_norm(self) -> None:
        """Merge every normalisation into its convolution, for inference only."""
        for module in self.modules():
            if isinstance(module, ConvUnit):
                module.fold()

    def __call__(self, *inputs: Tensor) -> dict[str, Tensor]:
        return cast("dict[str, Tensor]", super().__call__(*inputs))
