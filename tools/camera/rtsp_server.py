"""An RTSP camera: GStreamer's server with H.264, whose pictures say when they were made. It runs under the Python of the system.

    /usr/bin/python3 tools/camera/rtsp_server.py PORT FPS

Each picture carries the lower 32 bits of its CLOCK_MONOTONIC in milliseconds, and its number in 16 bits, as squares of black and
white in its first rows (`tools.camera.rtsp.read_code` reads them). It prints a line when it listens.
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


def picture(stamp_ms: int, number: int) -> bytes:
    """Luminance and two empty planes of colour (I420)."""
    code = (stamp_ms & 0xFFFFFFFF) << 16 | number & 0xFFFF
    levels = b"".join(bytes([BRIGHT if code >> bit & 1 else DARK]) * SQUARE for bit in range(BITS))
    row = levels + bytes([128]) * (WIDTH - len(levels))
    rest = bytes(128 + (number * 7 + column) % 64 for column in range(WIDTH))
    return row * SQUARE + rest * (HEIGHT - SQUARE) + bytes([128]) * (WIDTH * HEIGHT // 2)


class Camera:
    """Pushes pictures into whatever media clients have opened."""

    def __init__(self, fps: int) -> None:
        self._fps, self._number = fps, 0
        self._source: Any = None

    def configured(self, _: Any, media: Any) -> None:
        """A client has come, the first one."""
        self._source = media.get_element().get_by_name("source")

    def push(self) -> bool:
        """One picture, now."""
        if self._source is not None:
            data = picture(time.monotonic_ns() // 1_000_000, self._number)
            self._number += 1
            self._source.emit("push-buffer", Gst.Buffer.new_wrapped(data))
        return True


def main() -> None:
    """Serve until the process is ended."""
    port, fps = sys.argv[1], int(sys.argv[2])
    Gst.init(None)
    camera = Camera(fps)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(
        f"( appsrc name=source is-live=true do-timestamp=true format=time "
        f"caps=video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate={fps}/1 "
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
