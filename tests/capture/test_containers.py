"""Videos as other programs write them: without times, at a rate that varies, with two streams, in a codec without a decoder."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from dms.capture import CaptureSettings, Mounting, RecordedAs, open_source
from dms.capture.container import Container, container_of
from dms.capture.video import VideoFile
from dms.errors import SourceError
from dms.recording.drive import find_drives
from dms.videos.kept_observations import kept_path
from dms.videos.length import VideoLength
from dms.videos.pictures import pictures_at
from tests.capture.conftest import numbered_picture

VIDEOS = Path(__file__).parents[1] / "data/videos"
LAST_S = 12 * 0.04 + 11 * 0.2


def motion_jpeg(path: Path, frames: int = 20) -> Path:
    """JPEG after JPEG, as cameras send and some recorders write them."""
    path.write_bytes(b"".join(cv2.imencode(".jpg", numbered_picture(number))[1].tobytes() for number in range(frames)))
    return path


def raw_streams(folder: Path) -> list[Path]:
    return [VIDEOS / "raw.h264", VIDEOS / "raw.hevc", motion_jpeg(folder / "raw.mjpeg")]


def test_a_rate_that_is_a_guess_is_said_to_be_one(tmp_path: Path) -> None:
    for path in raw_streams(tmp_path):
        with open_source(path) as source:
            times = [frame.t for frame in source]
            (event,) = source.take_events()
        assert event.kind == "no_frame_rate"
        assert event.message.startswith(f"{path}: ")
        assert "25 pictures a second are a guess" in event.message
        assert "--fps" in event.message
        assert times == pytest.approx([index / 25 for index in range(20)])


def test_whoever_knows_the_rate_gives_it(tmp_path: Path) -> None:
    for path in raw_streams(tmp_path):
        with open_source(path, CaptureSettings(recorded_fps=20.0)) as source:
            assert source.fps == 20.0
            assert [frame.t for frame in source] == pytest.approx([index / 20 for index in range(20)])
            assert source.take_events() == []
        assert [observation.t for observation in VideoLength(path, RecordedAs(fps=20.0))] == [0.0, pytest.approx(19 / 20)]


def test_pictures_of_a_stream_without_times_are_found_by_the_rate_that_was_given(tmp_path: Path) -> None:
    for path, shades in zip(raw_streams(tmp_path), ((15, 105), (15, 105), (15, 105)), strict=True):
        shown = pictures_at(path, [1 / 20, 10 / 20], RecordedAs(fps=20.0))
        seen = [cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE) for picture in shown]
        assert [float(np.median(picture[:10])) for picture in seen if picture is not None] == pytest.approx(shades, abs=6)
    with VideoFile(VIDEOS / "raw.h264", 20.0) as video:
        later, sooner = video.picture_near(0.5), video.picture_near(0.05)
    assert later is not None
    assert sooner is not None
    assert float(later.mean()) > float(sooner.mean()) + 50


def test_a_rate_is_not_used_where_pictures_carry_times(video: Path) -> None:
    with open_source(video, CaptureSettings(recorded_fps=5.0)) as source:
        assert [frame.t for frame in source] == pytest.approx([index / 20 for index in range(20)], abs=0.001)
        (event,) = source.take_events()
    assert event.message == f"{video}: its pictures carry times of their own; the rate that was given is not used"


def test_pictures_in_a_folder_carry_no_times_either(tmp_path: Path) -> None:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), numbered_picture(number))
    with open_source(tmp_path, CaptureSettings(recorded_fps=10.0)) as source:
        assert [frame.t for frame in source] == pytest.approx([0.0, 0.1, 0.2])
        assert source.take_events() == []


def test_what_was_seen_at_another_rate_is_seen_again(tmp_path: Path) -> None:
    path = motion_jpeg(tmp_path / "raw.mjpeg", 1)
    ways = [RecordedAs(), RecordedAs(fps=20.0), RecordedAs(fps=25.0), RecordedAs(Mounting(180), 20.0)]
    assert len({kept_path(path, {}, str(way)) for way in ways}) == 4
    assert kept_path(path, {}, str(RecordedAs(Mounting(180)))) == kept_path(path, {}, str(Mounting(180)))


def test_raw_streams_are_drives(tmp_path: Path) -> None:
    for name in ("raw.h264", "raw.hevc"):
        shutil.copy(VIDEOS / name, tmp_path / name)
    assert [path.name for path in find_drives([tmp_path])] == ["raw.h264", "raw.hevc"]


@pytest.mark.parametrize("suffix", ["ts", "webm", "avi", "mp4"])
def test_a_rate_that_varies_is_no_damage(suffix: str) -> None:
    path = VIDEOS / f"variable_rate.{suffix}"
    with open_source(path) as source:
        times = [frame.t for frame in source]
        assert source.take_events() == []
    assert np.diff(times) == pytest.approx([0.04] * 12 + [0.2] * 11, abs=0.002)
    assert [observation.t for observation in VideoLength(path)] == [0.0, pytest.approx(LAST_S, abs=0.05)]


@pytest.mark.parametrize("suffix", ["webm", "avi"])
def test_a_video_of_varying_rate_that_was_cut_off_is(tmp_path: Path, suffix: str) -> None:
    content = (VIDEOS / f"variable_rate.{suffix}").read_bytes()
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(content[: len(content) * 6 // 10])
    with open_source(path) as source:
        assert 1 < len(list(source)) < 24
        (event,) = source.take_events()
    assert event.kind == "truncated"
    assert "of 2.7 s" in event.message


def test_a_codec_without_a_decoder_is_named() -> None:
    with pytest.raises(SourceError) as refusal:
        list(open_source(VIDEOS / "av1.mp4"))
    assert str(refusal.value).endswith("av1.mp4: holds no frame that can be decoded (AV1, which OpenCV here has no decoder for)")


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "avi", "ts"])
def test_a_second_video_stream_is_said_to_be_there(suffix: str) -> None:
    with open_source(VIDEOS / f"two_streams.{suffix}") as source:
        frames = list(source)
        (event,) = source.take_events()
    assert event.message.endswith("has 2 video streams; the first is taken")
    assert not event.is_fault
    assert [round((float(np.median(frame.image[:10])) - 5) / 10) for frame in frames] == list(range(6))


def test_a_header_that_makes_no_sense_says_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    chance = random.Random(3)
    path = tmp_path / "video"
    for name in ("two_streams.mkv", "two_streams.mp4", "two_streams.avi", "two_streams.ts", "raw.h264"):
        whole = (VIDEOS / name).read_bytes()
        for _ in range(150):
            data = bytearray(whole[: chance.randrange(1, len(whole))])
            for _ in range(chance.choice([0, 1, 16])):
                data[chance.randrange(min(len(data), 400))] = chance.randrange(256)
            path.write_bytes(data)
            assert container_of(path).video_streams >= 1
    path.write_bytes(b"\x00\x00\x00\x01moov" + b"\xff" * 8)
    assert container_of(path) == Container(times=True, counts=True)
