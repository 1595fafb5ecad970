"""Starting and ending the RTSP camera of `rtsp_server.py`, and reading what its pictures say."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dms.capture.gst.child import SYSTEM_PYTHON
from dms.errors import DmsError

ELEMENTS = ("x264enc", "h264parse", "rtph264pay", "appsrc")
LIBRARIES = ("GstRtspServer",)
_PROGRAM = Path(__file__).with_name("rtsp_server.py")
_SQUARE, _BITS = 12, 48


class RtspCamera:
    """A server on 127.0.0.1, from when it listens. Its pictures have 640 by 480 pixels, and `later` others if that is given.

    Raises:
        DmsError: it does not come up; the message says why.
    """

    def __init__(self, port: int, fps: int = 30, later: tuple[int, int] | None = None) -> None:
        self.url = f"rtsp://127.0.0.1:{port}/driver"
        command = [SYSTEM_PYTHON, str(_PROGRAM), str(port), str(fps)]
        if later is not None:
            command.append(f"{later[0]}x{later[1]}")
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "listens\n":
            self._process.kill()
            said = self._process.communicate()[1].strip().splitlines()
            raise DmsError(
                f"no RTSP server: {said[-1] if said else 'it says nothing'}; apt-get install gir1.2-gst-rtsp-server-1.0"
            )

    def kill(self) -> None:
        """End it as a camera ends that has no power any more."""
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()


def read_code(image: NDArray[np.uint8]) -> tuple[float, int]:
    """When a picture was made, in seconds of `time.monotonic()` modulo 2**32 ms, and its number, modulo 2**16."""
    grey = image if image.ndim == 2 else image[:, :, 1]
    middle = _SQUARE // 2
    levels = grey[middle - 2 : middle + 2, middle : _BITS * _SQUARE : _SQUARE].mean(axis=0)
    code = sum(1 << bit for bit, level in enumerate(levels) if level > 128)
    return (code >> 16) / 1000, code & 0xFFFF
