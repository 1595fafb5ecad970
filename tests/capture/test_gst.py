"""GStreamer pipelines as cameras: real ones, each in its process, which may be wrong, end, crash or be left alone."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dms.capture import FrameSource, Silence, open_source
from dms.capture.address import is_device, scheme_of, without_password
from dms.capture.gst import child
from dms.capture.gst.program import CAPS, SINK, with_sink
from dms.capture.gst.source import words_of
from dms.cli.app import app
from dms.errors import EXIT_CONFIGURATION, SourceError
from dms.types import Frame
from tests.capture.gstreamer import need_gstreamer

OURS = ["videoconvert", "!", "appsink", f"name={SINK}", f"caps={CAPS}"]


@pytest.fixture
def gstreamer() -> None:
    need_gstreamer()


def frames_of(source: FrameSource) -> Iterator[Frame]:
    return (each for each in source if isinstance(each, Frame))


def pipelines_of(pid: int) -> list[int]:
    """The processes of the pipelines that a process runs."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if f"\nPPid:\t{pid}\n" in status.read_text() and b"program.py" in status.with_name("cmdline").read_bytes():
                found.append(int(status.parent.name))
    return found


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("gst: videotestsrc ! appsink", ["videotestsrc", "!", *OURS]),
        ("gst:videotestsrc", ["videotestsrc", "!", *OURS]),
        ("gst: v4l2src ! appsink name=x sync=false max-buffers=1", ["v4l2src", "!", *OURS]),
        (
            "gst: v4l2src ! tee name=t t. ! queue ! appsink drop=true t. ! queue ! fakesink",
            ["v4l2src", "!", "tee", "name=t", "t.", "!", "queue", "!", *OURS, "t.", "!", "queue", "!", "fakesink"],
        ),
        ("gst: filesrc location='my drive.mp4' ! decodebin", ["filesrc", "location=my drive.mp4", "!", "decodebin", "!", *OURS]),
    ],
)
def test_a_pipeline_is_written_as_for_gst_launch_and_gets_our_sink(written: str, run: list[str]) -> None:
    assert with_sink(words_of(written)) == run


@pytest.mark.parametrize(
    ("written", "logged"),
    [
        (
            "gst: rtspsrc location=rtsp://me:secret@10.0.0.9/1 ! decodebin",
            "gst: rtspsrc location=rtsp://me:…@10.0.0.9/1 ! decodebin",
        ),
        ("gst: rtspsrc location=rtsp://10.0.0.9:554/1 ! decodebin", "gst: rtspsrc location=rtsp://10.0.0.9:554/1 ! decodebin"),
        ("gst: rtspsrc user-id=me user-pw=secret ! appsink", "gst: rtspsrc user-id=me user-pw=… ! appsink"),
        ("gst: rtspsrc user-pw='a secret' ! appsink", "gst: rtspsrc user-pw=… ! appsink"),
        ("gst: videotestsrc ! appsink", "gst: videotestsrc ! appsink"),
        ("gst: videotestsrc\n  ! appsink\n", "gst: videotestsrc ! appsink"),
    ],
)
def test_passwords_in_a_pipeline_are_not_logged(written: str, logged: str) -> None:
    assert scheme_of(written) == "gst"
    assert not is_device(written)
    assert without_password(written) == logged


@pytest.mark.usefixtures("gstreamer")
@pytest.mark.parametrize("form", ["GRAY8", "GRAY16_LE", "NV12", "I420", "YUY2", "UYVY", "BGR", "RGBx"])
def test_pictures_are_seen_as_they_are_in_every_format(form: str) -> None:
    """Squares of eight pixels in rows that GStreamer fills up with bytes: 642 is no multiple of four."""
    with open_source(
        f"gst: videotestsrc pattern=checkers-8 ! video/x-raw,format={form},width=642,height=480 ! appsink"
    ) as source:
        assert source.live
        assert source.size == (642, 480)
        image = next(frames_of(source)).image
    rows, columns = np.indices((480, 642)) // 8
    squares = (rows + columns) % 2 == 1
    wrong = image[squares].mean() < image[~squares].mean()
    is_bright = squares != wrong
    assert image.shape == (480, 642)
    assert image.dtype == np.uint8
    assert image[is_bright].min() > image[~is_bright].max(), "green and red, of different luminance"


@pytest.mark.usefixtures("gstreamer")
@pytest.mark.parametrize("form", ["GRAY8", "GRAY16_LE", "NV12", "YUY2", "BGR"])
@pytest.mark.parametrize(("pattern", "grey"), [("white", 255), ("black", 0)])
def test_white_is_255_and_black_is_0_whatever_range_the_format_has(form: str, pattern: str, grey: int) -> None:
    """videotestsrc itself paints grey from 16 to 235, which no sensor does."""
    painted = f"videotestsrc pattern={pattern} ! video/x-raw,format=BGR ! videoconvert"
    with open_source(f"gst: {painted} ! video/x-raw,format={form} ! appsink") as source:
        image = next(frames_of(source)).image
    assert float(image.mean()) == pytest.approx(grey, abs=3)


@pytest.mark.usefixtures("gstreamer")
def test_pixels_that_are_not_square_are_made_so() -> None:
    with open_source("gst: videotestsrc ! video/x-raw,width=160,height=120,pixel-aspect-ratio=2/1 ! appsink") as source:
        assert source.size == (320, 120)
        assert next(frames_of(source)).image.shape == (120, 320)
        assert any("stretched" in event.message for event in source.take_events())


@pytest.mark.usefixtures("gstreamer")
@pytest.mark.parametrize(
    ("pipeline", "complaint"),
    [
        ("gst:", "gst: names no pipeline"),
        ("gst: 'videotestsrc", "No closing quotation"),
        ("gst: nosuchcamera ! appsink", 'gst: nosuchcamera ! appsink: not a pipeline: no element "nosuchcamera"'),
        ("gst: videotestsrc ! ! appsink", "not a pipeline: syntax error"),
        ("gst: videotestsrc patern=1 ! appsink", 'no property "patern" in element "videotestsrc"'),
        ("gst: audiotestsrc ! appsink", "could not link audiotestsrc0 to videoconvert0"),
    ],
)
def test_a_pipeline_that_cannot_be_built_is_one_clear_sentence(pipeline: str, complaint: str) -> None:
    with pytest.raises(SourceError) as refusal:
        open_source(pipeline)
    assert complaint in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.usefixtures("gstreamer")
@pytest.mark.parametrize(
    ("pipeline", "complaint"),
    [
        (
            "gst: filesrc location=/nowhere.mp4 ! decodebin ! appsink",
            r'filesrc0: Resource not found. \(No such file "/nowhere.mp4"\)',
        ),
        ("gst: videotestsrc ! video/x-raw,width=9000,height=8000 ! appsink", "its pictures have more than 67108864 pixels"),
        ("gst: videotestsrc num-buffers=0 ! appsink", "the pipeline has come to its end"),
        ("gst: videotestsrc ! identity error-after=1 ! appsink", "identity0: Failed after iterations as requested"),
    ],
)
def test_a_pipeline_that_fails_says_which_part_of_it_did(pipeline: str, complaint: str) -> None:
    with pytest.raises(SourceError, match=complaint):
        open_source(pipeline)


@pytest.mark.usefixtures("gstreamer")
def test_a_pipeline_with_pictures_too_small_for_anybody_to_be_seen_is_lost_and_says_why() -> None:
    with open_source("gst: videotestsrc is-live=true ! video/x-raw,width=64,height=8 ! appsink") as source:
        silence = next(each for each in source if isinstance(each, Silence) and "pixels" in each.reason)
        assert "64 by 8 pixels; nobody can be seen in less than 16 by 16" in silence.reason


@pytest.mark.usefixtures("gstreamer")
def test_pictures_whose_format_size_and_rate_change_on_the_way_stay_right_and_it_is_said() -> None:
    begins, goes_on = "GRAY8,width=160,height=120,framerate=30/1", "NV12,width=322,height=240,framerate=60/1"
    source_of = "videotestsrc pattern=white num-buffers={} ! video/x-raw,format={} ! c."
    pipeline = f"gst: concat name=c ! appsink {source_of.format(10, begins)} {source_of.format(-1, goes_on)}"
    seen: dict[tuple[int, ...], int] = {}
    told: list[str] = []
    with open_source(pipeline) as source:
        for frame in frames_of(source):
            seen[frame.image.shape] = int(frame.image.min())
            told += [event.message.rpartition(": ")[2] for event in source.take_events() if event.kind == "pixels"]
            if told and len(seen) > 1:
                break
    assert {shape: least >= 235 for shape, least in seen.items()} == {(120, 160): True, (240, 322): True}
    assert told == ["its pictures are 322x240 from now on"]


@pytest.mark.usefixtures("gstreamer")
def test_what_is_no_camera_is_played_at_its_own_speed() -> None:
    """Nothing in this pipeline takes time, as in that of a file."""
    with open_source("gst: videotestsrc num-buffers=16 ! video/x-raw,width=64,height=48,framerate=10/1 ! appsink") as source:
        frames = list(itertools.takewhile(lambda frame: frame.index < 15, frames_of(source)))
    apart_s = [(later.t - first.t) / (later.index - first.index) for first, later in itertools.pairwise(frames)]
    assert apart_s == pytest.approx([0.1] * len(apart_s), abs=0.001)
    assert len(apart_s) > 0


@pytest.mark.usefixtures("gstreamer")
def test_a_pipeline_that_ends_is_started_again_as_a_camera_that_was_unplugged() -> None:
    with open_source("gst: videotestsrc num-buffers=4 is-live=true ! appsink") as source:
        frames: list[Frame] = []
        kinds: list[str] = []
        for frame in frames_of(source):
            frames.append(frame)
            kinds += [event.kind for event in source.take_events()]
            if "restored" in kinds:
                break
    assert kinds[:3] == ["opened", "lost", "restored"]
    assert all(later.t > earlier.t for earlier, later in itertools.pairwise(frames))


@pytest.mark.usefixtures("gstreamer")
def test_a_plug_in_that_crashes_takes_its_process_with_it_and_the_pictures_come_back() -> None:
    with open_source("gst: videotestsrc is-live=true ! appsink") as source:
        frames = frames_of(source)
        next(frames)
        (process,) = pipelines_of(os.getpid())
        os.kill(process, signal.SIGSEGV)
        said: list[str] = []
        for _ in frames:
            said += [event.message for event in source.take_events()]
            if len(said) > 2:
                break
    assert "the pipeline's process was ended by SIGSEGV" in said[1]
    assert process not in pipelines_of(os.getpid())


@pytest.mark.usefixtures("gstreamer")
def test_a_pipeline_that_stalls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dms.capture.gst.source.PICTURE_WITHIN_S", 2.0)
    with open_source("gst: videotestsrc is-live=true ! appsink") as source:
        deliveries = iter(source)
        next(each for each in deliveries if isinstance(each, Frame))
        (process,) = pipelines_of(os.getpid())
        os.kill(process, signal.SIGSTOP)
        silence = next(each for each in deliveries if isinstance(each, Silence) and "no picture" in each.reason)
        assert "(waited 2 s)" in silence.reason


@pytest.mark.usefixtures("gstreamer")
def test_nobody_who_is_slow_is_shown_old_pictures() -> None:
    with open_source("gst: videotestsrc is-live=true ! video/x-raw,framerate=100/1 ! appsink") as source:
        frames = frames_of(source)
        first = next(frames)
        before, until = source.dropped, time.monotonic() + 120
        while source.dropped < before + 20 and time.monotonic() < until:
            time.sleep(0.02)
        later = next(frames)
        assert later.index >= first.index + 20


@pytest.mark.usefixtures("gstreamer")
def test_pictures_that_were_left_out_in_the_pipeline_are_counted_too() -> None:
    """Three megabytes, 300 times a second: more than anybody takes."""
    pictures = "videotestsrc num-buffers=120 is-live=true ! video/x-raw,format=GRAY8,width=2000,height=1500,framerate=300/1"
    with open_source(f"gst: {pictures} ! appsink") as source:
        taken: list[int] = []
        for frame in frames_of(source):
            taken.append(frame.index)
            if frame.index >= 119:
                break
        dropped = source.dropped
    assert taken[-1] == 119
    assert len(taken) + dropped == 120
    assert dropped > 0


@pytest.mark.usefixtures("gstreamer")
def test_what_a_pipeline_is_made_of_is_not_seen_in_the_list_of_processes() -> None:
    with open_source("gst: videotestsrc name=password is-live=true ! appsink") as source:
        next(frames_of(source))
        (process,) = pipelines_of(os.getpid())
        assert b"videotestsrc" not in Path(f"/proc/{process}/cmdline").read_bytes()


@pytest.mark.usefixtures("gstreamer")
def test_the_pipeline_of_a_service_that_was_killed_ends_as_well() -> None:
    opens = "from dms.capture import open_source; source = open_source('gst: videotestsrc is-live=true')"
    words = f"import time; {opens}; print(1, flush=True); time.sleep(999)"
    with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE) as service:
        assert service.stdout is not None
        assert service.stdout.readline() == b"1\n"
        (process,) = pipelines_of(service.pid)
        service.kill()
    until = time.monotonic() + 120
    while Path(f"/proc/{process}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{process}").exists()


def test_without_gstreamer_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Python without the binding, and no Python at all."""
    monkeypatch.setattr(child, "SYSTEM_PYTHON", sys.executable)
    with pytest.raises(SourceError, match="binding is not installed: apt-get install python3-gi"):
        open_source("gst: videotestsrc ! appsink")
    monkeypatch.setattr(child, "SYSTEM_PYTHON", str(tmp_path / "python3"))
    with pytest.raises(SourceError, match="cannot be started: No such file or directory; GStreamer's Python binding"):
        open_source("gst: videotestsrc ! appsink")


@pytest.mark.usefixtures("gstreamer")
def test_dms_check_and_doctor_build_the_pipeline(tmp_path: Path) -> None:
    wrong = tmp_path / "dms.yaml"
    wrong.write_text("rules: default\nsource: 'gst: videotestsrc ! nosuchfilter ! appsink'\n")
    found = CliRunner().invoke(app, ["check", str(wrong)])
    assert found.exit_code == EXIT_CONFIGURATION
    assert f"{wrong}:2: source: gst: videotestsrc ! nosuchfilter ! appsink: not a pipeline: no element" in found.output
    found = CliRunner().invoke(app, ["doctor", "--source", "gst: videotestsrc ! appsink"])
    assert "source: gst: videotestsrc ! appsink: GStreamer can build it" in found.output
    wrong.write_text("source: 'gst: videotestsrc ! appsink'\ncamera: {controls: {gain: 3}}\n")
    found = CliRunner().invoke(app, ["doctor", "--config", str(wrong)])
    assert "controls: only V4L2 cameras have them, and the source is not one" in found.output
