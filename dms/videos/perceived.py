"""What perception sees in a video file, for the commands that take videos as drives.

Loads the networks' libraries only if perception has to run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dms.capture.mounting import UPRIGHT, Mounting
from dms.config.driver_region import WHOLE_PICTURE, DriverRegion
from dms.recording.mcap_reader import McapDrive
from dms.types import Observation
from dms.videos.kept_observations import Keeper, kept_path

if TYPE_CHECKING:
    from dms.perception.pipeline import Perception


class PerceivedVideo:
    """The observations of one video, without landmarks; `warnings` says where the video is damaged. `mounting` turns its
    pictures upright.

    The driver sits in `region`. Perception runs once per video and region; after that the observations are read from the file
    kept beside the video, unless `keep` is false.

    Raises, while iterating:
        SourceError: the video cannot be read.
        ConfigurationError: the networks cannot be loaded.
    """

    def __init__(
        self, path: Path, *, keep: bool = True, mounting: Mounting = UPRIGHT, region: DriverRegion = WHOLE_PICTURE
    ) -> None:
        self.path = path
        self._mounting = mounting
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self.share_read = 0.0
        self._keep = keep
        self._region = region

    def __iter__(self) -> Iterator[Observation]:
        if not self._keep:
            return self._see(None)
        kept = kept_path(self.path, _weights(), str(self._mounting), self._region)
        return self._read(McapDrive(kept)) if kept.is_file() else self._see(kept)

    def _read(self, drive: McapDrive) -> Iterator[Observation]:
        for record in drive:
            self.share_read = drive.share_read
            if isinstance(record, Observation):
                yield record
        self.metadata = drive.metadata

    def _see(self, kept: Path | None) -> Iterator[Observation]:
        from dms.capture import CaptureSettings, Silence, open_source

        perception = _perception(self._region)
        self.metadata = {f"model_{network}": sha256 for network, sha256 in perception.model_hashes.items()}
        if not self._region.is_whole:
            self.metadata["driver_region"] = str(self._region)
        if not self._mounting.is_upright:
            self.metadata["camera"] = str(self._mounting)
        with open_source(self.path, CaptureSettings(mounting=self._mounting)) as video:
            keeper = Keeper(kept, self.metadata) if kept is not None else None
            try:
                for frame in video:
                    assert not isinstance(frame, Silence), "a recording is never silent"
                    observation = perception.observe(frame)
                    if keeper is not None:
                        keeper.write(observation)
                    yield observation
                events = video.take_events()
                self.warnings = [event.message for event in events]
                if keeper is not None and all(event.kind == "pixels" for event in events):
                    keeper.finish(self.path)
            finally:
                if keeper is not None:
                    keeper.give_up()
        self.share_read = 1.0


def perceived_in(region: DriverRegion, mounting: Mounting = UPRIGHT) -> Callable[[Path], PerceivedVideo]:
    """Returns an opener for videos in which the driver sits in that region, turned upright by `mounting`. It can be pickled."""
    return partial(PerceivedVideo, region=region, mounting=mounting)


def _weights() -> dict[str, str]:
    from dms.perception.manifest import load_manifest

    return {name: network.onnx.sha256 for name, network in load_manifest().networks.items()}


def _perception(region: DriverRegion) -> Perception:
    from dms.perception.pipeline import Perception
    from dms.perception.settings import PerceptionSettings

    return Perception(PerceptionSettings(region=region))
