"""Getting the networks ready: weights are checked against the manifest, loaded, and run once or twice."""

from __future__ import annotations

from pathlib import Path

from dms.config import settings as configuration
from dms.config.driver_region import driver_region
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings


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


def weights_directory(settings: configuration.PerceptionSettings) -> Path | None:
    """Return the configured folder with manifest and weights, or None for the one that ships."""
    return Path(settings.models) if settings.models else None
