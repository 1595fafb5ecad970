"""Weights are held against what is read from them when they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dms.perception.engines.base import NetworkName
from dms.perception.engines.contract import READ, TAKES, hold_to_contract
from dms.perception.manifest import ModelError

FILE = Path("mine/face.onnx")
Outputs = dict[str, NDArray[np.float32]]


class Says:
    """A network that gives what it is told to."""

    def __init__(self, network: NetworkName, change: Callable[[Outputs], object] = dict.copy) -> None:
        self._network, self._change = network, change

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> Outputs:
        assert {name: values.shape[1:] for name, values in inputs.items()} == TAKES[self._network]
        outputs = {name: np.zeros((len(inputs["image"]), *shape), np.float32) for name, shape in READ[self._network].items()}
        self._change(outputs)
        return outputs


@pytest.mark.parametrize("network", READ)
def test_what_gives_all_that_is_read_is_taken(network: NetworkName) -> None:
    hold_to_contract(Says(network, lambda outputs: outputs.update(more=np.zeros(1, np.float32))), network, FILE)


def fewer_points(outputs: Outputs) -> None:
    outputs["landmarks"] = outputs["landmarks"][:, :5]


def without_pose(outputs: Outputs) -> None:
    del outputs["rotation"]


def one_for_all(outputs: Outputs) -> None:
    outputs["state"] = outputs["state"][:1]


def falls(outputs: Outputs) -> None:
    raise RuntimeError("mat1 and mat2 shapes\ncannot be multiplied")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (fewer_points, "not the face network: landmarks is 5 x 2, not 68 x 2"),
        (without_pose, "not the face network: gives .*, and rotation is not among them"),
        (one_for_all, "not the face network: state is of 1 picture, not of 2"),
        (falls, "does not take what the face network is given: mat1 and mat2 shapes cannot be multiplied"),
    ],
)
def test_what_does_not_is_refused_in_one_sentence(change: Callable[[Outputs], object], said: str) -> None:
    with pytest.raises(ModelError, match=rf"^mine/face\.onnx: {said}$"):
        hold_to_contract(Says("face", change), "face", FILE)
