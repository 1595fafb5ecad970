"""Two sources made one."""

from __future__ import annotations

from dms.capture import FrameSource
from dms.capture.paced import PacedSource
from dms.errors import ConfigurationError
from dms.views.live_pair import PairedCameras
from dms.views.pairs import PairedRecordings


def in_step(first: FrameSource, second: FrameSource, *, paced: bool = False) -> FrameSource:
    """The frames of both sources in pairs. `paced` recordings are delivered no faster than they were recorded.

    Raises:
        ConfigurationError: one of them is live and the other recorded: they have no common time.
    """
    if first.live is not second.live:
        live, recorded = (first.name, second.name) if first.live else (second.name, first.name)
        raise ConfigurationError(f"{live} is live and {recorded} is a recording: two cameras in step are both of one kind")
    if first.live:
        return PairedCameras(first, second)
    recordings = PairedRecordings(first, second)
    return PacedSource(recordings) if paced else recordings
