"""Live sources: the newest frame counts, a lost camera comes back, nothing is left running."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from dms.backoff import STEPS_S, backoff_s
from dms.capture.live import OLD_IN_A_ROW, Device, Grabbed, LiveCapture
from dms.capture.source import Silence
from dms.errors import SourceError
from dms.types import Frame
from tests.capture.conftest import number_of, numbered_picture

UNPLUG = object()


class ScriptedCamera:
    """A camera that delivers what the test puts into it, waiting for it as a real one waits for light."""

    size: tuple[int, int] | None = (160, 120)
    fps: float | None = 30.0

    def __init__(self) -> None:
        self.script: queue.Queue[object] = queue.Queue()
        self.remarks: list[str] = []
        self.away = False
        self.opened = 0
        self.released = 0

    def open(self) -> Device:
        if self.away:
            raise SourceError("/dev/dms-camera: no such camera")
        self.opened += 1
        return self

    def read(self) -> Grabbed:
        try:
            item = self.script.get(timeout=0.5)
        except queue.Empty:
            raise SourceError("/dev/dms-camera: the camera delivers no picture") from None
        if item is UNPLUG:
            self.away = True
            raise SourceError("/dev/dms-camera: the camera was unplugged")
        if isinstance(item, Exception):
            raise item
        assert isinstance(item, tuple)
        picture, stamp = item
        return Grabbed(picture, time.monotonic() if stamp is None else stamp)

    def release(self) -> None:
        self.released += 1

    def show(self, number: int, stamp: float | None = None) -> None:
        """Without a `stamp`, it bears the time at which it is read: one of before a silence that was told would come too late."""
        self.script.put((numbered_picture(number), stamp))

    def watch(self, patient: bool = False) -> LiveCapture:
        return LiveCapture(
            "camera",
            self.open,
            started=time.monotonic() - 1.0,
            silent_after_s=0.05,
            patient=patient,
            waits_s=lambda: itertools.repeat(0.01),
        )


def next_frame(deliveries: Iterator[Frame | Silence]) -> Frame:
    return next(delivery for delivery in deliveries if isinstance(delivery, Frame))


def next_silence(deliveries: Iterator[Frame | Silence]) -> Silence:
    return next(delivery for delivery in deliveries if isinstance(delivery, Silence))


def wait_until(condition: object) -> None:
    """Give the capture thread time to do what it must do; the test's own timeout is the limit."""
    while not condition():  # type: ignore[operator]
        time.sleep(0.002)


def test_slow_reader_gets_the_newest_frame_and_the_rest_is_counted() -> None:
    camera = ScriptedCamera()
    with camera.watch() as source:
        for number in range(5):
            camera.show(number)
        wait_until(lambda: source.dropped == 4)
        deliveries = iter(source)
        frame = next_frame(deliveries)
        assert number_of(frame.image) == 4
        assert frame.index == 4
        camera.show(5)
        assert next_frame(deliveries).index == 5
        assert source.dropped == 4


def test_time_is_the_capture_time_since_the_start_of_the_drive() -> None:
    camera = ScriptedCamera()
    started = time.monotonic()
    with LiveCapture("camera", camera.open, started=started) as source:
        camera.show(1, stamp=started + 0.0625)
        assert next_frame(iter(source)).t == pytest.approx(0.0625, abs=1e-6)


def test_frames_captured_before_the_drive_or_out_of_order_are_not_delivered() -> None:
    camera = ScriptedCamera()
    started = time.monotonic()
    with LiveCapture("camera", camera.open, started=started, silent_after_s=0.05) as source:
        camera.show(0, stamp=started - 0.2)
        camera.show(1, stamp=started + 0.2)
        camera.show(2, stamp=started + 0.1)
        deliveries = iter(source)
        assert number_of(next_frame(deliveries).image) == 1
        wait_until(lambda: source.dropped == 2)


def test_a_picture_with_the_time_of_another_clock_does_not_hold_up_those_after_it() -> None:
    camera = ScriptedCamera()
    with camera.watch() as source:
        deliveries = iter(source)
        camera.show(1, stamp=time.monotonic() + 86_400.0)
        ahead = next_frame(deliveries)
        assert (number_of(ahead.image), ahead.t < 600.0) == (1, True)
        camera.show(2)
        assert number_of(next_frame(deliveries).image) == 2
        camera.show(3, stamp=time.monotonic() + 86_400.0)
        assert number_of(next_frame(deliveries).image) == 3
        told = [event.message for event in source.take_events() if event.kind == "times"]
    assert told == ["camera: pictures are stamped 86400 s ahead: when they come counts instead"]


def test_a_camera_whose_clock_begins_again_is_timed_by_when_its_pictures_come() -> None:
    """As after it was plugged in anew. One old picture has waited for a reader, a row of them has another clock."""
    camera = ScriptedCamera()
    with LiveCapture("camera", camera.open, started=time.monotonic() - 1.0, silent_after_s=60.0) as source:
        deliveries = iter(source)
        camera.show(0)
        before = next_frame(deliveries)
        for number in range(1, OLD_IN_A_ROW + 2):
            camera.show(number, stamp=time.monotonic() - 86_400.0 + number / 30)
        after = next_frame(deliveries)
        camera.show(OLD_IN_A_ROW + 2, stamp=time.monotonic() - 86_400.0 + 1.0)
        assert number_of(next_frame(deliveries).image) == OLD_IN_A_ROW + 2
        told = [event.message for event in source.take_events() if event.kind == "times"]
        assert source.dropped == OLD_IN_A_ROW
    assert number_of(after.image) == OLD_IN_A_ROW + 1
    assert after.t > before.t
    assert told == ["camera: pictures are stamped 86400 s back: when they come counts instead"]


def test_unplugged_camera_is_silent_and_comes_back() -> None:
    camera = ScriptedCamera()
    with camera.watch() as source:
        deliveries = iter(source)
        camera.show(1)
        before = next_frame(deliveries)
        camera.script.put(UNPLUG)
        silences = list(itertools.islice((d for d in deliveries if isinstance(d, Silence)), 4))
        assert all(later.t >= earlier.t >= before.t for earlier, later in itertools.pairwise(silences))
        assert silences[-1].since_s > silences[0].since_s
        assert silences[-1].index == before.index
        assert "no such camera" in silences[-1].reason
        camera.away = False
        camera.show(2)
        after = next_frame(deliveries)
        assert after.t >= silences[-1].t
        assert after.index == before.index + 1
        kinds = [event.kind for event in source.take_events()]
    assert kinds == ["opened", "lost", "lost", "restored"]
    assert camera.opened == camera.released == 2


def test_camera_that_freezes_without_an_error_is_silent_too() -> None:
    camera = ScriptedCamera()
    with camera.watch() as source:
        assert next_silence(iter(source)).index == -1


def test_missing_camera_is_an_error_at_once_unless_the_service_is_patient() -> None:
    camera = ScriptedCamera()
    camera.away = True
    with pytest.raises(SourceError, match="no such camera"):
        camera.watch()
    with camera.watch(patient=True) as source:
        deliveries = iter(source)
        assert "no such camera" in next_silence(deliveries).reason
        camera.away = False
        camera.show(3)
        assert number_of(next_frame(deliveries).image) == 3


def test_a_camera_whose_driver_fails_in_its_own_way_is_lost_and_opened_again() -> None:
    camera = ScriptedCamera()
    with camera.watch() as source:
        camera.script.put(ValueError("no room for a picture"))
        deliveries = iter(source)
        camera.show(1)
        assert number_of(next_frame(deliveries).image) == 1
        said = [event.message for event in source.take_events() if event.kind == "lost"]
    assert said == ["camera: ValueError: no room for a picture"]
    assert camera.opened == 2


class HangingCamera(ScriptedCamera):
    """The first time it is read, it does not answer until the test is over."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs, self.answers = threading.Event(), threading.Event()

    def read(self) -> Grabbed:
        if not self.hangs.is_set():
            self.hangs.set()
            self.answers.wait(60.0)
            return Grabbed(numbered_picture(99), time.monotonic())
        return super().read()


def test_a_camera_that_does_not_answer_is_opened_again_on_another_thread() -> None:
    camera = HangingCamera()
    with camera.watch() as source:
        assert camera.hangs.wait(60.0)
        wait_until(lambda: source.thread.doing == "reading")
        source.replace_thread()
        camera.show(1)
        deliveries = iter(source)
        assert number_of(next_frame(deliveries).image) == 1
        camera.answers.set()
        wait_until(lambda: source.thread.left_behind == 0)
        camera.show(2)
        assert number_of(next_frame(deliveries).image) == 2, "what the old thread still reads is not delivered"
        assert "no answer" in " ".join(event.message for event in source.take_events())


def test_what_the_camera_did_not_grant_is_reported() -> None:
    camera = ScriptedCamera()
    camera.remarks = ["asked for frame rate 30.0, granted 5.0"]
    with camera.watch() as source:
        assert "granted 5.0" in source.take_events()[-1].message


def test_closing_ends_a_reader_that_waits() -> None:
    camera = ScriptedCamera()
    source = camera.watch()
    deliveries: list[Frame | Silence] = []
    reader = threading.Thread(target=lambda: deliveries.extend(source))
    reader.start()
    source.close()
    reader.join()
    source.close()
    assert all(isinstance(delivery, Silence) for delivery in deliveries)
    assert camera.released == 1


def test_waits_grow_to_five_seconds_and_stay_there() -> None:
    waits = list(itertools.islice(backoff_s(jitter=0.0), 8))
    assert waits == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0, 5.0]
    varied = np.array(list(itertools.islice(backoff_s(), 200)))
    assert varied.max() <= STEPS_S[-1] * 1.2
    assert varied[4:].std() > 0
