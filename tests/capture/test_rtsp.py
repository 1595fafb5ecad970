"""A network camera with H.264 over RTSP: a real server, killed and started again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from dms.capture import FrameSource, Silence, open_source
from dms.types import Frame
from tests.capture.gstreamer import need_gstreamer
from tools.camera.rtsp import ELEMENTS, LIBRARIES, RtspCamera, read_code
from tools.ports import free_port

WAYS: dict[str, Callable[[str], str]] = {
    "url": lambda url: url,
    "pipeline": lambda url: f"gst: rtspsrc location={url} latency=0 ! rtph264depay ! h264parse ! avdec_h264 ! appsink",
}


@pytest.fixture
def port() -> int:
    need_gstreamer(("rtspsrc", "avdec_h264", *ELEMENTS), LIBRARIES)
    return free_port()


def numbers_of(source: FrameSource) -> Iterator[int]:
    return (read_code(each.image)[1] for each in source if isinstance(each, Frame))


@pytest.mark.parametrize("way", WAYS)
def test_a_network_camera_that_loses_power_is_missed_and_watched_again_when_it_is_back(way: str, port: int) -> None:
    with RtspCamera(port) as camera:
        source = open_source(WAYS[way](camera.url))
        numbers = numbers_of(source)
        seen = [next(numbers) for _ in range(10)]
        assert source.size == (640, 480)
        assert sorted(set(seen)) == seen, "each picture once, in the order in which they were made"
    with source:
        silence = next(each for each in source if isinstance(each, Silence) and each.reason != "no frame comes")
        assert silence.reason.startswith(source.name)
        with RtspCamera(port):
            assert next(numbers_of(source)) >= 0
            kinds = [event.kind for event in source.take_events()]
    assert kinds[0] == "opened"
    assert kinds[-1] == "restored"
    assert set(kinds[1:-1]) == {"lost"}


def test_what_came_while_the_stream_was_probed_is_let_go(port: int) -> None:
    """FFmpeg keeps about a second of pictures until it knows the stream. Number 0 is the first that was made."""
    with RtspCamera(port) as camera, open_source(camera.url) as source:
        assert next(numbers_of(source)) > 0


def test_a_pipeline_takes_a_stream_that_changes_its_proportions_as_it_comes(port: int) -> None:
    with RtspCamera(port, later=(480, 640)) as camera, open_source(WAYS["pipeline"](camera.url)) as source:
        shapes = (each.image.shape[:2] for each in source if isinstance(each, Frame))
        assert next(shapes) == (480, 640)
        assert next(shape for shape in shapes if shape != (480, 640)) == (640, 480)
        said = [event.message for event in source.take_events() if event.kind == "pixels"]
    assert [message.rpartition(": ")[2] for message in said] == ["its pictures are 480x640 from now on"]
