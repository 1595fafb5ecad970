"""What every test shares."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

# OpenCV reads how talkative it may be once a process, at the first video: no test may open one before this is set.
import dms.capture.opencv  # noqa: F401

# A busy machine is no failure: the suite never judges by the clock.
settings.register_profile("dms", deadline=None)
settings.load_profile("dms")


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A command that is run in this process sets up the log for itself: the next test shall find it as this one did."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
