"""Frames of two recordings are put in pairs: every frame once, in order, each beside its nearest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.capture import Silence
from dms.capture.recorded_source import RecordedSource
from dms.types import CameraHealth, Frame, Observation, Views
from dms.views.pairs import ROUNDING_S, FramePair, PairedRecordings, pair_of, paired, shown
from dms.views.settings import WITHIN_S

PICTURE = np.zeros((4, 4), np.uint8)
TIMES = st.lists(st.integers(0, 3_000), unique=True, max_size=60).map(lambda times: [t / 1000 for t in sorted(times)])


def frames(times: Sequence[float]) -> Iterator[Frame]:
    return (Frame(t, index, PICTURE) for index, t in enumerate(times))


def times_of(pairs: Iterator[tuple[Frame | None, Frame | None]]) -> list[tuple[float | None, float | None]]:
    return [(first.t if first else None, second.t if second else None) for first, second in pairs]


@given(TIMES, TIMES)
def test_every_frame_comes_once_and_time_goes_on(first: list[float], second: list[float]) -> None:
    pairs = times_of(paired(frames(first), frames(second)))
    assert [a for a, _ in pairs if a is not None] == first
    assert [b for _, b in pairs if b is not None] == second
    moments = [max(t for t in pair if t is not None) for pair in pairs]
    assert moments == sorted(moments)


@given(TIMES, TIMES)
def test_pairs_are_near_and_whoever_is_alone_beside_another_has_a_nearer_one(first: list[float], second: list[float]) -> None:
    pairs = times_of(paired(frames(first), frames(second)))
    assert all(abs(a - b) <= WITHIN_S + ROUNDING_S for a, b in pairs if a is not None and b is not None)
    for (a, b), (c, d) in pairwise(pairs):
        if b is None and c is None and a is not None and d is not None and d - a <= WITHIN_S:
            assert has_nearer(a, d, first, second)
        if a is None and d is None and b is not None and c is not None and c - b <= WITHIN_S:
            assert has_nearer(c, b, first, second)


def has_nearer(a: float, b: float, first: list[float], second: list[float]) -> bool:
    """Whether `a` of the first, or `b` of the second, has somebody nearer than the other of the two."""
    return min(min(abs(a - t) for t in second), min(abs(b - t) for t in first)) < abs(a - b)


@given(st.integers(10, 60), st.floats(-0.49, 0.49), st.integers(2, 100))
def test_two_cameras_of_one_pace_are_in_step_however_their_clocks_lie(fps: int, phase: float, count: int) -> None:
    apart_s = max(-0.9 * WITHIN_S, min(phase / fps, 0.9 * WITHIN_S))
    first = [1.0 + index / fps for index in range(count)]
    pairs = times_of(paired(frames(first), frames([t + apart_s for t in first])))
    assert len(pairs) == count
    assert all(a is not None and b is not None for a, b in pairs)


def test_clocks_that_are_30_ms_apart_pair_frames_of_30_a_second_with_their_nearest() -> None:
    first = [index / 30 for index in range(60)]
    pairs = times_of(paired(frames(first), frames([t + 0.030 for t in first])))
    apart_s = [abs(a - b) for a, b in pairs if a is not None and b is not None]
    assert len(apart_s) == 59
    assert max(apart_s) == pytest.approx(1 / 30 - 0.030)


class Recording(RecordedSource):
    """A recording of black pictures at these times."""

    size, fps = (4, 4), 20.0

    def __init__(self, name: str, times: Sequence[float]) -> None:
        super().__init__(name)
        self._times = times

    def __iter__(self) -> Iterator[Frame]:
        return frames(self._times)

    def close(self) -> None:
        """Nothing to close."""


def test_a_recording_that_ends_is_silent_while_the_other_goes_on() -> None:
    long, short = [index / 20 for index in range(20)], [index / 20 for index in range(10)]
    with PairedRecordings(Recording("long.mp4", long), Recording("short.mp4", short)) as source:
        pairs = [item for item in source if isinstance(item, FramePair)]
    assert [pair.index for pair in pairs] == list(range(20))
    assert all(isinstance(pair.second, Frame) for pair in pairs[:10])
    last = pairs[-1].second
    assert isinstance(last, Silence)
    assert last.reason == "short.mp4: the recording has ended"
    assert isinstance(pairs[-1].first, Frame)


FIRST, SECOND = Frame(1.0, 7, PICTURE), Frame(1.02, 9, PICTURE + 1)
OK = CameraHealth.OK


@pytest.mark.parametrize(
    ("pair", "face", "expected"),
    [
        (pair_of(3, FIRST, SECOND), "first", FIRST),
        (pair_of(3, FIRST, SECOND), "second", SECOND),
        (pair_of(3, FIRST, SECOND), None, FIRST),
        (pair_of(3, None, SECOND), None, SECOND),
        (pair_of(3, FIRST, None), "second", None),
    ],
)
def test_the_picture_that_is_shown_is_the_one_the_face_was_found_in(
    pair: FramePair, face: str | None, expected: Frame | None
) -> None:
    observation = Observation(pair.t, 3, views=Views(OK, OK, face=face))  # type: ignore[arg-type]
    picture = shown(pair, observation)
    assert (picture is None) is (expected is None)
    if picture is not None and expected is not None:
        assert picture.image is expected.image
        assert (picture.t, picture.index) == (pair.t, 3)


def test_with_one_camera_its_picture_is_shown() -> None:
    assert shown(FIRST, Observation(1.0, 7)) is FIRST
