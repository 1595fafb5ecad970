"""The options that say what a video does not say of itself, for every command that takes videos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dms.console.replay_options import within

if TYPE_CHECKING:
    from dms.capture.mounting import Mounting
    from dms.capture.recorded_as import RecordedAs

Rotate = Annotated[
    int | None,
    typer.Option(metavar="0|90|180|270", help="Degrees by which to turn the pictures clockwise so that they are upright."),
]
Mirror = Annotated[
    bool | None, typer.Option("--mirror/--no-mirror", help="Swap left and right, for mirrored pictures.", show_default=False)
]
Fps = Annotated[
    float | None,
    typer.Option(
        metavar="0.1-1000",
        callback=within(0.1, 1000.0),
        help="Pictures a second of recordings that do not say: .mjpeg, raw .h264 and .hevc, folders of pictures.",
    ),
]


def camera_changes(rotate: int | None, mirror: bool | None, fps: float | None = None) -> dict[str, float]:
    """The changes to the configuration that the options make."""
    given = {"camera.rotate": rotate, "camera.mirror": mirror, "camera.recorded_fps": fps}
    return {name: value for name, value in given.items() if value is not None}


def mounting_of(rotate: int | None, mirror: bool | None) -> Mounting:
    """Returns the mounting that the options name, checked as the configuration would be.

    Raises:
        UsageError: a camera cannot be mounted like that.
    """
    from dms.capture.mounting import Mounting
    from dms.config.settings import Settings, with_changes

    camera = with_changes(Settings(), camera_changes(rotate, mirror)).camera
    return Mounting(camera.rotate, camera.mirror)


def recorded_as(rotate: int | None, mirror: bool | None, fps: float | None) -> RecordedAs:
    """Returns what the options say of a recording, checked as the configuration would be.

    Raises:
        UsageError: a camera cannot be mounted like that.
    """
    from dms.capture.recorded_as import RecordedAs

    return RecordedAs(mounting_of(rotate, mirror), fps)
