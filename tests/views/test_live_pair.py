"""Two live cameras: pairs of frames, no waiting for one that is away, and a camera that freezes, dies and returns."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dms.capture import Silence
from dms.capture.live import OLD_IN_A_ROW, LiveCapture
from dms.types import Frame
from dms.views.live_pair import PairedCameras
from dms.views.pairs import FramePair
from tests.capture.conftest import number_of
from tests.capture.test_live import UNPLUG, ScriptedCamera, wait_until

PATIENCE_S = 20.0
"""A busy machine may take seconds to wake a thread: where two frames are to meet, either waits for so long."""
SOON_S = 0.05


@contextmanager
def two(
    within_s: float = 2 * PATIENCE_S, silent_after_s: tuple[float, float] = (PATIENCE_S, PATIENCE_S)
) -> Iterator[tuple[ScriptedCamera, ScriptedCamera, PairedCameras]]:
    """Two cameras that deliver what the test puts into them, in step. A frame older than the last silence of both is dropped, so
    a camera that is to be seen after a while is not to fall silent before."""
    cameras, started = (ScriptedCamera(), ScriptedCamera()), time.monotonic() - 1.0
    first, second = (
        LiveCapture(
            name,
            camera.open,
            started=started,
            silent_after_s=silent_s,
            patient=True,
            waits_s=lambda: itertools.repeat(0.01),
        )
        for name, camera, silent_s in zip(("first", "second"), cameras, silent_after_s, strict=True)
    )
    with PairedCameras(first, second, within_s) as source:
        yield *cameras, source


def next_pair(deliveries: Iterator[Frame | Silence]) -> FramePair:
    return next(item for item in deliveries if isinstance(item, FramePair))


def numbers(pair: FramePair) -> tuple[int | None, int | None]:
    first, second = (number_of(view.image) if isinstance(view, Frame) else None for view in (pair.first, pair.second))
    return first, second


def test_frames_taken_together_come_together_whoever_is_first() -> None:
    with two() as (first, second, source):
        deliveries = iter(source)
        for number, order in enumerate([(first, second), (second, first), (first, second)]):
            stamp = time.monotonic()
            for camera in order:
                camera.show(number, stamp)
            pair = next_pair(deliveries)
            assert numbers(pair) == (number, number)
            assert pair.index == number


def test_clocks_that_are_30_ms_apart_are_in_step_and_the_later_frame_tells_the_time() -> None:
    with two() as (first, second, source):
        stamp = time.monotonic()
        first.show(1, stamp)
        second.show(1, stamp + 0.030)
        pair = next_pair(iter(source))
        assert isinstance(pair.first, Frame)
        assert isinstance(pair.second, Frame)
        assert pair.second.t - pair.first.t == pytest.approx(0.030, abs=1e-6)
        assert pair.t == pair.second.t


def test_frames_too_far_apart_come_alone_and_in_order() -> None:
    with two(within_s=0.05) as (first, second, source):
        stamp = time.monotonic()
        first.show(1, stamp)
        second.show(2, stamp + 0.2)
        deliveries = iter(source)
        assert [numbers(next_pair(deliveries)) for _ in range(2)] == [(1, None), (None, 2)]


def test_a_camera_that_was_never_there_costs_the_other_nothing() -> None:
    with two(within_s=60.0, silent_after_s=(PATIENCE_S, SOON_S)) as (first, missing, source):
        missing.away = True
        wait_until(lambda: source._views[1].silence is not None)
        first.show(1)
        pair = next_pair(iter(source))  # takes half a minute if it waits for the other
        assert numbers(pair) == (1, None)
        assert isinstance(pair.second, Silence)
        assert pair.image is not None


def test_a_camera_that_dies_is_silent_beside_the_other_and_is_taken_back() -> None:
    with two(silent_after_s=(PATIENCE_S, SOON_S)) as (first, second, source):
        second.script.put(UNPLUG)
        wait_until(lambda: source._views[1].silence is not None and "no such camera" in source._views[1].silence.reason)
        first.show(2)
        alone = next_pair(iter(source))
        assert numbers(alone) == (2, None)
        assert isinstance(alone.second, Silence)
        assert any(event.kind == "lost" and "unplugged" in event.message for event in source.take_events())
        second.away = False
        stamp = time.monotonic()
        second.show(3, stamp)
        wait_until(lambda: source._views[1].frame is not None)
        first.show(3, stamp)
        wait_until(lambda: source._views[0].frame is not None)
        assert numbers(next_pair(iter(source))) == (3, 3)


@pytest.mark.parametrize("late", [0, 1])
def test_a_camera_whose_pictures_come_too_late_is_said_to_be_away_and_taken_back_when_they_do_not(late: int) -> None:
    """As those of a network camera that tells their capture time: left out without a word, it would pass for used."""
    with two(within_s=0.05) as (first, second, source):
        slow, prompt = (first, second) if late == 0 else (second, first)
        deliveries = iter(source)

        def moment(number: int, behind_s: float) -> FramePair:
            """A picture of the prompt camera, and when that is delivered one of the slow camera, taken `behind_s` before."""
            stamp = time.monotonic()
            prompt.show(number % 20, stamp)
            pair = next_pair(deliveries)
            slow.show(number % 20, stamp - behind_s)
            wait_until(lambda: source._views[late].frame is not None)
            return pair

        pairs = [moment(number, 0.3) for number in range(20)]
        of_slow = (pairs[-1].first, pairs[-1].second)[late]
        assert isinstance(of_slow, Silence)
        assert "its pictures come 300 ms after the other camera's of the same moment, too late" in of_slow.reason
        for number in range(20):
            moment(number, -0.001)
        pair = next_pair(deliveries)
        assert not isinstance((pair.first, pair.second)[late], Silence)


def test_a_camera_that_is_plugged_in_anew_and_counts_from_the_start_is_paired_again() -> None:
    with two() as (first, second, source):
        deliveries = iter(source)
        stamp = time.monotonic()
        first.show(1, stamp)
        second.show(1, stamp)
        assert numbers(next_pair(deliveries)) == (1, 1)
        for number in range(2, OLD_IN_A_ROW + 3):
            second.show(number, stamp - 86_400.0 + number / 30)
        wait_until(lambda: second.script.empty())
        first.show(2)
        assert numbers(next_pair(deliveries)) == (2, OLD_IN_A_ROW + 2)
        told = [event.message for event in source.take_events() if event.kind == "times"]
    assert told == ["second: pictures are stamped 86400 s back: when they come counts instead"]


def test_both_away_are_silent_together() -> None:
    with two(silent_after_s=(SOON_S, SOON_S)) as (first, second, source):
        first.away = second.away = True
        silence = next(item for item in iter(source) if isinstance(item, Silence))
        assert silence.reason.count(";") == 1


def test_a_slow_reader_gets_the_newest_of_both_and_the_rest_is_counted() -> None:
    with two() as (first, second, source):
        for number in range(4):
            stamp = time.monotonic()
            for camera, view in zip((first, second), source._views, strict=True):
                camera.show(number, stamp)
                wait_until(lambda: view.frame is not None and number_of(view.frame.image) == number)  # noqa: B023
        assert numbers(next_pair(iter(source))) == (3, 3)
        assert source.dropped == 6


def test_closing_ends_the_iteration_and_every_thread() -> None:
    with two() as (_, _, source):
        source.close()
        assert list(source) == []
        assert not any(thread.is_alive for thread in source.threads)
        source.close()
