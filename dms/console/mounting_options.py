"""The options that say how the camera of a video is mounted, for every command that looks at videos."""

from __future__ import annotations

from typing import Annotated

import typer

from dms.capture.mounting import Mounting
from dms.config.settings import Settings, with_changes

Rotate = Annotated[
    int | None,
    typer.Option(metavar="0|90|180|270", help="Turn the pictures clockwise by so many degrees, to be upright."),
]
Mirror = Annotated[
    bool | None, typer.Option("--mirror/--no-mirror", help="Exchange left and right of mirrored pictures.", show_default=False)
]


def mounting_changes(rotate: int | None, mirror: bool | None) -> dict[str, int]:
    """What the options change in the configuration."""
    given = {"camera.rotate": rotate, "camera.mirror": mirror}
    return {name: value for name, value in given.items() if value is not None}


def mounting_of(rotate: int | None, mirror: bool | None) -> Mounting:
    """The mounting that the options name, judged as the configuration would be.

    Raises:
        UsageError: no camera is mounted like that.
    """
    camera = with_changes(Settings(), mounting_changes(rotate, mirror)).camera
    return Mounting(camera.rotate, camera.mirror)
