"""Packages from outside, in a folder of their own: an output, cameras, a recording, a vehicle, and some that are broken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TOY = '''
"""Alerts as lines of a file; a video and a camera that is one, under schemes of their own."""

import json
import time
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from dms.capture import CaptureSettings, Grabbed, live, recorded
from dms.capture.video import VideoFile
from dms.errors import DmsError, SourceError
from dms.outputs.listener import DriveEnd, Listener, Step
from dms.outputs.plugin import Output
from dms.outputs.run_identity import RunIdentity


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Path
    style: Literal["short", "long"] = "short"
    fails: bool = False


class AlertLines(Listener):
    def __init__(self, options: Options, session: str) -> None:
        self._fails = options.fails
        try:
            self._file = options.file.open("w")
        except OSError as error:
            raise DmsError(f"{options.file}: {error.strerror}") from error
        self._write("session", session)

    def on_step(self, step: Step) -> None:
        if self._fails:
            raise ConnectionError("the broker is away")
        for alert in step.alerts:
            self._write("alert", f"{alert.phase} {alert.kind} {alert.t!r}")

    def on_drive_ends(self, reason: DriveEnd) -> None:
        self._write("ends", reason)

    def close(self) -> None:
        self._write("closed", "")
        self._file.close()

    def _write(self, what: str, text: str) -> None:
        self._file.write(json.dumps([what, text]) + "\\n")
        self._file.flush()


class FilmedCamera:
    """Films a video over and over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames = iter(VideoFile(path))
        self.size, self.fps, self.remarks = (320, 240), 30.0, ["this is a film"]

    def read(self) -> Grabbed:
        frame = next(self._frames, None)
        if frame is None:
            raise SourceError(f"{self._path}: the film is over")
        time.sleep(1 / 30)
        return Grabbed(frame.image, time.monotonic())

    def release(self) -> None:
        pass


def open_output(options: Options, run: RunIdentity) -> Listener:
    return AlertLines(options, run.session)


def path_in(address: str) -> Path:
    return Path(address.partition("://")[2])


OUTPUT = Output(Options, open_output)
FILM = recorded(lambda address, settings: VideoFile(path_in(address)))
CAMERA = live(lambda address, settings: FilmedCamera(path_in(address)))
'''

STEADY = '''
"""A vehicle that always drives at one speed."""

import time

from pydantic import BaseModel, ConfigDict

from dms.vehicle import Reading, VehicleSource


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kph: float


class Steady:
    refused = {}
    note = None

    def __init__(self, kph):
        self._kph = kph

    def read(self):
        time.sleep(0.02)
        return [Reading(time.monotonic(), {"speed_kph": self._kph})]

    def close(self):
        pass


SOURCE = VehicleSource(Options, lambda options: Steady(options.kph), lambda options: {"speed_kph": 2.0})
'''


def install(folder: Path, package: str, module: str, entry_points: Mapping[str, Mapping[str, str]]) -> Path:
    """Install a package of one module into `folder`, as pip would. Returns the folder, which is to be on the path."""
    name = package.replace("-", "_")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(module)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    groups = (
        f"[{group}]\n" + "".join(f"{each} = {name}:{attribute}\n" for each, attribute in names.items())
        for group, names in entry_points.items()
    )
    (info / "entry_points.txt").write_text("\n".join(groups))
    (info / "INSTALLER").write_text("pip\n")
    (info / "RECORD").write_text(
        "".join(f"{path.relative_to(folder)},,\n" for path in (folder / f"{name}.py", *sorted(info.iterdir())))
    )
    return folder


def install_toy(folder: Path) -> Path:
    """The package that works."""
    return install(
        folder,
        "dms-toy",
        TOY,
        {"dms.outputs": {"toy": "OUTPUT"}, "dms.sources": {"film": "FILM", "filmcam": "CAMERA"}},
    )


def install_steady(folder: Path) -> Path:
    """A source of vehicle data that works."""
    return install(folder, "dms-steady", STEADY, {"dms.vehicle": {"steady": "SOURCE"}})
