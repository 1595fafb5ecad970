"""Engines run the networks: ONNX Runtime by default, PyTorch as the reference, same outputs within a tolerance."""

from dms.perception.engines.base import PARITY_TOLERANCE, Engine, EngineName, NetworkName, load_network

__all__ = ["PARITY_TOLERANCE", "Engine", "EngineName", "NetworkName", "load_network"]
