"""PyTorch architectures of the three networks. Only the torch engine and the training tools import this package."""

from __future__ import annotations

from typing import Any

from dms.perception.networks.blocks import Network
from dms.perception.networks.detector import DetectorNetwork
from dms.perception.networks.eye import EyeNetwork
from dms.perception.networks.face import FaceNetwork

CLASSES: dict[str, type[Network]] = {"detector": DetectorNetwork, "face": FaceNetwork, "eye": EyeNetwork}
INPUTS: dict[str, tuple[str, ...]] = {"detector": ("image",), "face": ("image",), "eye": ("image", "head")}

__all__ = ["CLASSES", "INPUTS", "DetectorNetwork", "EyeNetwork", "FaceNetwork", "Network", "build_network"]


def build_network(name: str, **architecture: Any) -> Network:
    """A network with random weights; `architecture` holds the keyword arguments of its class."""
    return CLASSES[name](**architecture)
