"""A rendered drive seen from two places, from the first pixel to the last alert.

The head turns 60 degrees to the side window, where the eyes close: the first camera loses them, the second has them. Later the
driver looks at the passenger, and it is the other way round. `tools/render/scripts/two_cameras.yaml` is the script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dms.capture import Silence, open_source
from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.replay import Replay, Watch, replay
from dms.drives.scoring.matching import match_drive, rule_times
from dms.monitor.monitor import Monitor
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.recording.drive import open_drive
from dms.recording.drive_writer import DriveWriter
from dms.recording.video_drive import VideoDrive
from dms.types import CameraHealth, Frame, Level, Observation, Views
from dms.videos.perceived import PerceivedVideo
from dms.views.joining import Joiner
from dms.views.pairs import FramePair, PairedRecordings, pair_of
from dms.views.perception import TwoViews

FOLDER = Path(__file__).parents[1] / "data" / "two_cameras"
FIRST, SECOND = FOLDER / "first.mp4", FOLDER / "second.mp4"
MICROSLEEP = "fatigue.microsleep"
IN_TIME_S = 0.5

pytestmark = pytest.mark.timeout(600)


def replayed(second: Path | None, *watches: Watch) -> Replay:
    drive = VideoDrive(FIRST, lambda path: PerceivedVideo(path, keep=False, second=second))
    return replay(drive, Monitor(load_pack("default"), load_cabin()), watches)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what both cameras saw is recorded."""
    return tmp_path_factory.mktemp("recorded") / "both.mcap"


@pytest.fixture(scope="module")
def both(recorded: Path) -> Replay:
    """The drive seen by both cameras."""
    with DriveWriter(recorded, {}) as writer:
        return replayed(SECOND, lambda record, *_: writer.write(record))


def raised(result: Replay) -> set[str]:
    return {alert.kind for alert in result.alerts if alert.phase == "raise"}


def test_the_first_camera_alone_does_not_see_the_eyes_close() -> None:
    assert MICROSLEEP not in raised(replayed(None))


def test_with_both_every_label_is_answered_in_time_and_nothing_else_is_said_aloud(both: Replay) -> None:
    matching = match_drive(both.labels, both.alerts, rule_times(load_pack("default")), IN_TIME_S)
    assert MICROSLEEP in raised(both)
    assert [f"{label.t:.2f} s {label.kind}" for label in (*matching.missed, *matching.uncovered)] == []
    assert [match for match in matching.matched if abs(match.latency_s or 0.0) > IN_TIME_S] == []
    others = (*matching.related, *matching.unexpected)
    assert [alert for alert in others if alert.level.rank > Level.WARNING.rank] == []


def test_what_both_saw_is_one_drive_that_gives_the_same_alerts_again(both: Replay, recorded: Path) -> None:
    assert replay(open_drive(recorded), Monitor(load_pack("default"), load_cabin())).alerts == both.alerts
    seen = [record for record in open_drive(recorded) if isinstance(record, Observation)]
    assert {record.views.eyes for record in seen if isinstance(record.views, Views)} >= {"first", "second"}


Disturb = Callable[[FramePair], FramePair]


def pairs(disturb: Disturb, until_s: float) -> Iterator[FramePair]:
    """The drive's frames, with something done to one of the cameras."""
    with PairedRecordings(open_source(FIRST), open_source(SECOND)) as source:
        for item in source:
            assert isinstance(item, FramePair)
            if item.t >= until_s:
                return
            yield disturb(item)


def watch(disturb: Disturb, until_s: float = 16.0) -> tuple[TwoViews, Monitor, list[Observation]]:
    """Both cameras and the rules on the first part of the drive. Returns them with all that was seen."""
    eyes = [Perception(PerceptionSettings(landmarks=False)) for _ in range(2)]
    perception = TwoViews(("first.mp4", "second.mp4"), (eyes[0], eyes[1]), Joiner())
    monitor = Monitor(load_pack("default"), load_cabin(), assumed_speed_kph=80.0)
    seen = [perception.observe(pair) for pair in pairs(disturb, until_s)]
    kinds = {alert.kind for observation in seen for alert in monitor.feed(observation)}
    assert MICROSLEEP in kinds, "the second camera saw it whatever became of the first"
    return perception, monitor, seen


def states(seen: list[Observation], from_s: float, to_s: float) -> set[tuple[CameraHealth, CameraHealth]]:
    return {(one.views.first, one.views.second) for one in seen if isinstance(one.views, Views) and from_s <= one.t < to_s}


def hand(frame: Frame) -> Frame:
    """The picture of a camera with a hand over the lens: skin, near and out of focus, with a sensor's noise."""
    height, width = frame.image.shape[:2]
    shading = np.linspace(60.0, 110.0, width)[None, :, None] * np.linspace(0.9, 1.1, height)[:, None, None]
    noise = np.random.default_rng(frame.index).normal(0.0, 1.5, (height, width, 1))
    return replace(frame, image=np.broadcast_to(shading + noise, frame.image.shape).astype(np.uint8))


def test_a_hand_over_the_first_camera_leaves_the_watch_to_the_second() -> None:
    def covered(pair: FramePair) -> FramePair:
        assert isinstance(pair.first, Frame)
        return pair_of(pair.index, hand(pair.first), pair.second) if pair.t >= 9.5 else pair

    perception, _, seen = watch(covered)
    ok, under_hand = CameraHealth.OK, CameraHealth.COVERED
    assert states(seen, 0.0, 9.4) == {(ok, ok)}
    assert states(seen, 10.5, 16.0) == {(under_hand, ok)}
    assert {one.camera for one in seen} == {ok}
    first, second = perception.cameras()
    assert (first.source, first.state) == ("first.mp4", under_hand)
    assert (second.source, second.state) == ("second.mp4", ok)
    assert second.yaw_deg == pytest.approx(46.0, abs=5.0)
    assert second.pitch_deg == pytest.approx(3.0, abs=5.0)


def test_a_first_camera_that_freezes_dies_and_returns_is_missed_by_nobody() -> None:
    stuck: list[Frame] = []

    def failing(pair: FramePair) -> FramePair:
        assert isinstance(pair.first, Frame)
        if pair.t < 6.0 or pair.t >= 15.0:
            return pair
        if pair.t < 10.0:
            stuck.append(pair.first)
            return pair_of(pair.index, replace(pair.first, image=stuck[0].image), pair.second)
        return pair_of(pair.index, Silence(pair.t, 0, pair.t - 10.0, "unplugged"), pair.second)

    perception, monitor, seen = watch(failing, until_s=17.0)
    ok, stale = CameraHealth.OK, CameraHealth.STALE
    assert states(seen, 0.0, 6.0) == {(ok, ok)}
    assert states(seen, 7.5, 15.0) == {(stale, ok)}
    assert states(seen, 16.0, 17.0) == {(ok, ok)}
    assert {one.camera for one in seen} == {ok}
    assert {one.views.face for one in seen if isinstance(one.views, Views) and 8.0 <= one.t < 15.0} == {"second"}
    assert monitor.cues is not None
    assert monitor.cues.degraded is None
    assert perception.cameras()[0].state is ok
