"""An RTSP camera: GStreamer's server with H.264, whose pictures say when they were made. It runs under the Python of the system.

    /usr/bin/python3 tools/camera/rtsp_server.py PORT FPS [WIDTHxHEIGHT]

Each picture carries the lower 32 bits of its CLOCK_MONOTONIC in milliseconds, and its number in 16 bits, as squares of black and
white in its first rows (`tools.camera.rtsp.read_code` reads them). With a size, pictures have that one from the third second on,
counted from the first client. It prints a line when it listens.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import gi  # type: ignore[import-not-found, unused-ignore]

for _name in ("Gst", "GstRtspServer"):
    gi.require_version(_name, "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found, unused-ignore]  # noqa: E402

WIDTH, HEIGHT, SQUARE = 640, 480, 12
BITS = 48
DARK, BRIGHT = 32, 224
CHANGES_AFTER_S = 3


def picture(stamp_ms: int, number: int, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """Luminance and two empty planes of colour (I420)."""
    code = (stamp_ms & 0xFFFFFFFF) << 16 | number & 0xFFFF
    levels = b"".join(bytes([BRIGHT if code >> bit & 1 else DARK]) * SQUARE for bit in range(BITS))[:width]
    row = levels + bytes([128]) * (width - len(levels))
    rest = bytes(128 + (number * 7 + column) % 64 for column in range(width))
    return row * SQUARE + rest * (height - SQUARE) + bytes([128]) * (width * height // 2)


def caps(fps: int, width: int, height: int) -> str:
    """What the source says of its pictures."""
    return f"video/x-raw,format=I420,width={width},height={height},framerate={fps}/1"


class Camera:
    """Pushes pictures into whatever media clients have opened; `later` is the size that they have after a while, if any."""

    def __init__(self, fps: int, later: tuple[int, int] | None) -> None:
        self._fps, self._number = fps, 0
        self._size, self._later = (WIDTH, HEIGHT), later
        self._source: Any = None

    def configured(self, _: Any, media: Any) -> None:
        """A client has come, the first one."""
        self._source = media.get_element().get_by_name("source")
        self._source.set_property("caps", Gst.Caps.from_string(caps(self._fps, *self._size)))

    def push(self) -> bool:
        """One picture, now."""
        if self._source is not None:
            if self._later is not None and self._number == CHANGES_AFTER_S * self._fps:
                self._size = self._later
                self._source.set_property("caps", Gst.Caps.from_string(caps(self._fps, *self._size)))
            data = picture(time.monotonic_ns() // 1_000_000, self._number, *self._size)
            self._number += 1
            self._source.emit("push-buffer", Gst.Buffer.new_wrapped(data))
        return True


def main() -> None:
    """Serve until the process is ended."""
    port, fps = sys.argv[1], int(sys.argv[2])
    Gst.init(None)
    width, _, height = sys.argv[3].partition("x") if len(sys.argv) > 3 else ("", "", "")
    camera = Camera(fps, (int(width), int(height)) if width else None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(
        "( appsrc name=source is-live=true do-timestamp=true format=time "
        f"! x264enc tune=zerolatency speed-preset=ultrafast key-int-max={fps} bitrate=4000 ! h264parse "
        f"! rtph264pay name=pay0 pt=96 config-interval=1 )"
    )
    factory.set_shared(True)
    factory.connect("media-configure", camera.configured)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    server.get_mount_points().add_factory("/driver", factory)
    server.attach(None)
    GLib.timeout_add(1000 // fps, camera.push)
    print("listens", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
