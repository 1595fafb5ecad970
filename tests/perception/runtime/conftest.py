"""The shipped networks on the bundled rendered drives."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from dms.capture import open_source
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.types import Frame

DRIVES = Path(__file__).resolve().parents[2] / "data/drives"
DAY = DRIVES / "day_colour.mp4"
NIGHT = DRIVES / "night_infrared.mp4"


def beginning_of(video: Path, frames: int) -> list[Frame]:
    with open_source(video) as source:
        return [frame for frame in itertools.islice(source, frames) if isinstance(frame, Frame)]


@pytest.fixture(scope="session")
def day() -> list[Frame]:
    """Four seconds of a driver by day."""
    return beginning_of(DAY, 120)


@pytest.fixture(scope="session")
def night() -> list[Frame]:
    """Two seconds of a driver in infrared light."""
    return beginning_of(NIGHT, 60)


@pytest.fixture
def perception() -> Perception:
    """It says everything it knows, landmarks included, and does not measure first which precision is faster here."""
    return Perception(PerceptionSettings(landmarks=True, precision="fp32"))
