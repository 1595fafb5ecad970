"""What every test shares."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from hypothesis import settings

# OpenCV reads how talkative it may be once a process, at the first video: no test may open one before this is set.
import dms.capture.opencv  # noqa: F401

# A busy machine is no failure: the suite never judges by the clock.
settings.register_profile("dms", deadline=None)
settings.load_profile("dms")

# Temporary folders lie in memory where there is room: journals and searches commit thousands of times, which on a busy disk was
# measured to take 26 ms each, and 0.4 ms in memory.
_MEMORY, _ROOM_BYTES = Path("/dev/shm"), 2 << 30
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
