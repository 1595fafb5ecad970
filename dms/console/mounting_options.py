"""The options that say how the camera of a video is mounted, for every command that takes videos."""

from __future__ import annotations

from typing import Annotated

import typer

from dms.capture.mounting import Mounting
from dms.config.settings import Settings, with_changes

Rotate = Annotated[
    int | None,
    typer.Option(metavar="0|90|180|270", help="Degrees by which to turn the pictures clockwise so that they are upright."),
]
Mirror = Annotated[
    bool | None, typer.Option("--mirror/--no-mirror", help="Swap left and right, for mirrored pictures.", show_default=False)
]


def mounting_changes(rotate: int | None, mirror: bool | None) -> dict[str, int]:
    """The changes to the configuration that the options make."""
    given = {"camera.rotate": rotate, "camera.mirror": mirror}
    return {name: value for name, value in given.items() if value is not None}


def mounting_of(rotate: int | None, mirror: bool | None) -> Mounting:
    """Returns the mounting that the options name, checked as the configuration would be.

    Raises:
        UsageError: a camera cannot be mounted like that.
    """
    camera = with_changes(Settings(), mounting_changes(rotate, mirror)).camera
    return Mounting(camera.rotate, camera.mirror)
