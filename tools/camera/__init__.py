"""A camera for machines without one: a Video4Linux driver in user space, in front of the real OpenCV and the real v4l2-ctl.

Programs that are started in the environment of a `Camera` find one at `DEVICE`, which answers the calls of a driver (`driver.c`)
with frames that were made beforehand. What it does not show is what hardware does: USB, its bandwidth, a driver's own habits.
"""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dms.errors import DmsError

SOURCE = Path(__file__).with_name("driver.c")
DEVICE = "/dev/full"
"""A character device that every Linux has and no program here uses, so that a path to it passes for one of a camera."""
CONTROLS = ("brightness", "gain", "auto_exposure", "exposure_time_absolute", "exposure_dynamic_framerate")
STANDARD = (0, 0, 3, 157, 0)
_STATE = struct.Struct(f"<ii{len(CONTROLS)}i")


def build(folder: Path) -> Path:
    """Compile the driver. Returns the library.

    Raises:
        DmsError: there is no C compiler, or it refuses.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise DmsError("no C compiler: apt-get install gcc libc6-dev linux-libc-dev")
    library = folder / "driver.so"
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DmsError(f"{SOURCE}: {done.stderr.strip()}")
    return library


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera whose files lie in `folder`."""

    folder: Path
    library: Path

    def make(self, fourcc: str, size: tuple[int, int], fps: int, frames: Iterable[bytes]) -> Mapping[str, str]:
        """Have it deliver these frames over and over, in a format of four letters. Returns the environment of its users."""
        content = b"".join(struct.pack("<I", len(frame)) + frame for frame in frames)
        (self.folder / "frames").write_bytes(content)
        (self.folder / "state").write_bytes(_STATE.pack(0, 0, *STANDARD))
        return {
            "LD_PRELOAD": str(self.library),
            "DMS_CAMERA": DEVICE,
            "DMS_CAMERA_FORMAT": f"{fourcc:<4} {size[0]} {size[1]} {fps}",
            "DMS_CAMERA_FRAMES": str(self.folder / "frames"),
            "DMS_CAMERA_STATE": str(self.folder / "state"),
        }

    def plug(self, *, is_in: bool, forgets: bool = True) -> None:
        """Plug it in or unplug it. A camera without power forgets its controls."""
        _, delivered, *values = self._read()
        self._write(int(not is_in), delivered, *(STANDARD if forgets else values))

    def controls(self) -> dict[str, int]:
        """What its controls are set to."""
        return dict(zip(CONTROLS, self._read()[2:], strict=True))

    def _read(self) -> tuple[int, ...]:
        return _STATE.unpack((self.folder / "state").read_bytes())

    def _write(self, *values: int) -> None:
        with (self.folder / "state").open("r+b") as file, mmap.mmap(file.fileno(), _STATE.size) as state:
            state[:] = _STATE.pack(*values)
