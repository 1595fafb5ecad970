"""PyTorch architectures of the networks. Only the reference engine and the tools import this package."""

from __future__ import annotations

from typing import Any

from dms.perception.networks.blocks import Network
from dms.perception.networks.detector import DetectorNetwork
from dms.perception.networks.eye import EyeNetwork
from dms.perception.networks.face import FaceNetwork
from dms.perception.networks.objects import ObjectsNetwork

CLASSES: dict[str, type[Network]] = {
    "detector": DetectorNetwork,
    "face": FaceNetwork,
    "eye": EyeNetwork,
    "objects": ObjectsNetwork,
}
INPUTS: dict[str, tuple[str, ...]] = {"detector": ("image",), "face": ("image",), "eye": ("image", "head"), "objects": ("image",)}

__all__ = ["CLASSES", "INPUTS", "DetectorNetwork", "EyeNetwork", "FaceNetwork", "Network", "ObjectsNetwork", "build_network"]


def build_network(name: str, **architecture: Any) -> Network:
    """A network with random weights; `architecture` holds the keyword arguments of its class."""
    return CLASSES[name](**architecture)
