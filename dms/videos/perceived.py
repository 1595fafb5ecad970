"""What perception sees in a video file, for the commands that take videos as drives.

Loads the networks' libraries only if perception has to run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.config.driver_region import WHOLE_PICTURE, DriverRegion
from dms.recording.mcap_reader import McapDrive
from dms.types import Observation
from dms.videos.kept_observations import Keeper, kept_path

if TYPE_CHECKING:
    from dms.capture import FrameSource
    from dms.perception.own_weights import OwnWeights
    from dms.perception.pipeline import Perception
    from dms.views.perception import Perceives

NOTES = "video_notes"
"""In the metadata of what is kept: what was said of the video as it was opened, to be said again whenever it is used."""
HARMLESS = ("pixels", "streams", "times")
"""Events after which what was seen can be kept. A guessed frame rate is to be said until somebody states the right one."""


class PerceivedVideo:
    """The observations of one video, without landmarks; `warnings` says where the video is damaged, and what of it had to
    be guessed. `recorded_as` says what it does not say of itself.

    The driver sits in `region`. A `second` video of the same driver, which began at the same moment, is watched in step. Own
    `weights` stand for those that ship. Perception runs once per video, region and weights; after that the observations are read
    from the file kept beside the video, unless `keep` is false.

    Raises, while iterating:
        SourceError: the video cannot be read.
        ConfigurationError: the networks cannot be loaded.
    """

    def __init__(
        self,
        path: Path,
        *,
        keep: bool = True,
        recorded_as: RecordedAs = AS_IT_SAYS,
        region: DriverRegion = WHOLE_PICTURE,
        second: Path | None = None,
        weights: OwnWeights | None = None,
    ) -> None:
        self.path = path
        self._weights = weights
        self._second = second
        self._recorded_as = recorded_as
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self.share_read = 0.0
        self._keep = keep
        self._region = region

    def __iter__(self) -> Iterator[Observation]:
        if not self._keep:
            return self._see(None)
        kept = kept_path(self.path, self._hashes(), str(self._recorded_as), self._region, self._second)
        return self._read(McapDrive(kept)) if kept.is_file() else self._see(kept)

    def _read(self, drive: McapDrive) -> Iterator[Observation]:
        for record in drive:
            self.share_read = drive.share_read
            if isinstance(record, Observation):
                yield record
        self.metadata = drive.metadata
        self.warnings = [note for note in drive.metadata.get(NOTES, "").splitlines() if note]

    def _see(self, kept: Path | None) -> Iterator[Observation]:
        from dms.capture import Silence

        perception = self._perception()
        self.metadata = {f"model_{network}": sha256 for network, sha256 in perception.model_hashes.items()}
        if not self._region.is_whole:
            self.metadata["driver_region"] = str(self._region)
        if self._second is not None:
            self.metadata["second_source"] = str(self._second)
        mounting = self._recorded_as.mounting
        if not mounting.is_upright:
            self.metadata["camera"] = str(mounting)
        with self._opened() as video:
            events = video.take_events()
            if events:
                self.metadata[NOTES] = "\n".join(event.message for event in events)
            keeper = Keeper(kept, self.metadata) if kept is not None else None
            try:
                for frame in video:
                    assert not isinstance(frame, Silence), "a recording is never silent"
                    observation = perception.observe(frame)
                    if keeper is not None:
                        keeper.write(observation)
                    yield observation
                events += video.take_events()
                self.warnings = [event.message for event in events]
                if keeper is not None and all(event.kind in HARMLESS for event in events):
                    keeper.finish(self.path, self._second)
            finally:
                if keeper is not None:
                    keeper.give_up()
        self.share_read = 1.0

    def _opened(self) -> FrameSource:
        from dms.capture import CaptureSettings, open_source

        first = open_source(self.path, CaptureSettings(mounting=self._recorded_as.mounting, recorded_fps=self._recorded_as.fps))
        if self._second is None:
            return first
        from dms.views.pairs import PairedRecordings

        with ExitStack() as opened:
            opened.enter_context(first)
            both = PairedRecordings(first, open_source(self._second))
            opened.pop_all()
            return both

    def _perception(self) -> Perceives:
        first = self._watching(self._region)
        if self._second is None:
            return first
        from dms.views.joining import Joiner
        from dms.views.perception import TwoViews

        return TwoViews((str(self.path), str(self._second)), (first, self._watching(WHOLE_PICTURE)), Joiner())

    def _watching(self, region: DriverRegion) -> Perception:
        from dms.perception.pipeline import Perception
        from dms.perception.settings import PerceptionSettings

        return Perception(PerceptionSettings(models=self._folder(), region=region))

    def _hashes(self) -> dict[str, str]:
        from dms.perception.manifest import load_manifest

        return {name: network.onnx.sha256 for name, network in load_manifest(self._folder()).networks.items()}

    def _folder(self) -> Path | None:
        return None if self._weights is None else self._weights.folder


def perceived_in(
    region: DriverRegion,
    recorded_as: RecordedAs = AS_IT_SAYS,
    second: Path | None = None,
    weights: OwnWeights | None = None,
) -> Callable[[Path], PerceivedVideo]:
    """Returns an opener for videos in which the driver sits in that region, recorded as `recorded_as` says. It can be pickled.

    A `second` video is watched in step with each. Own `weights` stand for those that ship.
    """
    return partial(PerceivedVideo, region=region, recorded_as=recorded_as, second=second, weights=weights)
