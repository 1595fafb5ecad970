"""GStreamer as these tests take it: whether it can be used here, and the deliveries of a pipeline."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache

from dms.capture.gst.child import SYSTEM_PYTHON
from tests.needs import need

_PROBE = """
import sys, gi
for name in ("Gst", "GstVideo", "GstApp", *sys.argv[2:]):
    gi.require_version(name, "1.0")
from gi.repository import Gst
Gst.init(None)
missing = [each for each in sys.argv[1].split() if Gst.ElementFactory.find(each) is None]
sys.exit(f"no {missing}" if missing else 0)
"""


@cache
def _missing(elements: tuple[str, ...], libraries: tuple[str, ...]) -> str | None:
    command = [SYSTEM_PYTHON, "-I", "-c", _PROBE, " ".join(elements), *libraries]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except OSError as error:
        return f"{SYSTEM_PYTHON}: {error.strerror}"
    return None if found.returncode == 0 else found.stderr.strip().splitlines()[-1]


def need_gstreamer(elements: Sequence[str] = ("videotestsrc", "videoconvert"), libraries: Sequence[str] = ()) -> None:
    """Skip the test where GStreamer, its binding or one of these elements and libraries is not installed."""
    need("GStreamer", _missing(tuple(elements), tuple(libraries)))
