"""Which source is behind what somebody writes, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from dms.capture.address import STREAM_SCHEMES, device_path
from dms.capture.factory import BY_SUFFIX, kind_of, open_source
from dms.capture.gst.source import SOURCE as PIPELINE
from dms.capture.pictures import SOURCE as PICTURES
from dms.capture.stream import SOURCE as STREAM
from dms.capture.v4l2 import SOURCE as CAMERA
from dms.capture.video import SOURCE as VIDEO
from dms.errors import SourceError


@pytest.mark.parametrize(
    "address", ["RTSP://camera/1", "http://user:secret@host/live", *(f"{each}://x" for each in sorted(STREAM_SCHEMES))]
)
def test_a_url_is_a_stream(address: str) -> None:
    assert kind_of(address) is STREAM


@pytest.mark.parametrize("address", ["gst:videotestsrc", "gst: rtspsrc location=rtsp://camera/1 ! decodebin ! appsink"])
def test_a_pipeline_is_one_whatever_addresses_there_are_in_it(address: str) -> None:
    assert kind_of(address) is PIPELINE


@pytest.mark.parametrize("address", ["/dev/video0", "/dev/dms-cam", "0", "12"])
def test_a_device_or_its_number_is_a_camera(address: str) -> None:
    assert kind_of(address) is CAMERA


@pytest.mark.parametrize(("address", "path"), [("0", "/dev/video0"), ("12", "/dev/video12"), ("/dev/dms-cam", "/dev/dms-cam")])
def test_a_number_is_short_for_the_device_of_that_number(address: str, path: str) -> None:
    assert device_path(address) == path


def test_a_folder_or_a_picture_is_pictures_and_every_other_file_a_video(tmp_path: Path) -> None:
    film = tmp_path / "drive.of.monday"
    film.touch()
    assert kind_of(str(tmp_path)) is PICTURES
    assert all(kind_of(str(tmp_path / f"1{suffix}")) is PICTURES for suffix in (".PNG", *BY_SUFFIX))
    assert kind_of(str(film)) is VIDEO


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("htp://user:secret@camera/1", r"^htp://user:…@camera/1: no source for htp:// is installed; did you mean 'http'\?$"),
        ("teleport://x", r"^teleport://x: no source for teleport:// is installed"),
        ("nowhere/drive.mp4", r"^nowhere/drive\.mp4: no such video, picture or folder$"),
        ("/dev/shm/nowhere/drive.mp4", r"^/dev/shm/nowhere/drive\.mp4: no such video, picture or folder$"),
        ("nowhere/1.png", r"^nowhere/1\.png: no such picture$"),
    ],
)
def test_a_slip_is_named_without_telling_a_password(address: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        open_source(address)
