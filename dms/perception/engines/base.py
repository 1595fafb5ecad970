"""What every engine offers, and the names of networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

NetworkName = Literal["detector", "face", "eye", "objects"]

PARITY_TOLERANCE = 2e-4
"""Largest absolute difference between the engines' raw outputs for the same input in float32, where both compute the same in
another order. A test holds it on the shipped weights; another one holds what INT8 may differ by on readings."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which weights run, and why, in words for people."""

    precision: Literal["fp32", "int8"]
    why: str


class Engine(Protocol):
    """One network, loaded and ready on one thread unless told otherwise."""

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Outputs by name for inputs by name; the first axis of every array is the batch."""
        ...
