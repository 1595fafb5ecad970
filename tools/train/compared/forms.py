"""Further forms of a trained network, for programs that run neither ONNX nor this project's classes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dms.perception.networks import Network
from tools.train.compared.names import FormName

Outputs = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Form:
    """A file's name, how it is written from two pictures, and what it says once it is read again."""

    file: str
    write: Callable[[Network, Tensor, Path], None]
    run: Callable[[Path, Tensor], Outputs]


def _write_program(network: Network, image: Tensor, path: Path) -> None:
    batch = torch.export.Dim("n", min=1)
    torch.export.save(torch.export.export(network, (image,), dynamic_shapes=({0: batch},), strict=False), path)


def _run_program(path: Path, image: Tensor) -> Outputs:
    return _said(torch.export.load(path).module(), image)


def _write_script(network: Network, image: Tensor, path: Path) -> None:
    with torch.no_grad(), _as_torch_warns():  # strict would refuse the dictionary of outputs, which is always the same
        torch.jit.trace(network, image, strict=False, check_trace=False).save(str(path))  # type: ignore[no-untyped-call]


def _run_script(path: Path, image: Tensor) -> Outputs:
    with _as_torch_warns():
        return _said(torch.jit.load(str(path)), image)  # type: ignore[no-untyped-call]


def _as_torch_warns() -> warnings.catch_warnings[None]:
    """Torch says at every call that TorchScript is on its way out; who asks for it has read so in the help."""
    return warnings.catch_warnings(action="ignore", category=DeprecationWarning)


@torch.no_grad()
def _said(network: nn.Module, image: Tensor) -> Outputs:
    return {name: value.numpy() for name, value in network(image).items()}


FORMS: dict[FormName, Form] = {
    FormName.TORCH_EXPORT: Form("network.pt2", _write_program, _run_program),
    FormName.TORCHSCRIPT: Form("network.torchscript.pt", _write_script, _run_script),
}
