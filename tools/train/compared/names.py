"""What the command line calls the forms that a network is exported in. Loads no torch."""

from __future__ import annotations

from enum import StrEnum


class FormName(StrEnum):
    """A further form."""

    TORCH_EXPORT = "torch-export"
    TORCHSCRIPT = "torchscript"
