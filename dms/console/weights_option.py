"""The option `--models`, for every command that looks at pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dms.errors import UsageError

if TYPE_CHECKING:
    from dms.perception.own_weights import OwnWeights

Models = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="A folder with weights and their manifest, instead of those that ship with dms.", show_default=False
    ),
]


def asked_weights(models: Path | None) -> OwnWeights | None:
    """The weights that the option names, every file held against its manifest; None for those that ship.

    Raises:
        ModelError: there is no such folder or manifest, or a file is missing or altered; the message names it.
    """
    if models is None:
        return None
    from dms.perception.own_weights import checked_weights

    return checked_weights(models)


def check_models(models: Path | None, drives: Sequence[Path]) -> None:
    """Check that there is a video for the weights to look at: what recorded drives hold was seen when they were recorded.

    Raises:
        UsageError: there is none.
    """
    if models is None:
        return
    from dms.recording.drive import VIDEO_SUFFIXES

    if not any(drive.suffix.lower() in VIDEO_SUFFIXES for drive in drives):
        raise UsageError("--models looks at videos, and these drives hold what was seen when they were recorded")


def folder_of(weights: OwnWeights | None) -> Path | None:
    """Where they lie; None for those that ship."""
    return None if weights is None else weights.folder
