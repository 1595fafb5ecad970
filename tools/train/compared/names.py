"""What the command line calls the forms that a network is exported in. Loads no torch."""

from __future__ import annotations

from typing import Literal

FormName = Literal["torch-export", "torchscript"]
