"""The real service, but for its camera and networks: a scripted driver is played to it, in real time or faster.

`python -m tools.faults.played CONFIGURATION` is `dms run` with that driver: every ten seconds a look away of three seconds and
eyes that close for a good second, so that alerts are raised and cleared all the time. All but the networks is the real thing.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dms.capture import CaptureSettings, Grabbed, live
from dms.capture.video import VideoFile
from dms.config.settings import PerceptionSettings, load_settings
from dms.types import CameraHealth, Eye, Eyes, Face, Frame, Gaze, Head, Mouth, Observation

SCHEME = "played"
FILM_SCHEME = "film"
CYCLE_S = 10.0
_LOOK_AWAY_S, _EYES_CLOSED_S = (1.0, 4.2), (6.0, 7.6)


class PlayedCamera:
    """Grey pictures with a grain that changes, at the rate in the address: `played://30`."""

    size: tuple[int, int] | None = (160, 120)

    def __init__(self, address: str, _: CaptureSettings) -> None:
        self.fps: float | None = float(address.partition("://")[2])
        self.remarks: list[str] = []
        self._due_s = time.monotonic()
        self._pictures = np.random.default_rng(7).integers(60, 180, (8, 120, 160), dtype=np.uint8)
        self._taken = 0

    def read(self) -> Grabbed:
        """The next picture, when it is due."""
        assert self.fps is not None
        self._due_s = max(self._due_s + 1.0 / self.fps, time.monotonic() - 1.0)
        time.sleep(max(0.0, min(1.0, self._due_s - time.monotonic())))
        self._taken += 1
        return Grabbed(self._pictures[self._taken % len(self._pictures)], time.monotonic())

    def release(self) -> None:
        """Nothing is held."""


class FilmCamera:
    """Films a video over and over, at its own rate or as many pictures a second as asked: `film:///path`, `film:///path?fps=30`."""

    def __init__(self, address: str, settings: CaptureSettings) -> None:
        path, _, fps = address.partition("://")[2].partition("?fps=")
        self._path = Path(path)
        self._film = VideoFile(self._path)
        self._frames = iter(self._film)
        self.size, self.fps = self._film.size, float(fps) if fps else self._film.fps
        self.remarks: list[str] = []
        self._due_s = time.monotonic()

    def read(self) -> Grabbed:
        """The next picture, when it is due."""
        frame = next(self._frames, None)
        if frame is None:
            self._film = VideoFile(self._path)
            self._frames = iter(self._film)
            frame = next(self._frames)
        self._due_s = max(self._due_s + 1.0 / (self.fps or 30.0), time.monotonic() - 1.0)
        time.sleep(max(0.0, min(1.0, self._due_s - time.monotonic())))
        return Grabbed(frame.image, time.monotonic())

    def release(self) -> None:
        """Close the video."""
        self._film.close()


SOURCE = live(PlayedCamera)
FILM = live(FilmCamera)


class PlayedPerception:
    """In place of the networks: what they would read of a driver who follows the script."""

    faults: Mapping[str, int] = {}
    model_hashes: Mapping[str, str] = {"played": "0" * 64}
    camera_note: str | None = None

    def observe(self, frame: Frame) -> Observation:
        """What is read of the frame, by its time."""
        moment = frame.t % CYCLE_S
        away = _LOOK_AWAY_S[0] <= moment < _LOOK_AWAY_S[1]
        eye = Eye(0.02 if _EYES_CLOSED_S[0] <= moment < _EYES_CLOSED_S[1] else 0.95, 0.99)
        sway_deg = 0.4 * np.sin(frame.t)
        yaw_deg = 45.0 if away else float(sway_deg)
        return Observation(
            frame.t,
            frame.index,
            face=Face(0.98, (60.0, 30.0, 40.0, 50.0)),
            head=Head(yaw_deg, -4.0, 0.5, 2.0),
            eyes=Eyes(eye, eye),
            gaze=Gaze(yaw_deg, -2.0, 4.0),
            mouth=Mouth(0.05, 0.97),
        )

    def observe_silence(self, t: float) -> Observation:
        """Nothing is read of no picture."""
        return Observation(t, -1, camera=CameraHealth.STALE)

    def new_drive(self) -> None:
        """The script knows only one driver."""


def install_camera(folder: Path) -> None:
    """Install the cameras into `folder`, as a package that offers them does; the folder is then to be on the path."""
    info = folder / "dms_played-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: dms-played\nVersion: 1.0\n")
    entries = f"[dms.sources]\n{SCHEME} = tools.faults.played:SOURCE\n{FILM_SCHEME} = tools.faults.played:FILM\n"
    (info / "entry_points.txt").write_text(entries)


def load(settings: PerceptionSettings, field_of_view_deg: float | None) -> PlayedPerception:
    """In place of `dms.service.networks.load_perception`."""
    return PlayedPerception()


def main() -> None:
    """Run the service with the configuration that is named."""
    from dms.service.app import run_service
    from dms.service.log_thread import LogThread
    from dms.service.logging import set_up_logging

    settings = load_settings(Path(sys.argv[1]))
    os.umask(0o077)
    set_up_logging(settings.log_level)
    with LogThread() as log:
        run_service(settings, log, load=load)


if __name__ == "__main__":
    main()
