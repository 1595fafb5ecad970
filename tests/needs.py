"""What some tests need beyond Python: a browser, a renderer. Without it they are skipped, except where it must be there."""

from __future__ import annotations

import os
from typing import Literal

import pytest

Need = Literal[
    "browser",
    "renderer",
    "compiler",
    "loop devices",
    "broker",
    "journald",
    "gpsd",
    "GStreamer",
    "ffmpeg",
    "v4l-utils",
    "label-peers",
    "axe",
    "init",
]
REQUIRED = "DMS_REQUIRE"
"""The environment variable that names what must be there, separated by spaces, as in CI."""


def need(what: Need, missing: str | None) -> None:
    """Skip the test if `missing` says why `what` cannot be used here; fail it if `what` is required. Go on if it is None."""
    if missing is None:
        return
    if what in os.environ.get(REQUIRED, "").split():
        pytest.fail(f"{REQUIRED} asks for a {what}: {missing}", pytrace=False)
    pytest.skip(f"needs a {what}: {missing}")
