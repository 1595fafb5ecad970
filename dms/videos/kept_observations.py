"""Observations of a video, kept beside it so that perception need not run again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dms.config.driver_region import WHOLE_PICTURE, DriverRegion
from dms.durable import UNFINISHED, WholeFile, real_place
from dms.errors import DriveError
from dms.kept_key import kept_key
from dms.recording.mcap_writer import DriveFile
from dms.types import Observation

SUFFIX = ".observations"
_LEAVINGS = (SUFFIX, UNFINISHED)
_KEY_LENGTH = 16
_CODE = ("dms.perception", "dms.capture", "dms.config.defaults", "dms.types")
"""What turns a video into observations."""


def kept_path(
    video: Path,
    weights: Mapping[str, str],
    mounting: str = "",
    region: DriverRegion = WHOLE_PICTURE,
    second: Path | None = None,
) -> Path:
    """Where the observations of a video are kept: `NAME.KEY.observations`, an MCAP drive.

    The key is made of the video's bytes, the code that sees it, the sha256 of the weights by network, how the camera was mounted,
    and the driver's region if one is stated. What is seen in two videos together is kept as `NAME+SECOND.KEY.observations`, and
    follows from the other video and the code that joins the two as well.

    Raises:
        DriveError: the video cannot be read.
    """
    networks = (f"{name} {sha256}" for name, sha256 in sorted(weights.items()))
    try:
        files, code = ([video], _CODE) if second is None else ([video, second], (*_CODE, "dms.views"))
        key = kept_key(files, code, *networks, mounting, "" if region.is_whole else repr(region))
    except OSError as error:
        raise DriveError(f"{error.filename or video}: {error.strerror}") from error
    return video.with_name(f"{name_of(video, second)}.{key[:_KEY_LENGTH]}{SUFFIX}")


def name_of(video: Path, second: Path | None = None) -> str:
    """The name under which what is seen in a video, or in two together, is kept."""
    return video.name if second is None else f"{video.name}+{second.name}"


class Keeper:
    """Writes observations as they are made. If the folder cannot be written, perception runs again next time."""

    def __init__(self, path: Path, metadata: Mapping[str, str]) -> None:
        self._whole = WholeFile(path)
        self._file: DriveFile | None = None
        try:
            self._whole.give_up()  # what an earlier process of the same number may have left
            self._file = DriveFile(self._whole.path, metadata)
        except (OSError, DriveError):
            self._file = None

    def write(self, observation: Observation) -> None:
        """Write one observation."""
        try:
            if self._file is not None:
                self._file.write(observation)
        except OSError:
            self.give_up()

    def finish(self, video: Path, second: Path | None = None) -> None:
        """Finish the file. It replaces whatever was kept for this video, or these two, before, or left behind by a crash."""
        try:
            if self._file is not None:
                self._file.close()
                self._whole.finish()
                for outdated in video.parent.iterdir():
                    is_kept = outdated.name.startswith(f"{name_of(video, second)}.") and outdated.name.endswith(_LEAVINGS)
                    if is_kept and real_place(outdated) != self._whole.place:
                        outdated.unlink(missing_ok=True)
                self._file = None
        except OSError:
            self.give_up()

    def give_up(self) -> None:
        """Delete the unfinished file."""
        if self._file is not None:
            self._file.abandon()
            self._whole.give_up()
            self._file = None
