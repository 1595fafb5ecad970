"""The programs in `examples/`, run as their first lines say, on the beginning of a bundled drive."""

from __future__ import annotations

import csv
import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.capture import open_source
from dms.types import Frame
from examples.auto_framing import FACE_SHARE, Operator
from examples.head_cursor import OneEuroFilter

ROOT = Path(__file__).resolve().parents[2]
DRIVE = ROOT / "tests/data/drives/day_colour.mp4"
SECONDS, FPS = 2, 20


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two seconds of a drive and something that is no video."""
    folder = tmp_path_factory.mktemp("clips")
    with open_source(DRIVE) as source:
        frames = [frame.image for frame in itertools.islice(source, SECONDS * FPS) if isinstance(frame, Frame)]
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(folder / "drive.avi"), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (width, height))
    for frame in frames:
        writer.write(frame)
    writer.release()
    (folder / "notes.txt").write_text("Tuesday, sunny\n")
    return folder


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples" / program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300, cwd=ROOT)


def test_the_cursor_stays_about_the_middle_while_the_driver_looks_ahead(clips: Path) -> None:
    lines = run("head_cursor.py", str(clips / "drive.avi"), "--screen", "1000x500").stdout.splitlines()
    places = np.array([line.removeprefix("mousemove ").split() for line in lines], int)
    assert len(places) == SECONDS * FPS
    assert (abs(places - [500, 250]) < [250, 125]).all()


def test_a_framed_video_shows_the_same_face_larger(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "framed.webm"
    assert f"{SECONDS * FPS} pictures" in run("auto_framing.py", str(clips / "drive.avi"), "-o", str(out)).stdout
    with open_source(out) as source:
        framed = [frame.image.shape[:2] for frame in source if isinstance(frame, Frame)]
    with open_source(clips / "drive.avi") as source:
        assert framed == [frame.image.shape[:2] for frame in source if isinstance(frame, Frame)]


def test_the_report_has_a_line_for_the_video_and_a_word_about_what_is_none(clips: Path) -> None:
    done = run("attention_report.py", str(clips))
    [row] = csv.DictReader(done.stdout.splitlines())
    assert (row["video"], row["from_s"], row["seen"], row["attention"]) == ("drive.avi", "0", "1.00", "1.00")
    assert all(0 <= float(row[sign]) <= 1 for sign in ("interest", "confusion"))
    assert "notes.txt" in done.stderr


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=60))
def test_a_smoothed_angle_never_leaves_the_range_of_what_was_read(angles: list[float]) -> None:
    smooth = OneEuroFilter()
    values = [smooth(0.05 * step, angle) for step, angle in enumerate(angles)]
    assert all(min(angles) - 1e-6 <= value <= max(angles) + 1e-6 for value in values)


def walk() -> Iterator[tuple[float, tuple[float, float, float, float]]]:
    """Somebody who walks from the left of the picture to its right in ten seconds, a box a frame."""
    for step in range(200):
        yield 0.05 * step, (40.0 + 2.0 * step, 150.0, 80.0, 100.0)


def test_the_crop_follows_the_face_within_the_picture_and_goes_back_when_nobody_is_left() -> None:
    operator = Operator(640, 480)
    for t, box in walk():
        left, top, width, height = operator.crop(t, box)
        assert min(left, top) >= 0
        assert left + width <= 641
        assert top + height <= 481
    assert left < box[0] < box[0] + box[2] < left + width
    assert height == pytest.approx(100 / FACE_SHARE, rel=0.05)
    for step in range(200):
        crop = operator.crop(10.0 + 0.05 * step, None)
    assert crop == (0, 0, 640, 480)
