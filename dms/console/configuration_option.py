"""The option `--config`, which the commands share that work with the configuration of an installed service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option(help="Configuration file. Without one: /etc/dms/dms.yaml if there is one, else the defaults.")
]
