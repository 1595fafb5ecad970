"""Getting the networks ready: weights are checked against the manifest, loaded, and run once or twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dms.capture.address import without_password
from dms.config import settings as configuration
from dms.config.driver_region import driver_region
from dms.perception.own_weights import checked_weights
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.views.joining import Joiner
from dms.views.perception import Perceives, TwoViews

LoadPerception = Callable[[configuration.PerceptionSettings, float | None], Perceives]


def load_both(settings: configuration.Settings, load: LoadPerception) -> Perceives | TwoViews:
    """Load what watches the camera, or both cameras, with `load`.

    Raises:
        ModelError: as `load_perception`.
    """
    first, second = load(settings.perception, settings.camera.field_of_view_deg), settings.second_camera
    if second is None:
        return first
    theirs = settings.perception.model_copy(update={"driver_side": second.driver_side, "region": second.region})
    names = without_password(settings.source or ""), without_password(second.source)
    return TwoViews(names, (first, load(theirs, second.field_of_view_deg)), Joiner(given_deg=second.place_deg))


def load_perception(settings: configuration.PerceptionSettings, field_of_view_deg: float | None = None) -> Perception:
    """Load perception as configured, and run each network a few times so that the first frame is as fast as the rest.

    `field_of_view_deg` is the angle that the camera sees across the picture, None if unknown.

    Raises:
        ModelError: weights or manifest are missing, altered or unusable; the message names the file.
    """
    wanted = PerceptionSettings(
        engine=settings.engine,
        precision=settings.precision,
        models=weights_directory(settings),
        threads=settings.threads,
        landmarks=settings.publish_landmarks,
        field_of_view_deg=field_of_view_deg,
        region=driver_region(settings.driver_side, settings.region),
    )
    perception = Perception(wanted)
    perception.warm_up()
    return perception


def check_weights(settings: configuration.PerceptionSettings) -> None:
    """Hold every file of a configured folder of weights against its manifest, those too that this machine would not load.

    Raises:
        ModelError: there is no such folder or manifest, or a file is missing or altered; the message names it.
    """
    directory = weights_directory(settings)
    if directory is not None:
        checked_weights(directory)


def weights_directory(settings: configuration.PerceptionSettings) -> Path | None:
    """Return the configured folder with manifest and weights, or None for the one that ships."""
    return Path(settings.models) if settings.models else None
