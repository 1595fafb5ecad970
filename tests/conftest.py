"""What every test shares."""

from __future__ import annotations

from hypothesis import settings

# OpenCV reads how talkative it may be once a process, at the first video: no test may open one before this is set.
import dms.capture.opencv  # noqa: F401

# A busy machine is no failure: the suite never judges by the clock.
settings.register_profile("dms", deadline=None)
settings.load_profile("dms")
