"""From pictures to observations of a driver. `HeadPoseEstimator`, `LandmarkDetector` and `EmotionDetector`
are loaded on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dms.perception.simple import EmotionDetector, HeadPoseEstimator, LandmarkDetector

__all__ = ["EmotionDetector", "HeadPoseEstimator", "LandmarkDetector"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from dms.perception import simple

    return getattr(simple, name)
