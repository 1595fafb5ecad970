"""Latency is counted from when a frame was captured, or would have been."""

from __future__ import annotations

import time

import numpy as np

from dms.service.capture_time import CaptureTime
from dms.types import Frame

PICTURE = np.zeros((16, 16), np.uint8)


def test_a_live_frame_was_captured_when_it_says() -> None:
    captured = CaptureTime(100.0, live=True, paced=True)
    assert captured(Frame(2.5, 75, PICTURE)) == 102.5


def test_a_recorded_frame_was_due_at_its_time_however_late_it_comes() -> None:
    captured = CaptureTime(0.0, live=False, paced=True)
    first = captured(Frame(0.0, 0, PICTURE))
    time.sleep(0.02)
    assert captured(Frame(0.001, 1, PICTURE)) == first + 0.001


def test_the_first_frame_of_a_recording_may_have_been_the_late_one() -> None:
    captured = CaptureTime(0.0, live=False, paced=True)
    first = captured(Frame(0.0, 0, PICTURE))
    second = captured(Frame(1.0, 30, PICTURE))
    assert second < first + 1.0


def test_at_full_speed_a_frame_is_captured_when_it_is_read() -> None:
    captured = CaptureTime(0.0, live=False, paced=False)
    before = time.monotonic()
    assert before <= captured(Frame(500.0, 0, PICTURE)) <= time.monotonic()
