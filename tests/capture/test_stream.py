"""A network camera: motion JPEG over HTTP from a server in this process."""

from __future__ import annotations

import http.server
import itertools
import threading
from collections.abc import Iterator

import cv2
import pytest

from dms.capture import Silence, open_source
from dms.errors import SourceError
from dms.types import Frame
from tests.capture.conftest import numbered_picture


class MotionJpeg(http.server.BaseHTTPRequestHandler):
    """Sends numbered pictures, some thirty a second, until the test is over."""

    over = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
        self.end_headers()
        for number in range(900):
            _, picture = cv2.imencode(".jpg", numbered_picture(number % 20))
            head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + picture.tobytes() + b"\r\n")
            except OSError:
                return
            if self.over.wait(0.03):
                return

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def network_camera() -> Iterator[http.server.ThreadingHTTPServer]:
    MotionJpeg.over.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), MotionJpeg)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    MotionJpeg.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_stream_is_watched_live_and_missed_when_it_ends(network_camera: http.server.ThreadingHTTPServer) -> None:
    url = f"http://driver:secret@127.0.0.1:{network_camera.server_address[1]}/camera.mjpeg"
    with open_source(url) as source:
        assert source.live
        assert "secret" not in source.name
        assert source.size == (160, 120)
        frames: list[Frame] = []
        for delivery in source:
            if isinstance(delivery, Silence):
                break
            frames.append(delivery)
            if len(frames) == 5:
                MotionJpeg.over.set()
        events = source.take_events()
    assert len(frames) >= 5
    assert all(later.t > earlier.t for earlier, later in itertools.pairwise(frames))
    assert [event.kind for event in events][:2] == ["opened", "lost"]
    assert not any("secret" in event.message for event in events)


def test_nobody_at_the_address_is_one_clear_error() -> None:
    with pytest.raises(SourceError, match=r"tcp://127\.0\.0\.1:9: no video stream to be had"):
        open_source("tcp://127.0.0.1:9")
