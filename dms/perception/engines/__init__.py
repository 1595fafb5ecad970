"""Engines run the networks: ONNX Runtime by default, PyTorch as the reference, same outputs within a tolerance."""

from dms.perception.engines.base import (
    PARITY_TOLERANCE,
    Choice,
    Engine,
    EngineName,
    NetworkName,
    Precision,
    load_network,
    load_with_choice,
)

__all__ = [
    "PARITY_TOLERANCE",
    "Choice",
    "Engine",
    "EngineName",
    "NetworkName",
    "Precision",
    "load_network",
    "load_with_choice",
]
