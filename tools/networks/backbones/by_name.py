"""Backbones by the name that a recipe gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from tools.networks.backbones.backbone import Backbone
from tools.networks.backbones.inverted import efficientnet_b0, mobilenet_v3_large, mobilenet_v3_small
from tools.networks.backbones.resnet import resnet18, resnet50

BackboneName = Literal[
    "resnet18", "resnet18-se", "resnet18-cbam", "resnet50", "resnet50-se", "resnet50-cbam",
    "mobilenet-v3-small", "mobilenet-v3-large", "efficientnet-b0",
]  # fmt: skip
BACKBONES: dict[str, Callable[[], Backbone]] = {
    "resnet18": resnet18,
    "resnet18-se": lambda: resnet18("se"),
    "resnet18-cbam": lambda: resnet18("cbam"),
    "resnet50": resnet50,
    "resnet50-se": lambda: resnet50("se"),
    "resnet50-cbam": lambda: resnet50("cbam"),
    "mobilenet-v3-small": mobilenet_v3_small,
    "mobilenet-v3-large": mobilenet_v3_large,
    "efficientnet-b0": efficientnet_b0,
}
