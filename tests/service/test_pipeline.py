"""The pipeline between scripted eyes and a real bus and journal: what it survives, and in which order it tells whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dms.client.subscriber import Message, Subscriber
from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.recorded import recorded_monitor
from dms.drives.replaying.replay import replay
from dms.health import Health
from dms.monitor.monitor import Monitor
from dms.outputs.announce import Announcer
from dms.outputs.bus.bus import Bus
from dms.outputs.bus.messages import Topic
from dms.outputs.journal import Journal
from dms.outputs.journal.reader import JournalReader
from dms.outputs.listener import Listener, Listeners
from dms.outputs.run_identity import RunIdentity
from dms.recording.drive import open_drive
from dms.recording.recorder import Recorder
from dms.service.calibration_file import Seat
from dms.service.calibration_keeper import CalibrationKeeper
from dms.service.calibration_store import CalibrationStore
from dms.service.drive_log import DriveLog
from dms.service.health_meter import HealthMeter
from dms.service.pipeline import FAILURES_IN_A_ROW, Pipeline
from dms.service.recording_log import RecordingLog
from dms.service.supervisor import Supervisor
from dms.service.trip_log import TripLog
from dms.types import CameraHealth, DriverInput, Eye, Eyes, Face, Frame, Gaze, Head, Mouth, Observation, VehicleState
from dms.wire import to_json

PICTURE = np.zeros((32, 32), np.uint8)


class ScriptedEyes:
    """Sees a driver who turns away after twelve seconds; some pictures it cannot take."""

    def __init__(self) -> None:
        self.faults: dict[str, int] = {}
        self.model_hashes: dict[str, str] = {}
        self.unreadable: set[int] = set()
        self.drives = 1
        self.forward_deg = 0.0
        self.turns_away_t = 12.0
        self.camera_note: str | None = None

    def observe(self, frame: Frame) -> Observation:
        if frame.index in self.unreadable:
            raise ValueError("a picture of no use")
        yaw_deg = self.forward_deg + (45.0 if frame.t > self.turns_away_t else 0.0)
        eye = Eye(0.95, 0.99)
        return Observation(
            frame.t,
            frame.index,
            face=Face(0.97, (200.0, 100.0, 180.0, 210.0)),
            head=Head(yaw_deg, 0.0, 0.0, 2.0),
            eyes=Eyes(eye, eye),
            gaze=Gaze(yaw_deg, 0.0, 3.0),
            mouth=Mouth(0.05, 0.98),
        )

    def observe_silence(self, t: float) -> Observation:
        return Observation(t, -1, camera=CameraHealth.STALE)

    def new_drive(self) -> None:
        self.drives += 1


class Bench:
    """A pipeline with everything around it."""

    def __init__(
        self, folder: Path, store: CalibrationStore | None = None, recorder: Recorder | None = None, *others: Listener
    ) -> None:
        pack = load_pack("default")
        self.eyes = ScriptedEyes()
        self.bus = Bus(f"ipc://{folder}/bus", "bench")
        self.subscriber = Subscriber(self.bus.endpoint, Topic)
        self.messages: list[Message] = []
        self.journal_path = folder / "journal.db"
        self.journal = Journal(self.journal_path)
        self.health = HealthMeter("bench")
        self.keeper = CalibrationKeeper(store, Seat("/dev/dms-cam", "left_hand_drive", "0" * 64))
        monitor = Monitor(pack, load_cabin(), calibration=self.keeper.restored, assumed_speed_kph=80.0)
        listeners = Listeners(
            [
                Announcer(self.journal, self.bus),
                TripLog(self.journal, self.bus),
                DriveLog(self.journal, RunIdentity("bench", "script", "default", "0" * 64, "0" * 64)),
                *([RecordingLog(recorder)] if recorder else []),
                self.keeper,
                *others,
            ]
        )
        self.pipeline = Pipeline(self.eyes, monitor, listeners, self.health, Supervisor(), assumed_speed_kph=80.0)
        self.pipeline.begin_drive()
        self.bus.publish_health(Health(0.0, "starting"))
        assert self.heard(Topic.HEALTH), "the subscriber is there"

    def watch(self, first: int, last: int, fps: float = 30.0) -> None:
        for index in range(first, last):
            self.pipeline.picture(Frame(index / fps, index, PICTURE), captured_s=0.0)
            self.hear_of(index)

    def hear_of(self, frame: int) -> None:
        """A subscriber that does not keep up would miss messages."""
        assert self.receive(timeout_s=20.0)
        while self.messages[-1].fields.get("frame") != frame:
            assert self.receive(timeout_s=20.0), f"nothing about frame {frame}"

    def receive(self, timeout_s: float) -> bool:
        message = self.subscriber.receive(timeout_s)
        if message is not None:
            self.messages.append(message)
        return message is not None

    def heard(self, topic: Topic, number: int = 1) -> list[dict[str, Any]]:
        while sum(message.topic is topic for message in self.messages) < number:
            assert self.receive(timeout_s=20.0), f"not {number} on {topic}"
        return [message.fields for message in self.messages if message.topic is topic]

    def close(self) -> None:
        self.subscriber.close()
        self.keeper.close()
        self.journal.close()
        self.bus.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with closing(Bench(tmp_path)) as bench:
        yield bench


def test_one_picture_of_no_use_is_passed_over(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.eyes.unreadable = {2}
    bench.watch(0, 4)
    cameras = [observation["camera"] for observation in bench.heard(Topic.OBSERVATION, 4)]
    assert cameras == ["ok", "ok", "stale", "ok"]
    assert bench.health.beat(0.0).faults == {"picture": 1}
    assert "frame 2 could not be read" in caplog.text


def test_pictures_of_no_use_without_end_are_a_broken_program(bench: Bench) -> None:
    bench.eyes.unreadable = set(range(1000))
    with pytest.raises(ValueError, match="a picture of no use"):
        bench.watch(0, 1000)
    assert bench.health.beat(0.0).faults == {"picture": FAILURES_IN_A_ROW - 1}


def test_an_alert_that_is_heard_stands_in_the_journal(bench: Bench) -> None:
    bench.watch(0, 450)
    (alert,) = bench.heard(Topic.ALERT)
    assert alert["kind"] == "distraction.head_away"
    bench.journal.close()
    with closing(JournalReader(bench.journal_path)) as reader:
        (stored,) = reader.alerts(kinds=["distraction.head_away"])
    assert stored["t"] == alert["t"]
    assert stored["session"] == alert["session"]


def test_the_state_is_heard_several_times_a_second_and_at_once_with_an_alert(bench: Bench) -> None:
    bench.watch(0, 450)
    states = bench.heard(Topic.STATE, 70)
    assert 4 <= sum(state["t"] < 2.0 for state in states) / 2.0 <= 6
    (first_with_alert, *_) = [state for state in states if state["active"]]
    since_s = (
        first_with_alert["t"] - first_with_alert["active"][0]["t"]
    )  # an alert has the time when it was due: between two pictures
    assert 0.0 <= since_s < 1 / 30


def test_another_journey_is_another_drive_for_everybody(bench: Bench) -> None:
    bench.watch(0, 30)
    bench.pipeline.take(VehicleState(1.0, speed_kph=0.0))
    bench.pipeline.take(DriverInput(1.0, "new_drive"))
    bench.watch(31, 60)
    assert bench.eyes.drives == 2
    bench.journal.close()
    with closing(JournalReader(bench.journal_path)) as reader:
        assert [drive["end_reason"] for drive in reader.drives()] == ["new_drive", None]


def test_the_drive_is_summed_up_every_five_minutes_and_when_it_ends(bench: Bench) -> None:
    """Five pictures a second, to be quick about it; the driver looks away from the twelfth second on."""
    bench.watch(0, 5 * 320, fps=5.0)
    bench.pipeline.take(DriverInput(320.0, "new_drive"))
    messages = bench.heard(Topic.SUMMARY, 4)
    assert [(message["kind"], message["complete"], message["t"], message["end"]) for message in messages] == [
        ("period", True, 0.0, 300.0),
        ("drive", False, 0.0, 300.0),
        ("period", True, 300.0, 319.8),
        ("drive", True, 0.0, 319.8),
    ]
    whole = messages[-1]
    assert whole["usable_s"] + sum(whole["degraded_s"].values()) == pytest.approx(319.8, abs=0.01)
    assert whole["alerts"]["distraction.head_away"]["advisory"] == 1
    bench.journal.close()
    with closing(JournalReader(bench.journal_path)) as reader:
        kept = [(summary["kind"], summary["end"]) for summary in reader.summaries()]
        (*_, drive) = reader.summaries()
    assert kept == [("period", 300.0), ("period", 319.8), ("drive", 319.8)]
    assert {name: drive[name] for name in ("attention", "alerts", "course")} == {
        name: whole[name] for name in ("attention", "alerts", "course")
    }


def test_the_next_drive_is_summed_up_from_its_own_first_picture(bench: Bench) -> None:
    bench.watch(0, 30)
    bench.pipeline.take(DriverInput(1.0, "new_drive"))
    bench.pipeline.take(VehicleState(1.0, speed_kph=50.0))
    bench.watch(300, 330)
    bench.pipeline.take(DriverInput(11.0, "new_drive"))
    drives = [message for message in bench.heard(Topic.SUMMARY, 4) if message["kind"] == "drive"]
    assert [drive["t"] for drive in drives] == [0.0, 10.0]


@pytest.fixture
def store(tmp_path: Path) -> CalibrationStore:
    return CalibrationStore(tmp_path / "calibration.json")


def drive_until_known(folder: Path, store: CalibrationStore, forward_deg: float) -> None:
    """A minute and a quarter of an attentive driver, whose forward is learned and kept."""
    folder.mkdir()
    with closing(Bench(folder, store)) as bench:
        bench.eyes.forward_deg, bench.eyes.turns_away_t = forward_deg, 1000.0
        bench.watch(0, 10 * 75, fps=10.0)
        assert bench.heard(Topic.STATE)[-1]["cues"]["calibration_source"] == "learned"


def test_a_driver_who_was_learned_is_known_from_the_first_picture_after_a_restart(
    tmp_path: Path, store: CalibrationStore
) -> None:
    drive_until_known(tmp_path / "first", store, forward_deg=18.0)
    (tmp_path / "second").mkdir()
    with closing(Bench(tmp_path / "second", store)) as bench:
        bench.eyes.forward_deg = 18.0
        bench.watch(0, 450)
        cues = bench.heard(Topic.STATE)[0]["cues"]
        assert (cues["calibration_source"], cues["calibration"]) == ("restored", 1.0)
        assert cues["head_away_deg"] == pytest.approx(0.0, abs=0.1)
        (alert,) = bench.heard(Topic.ALERT)
        assert alert["cause"]["head_away_deg"] == pytest.approx(45.0, abs=0.1)


def test_a_driver_who_asks_to_be_forgotten_is_learned_anew_now_and_after_a_restart(
    tmp_path: Path, store: CalibrationStore
) -> None:
    drive_until_known(tmp_path / "first", store, forward_deg=18.0)
    (tmp_path / "second").mkdir()
    with closing(Bench(tmp_path / "second", store)) as bench:
        bench.eyes.forward_deg = 18.0
        bench.watch(0, 30)
        bench.pipeline.take(DriverInput(1.0, "forget_calibration"))
        bench.watch(31, 60)
        assert bench.heard(Topic.STATE)[-1]["cues"]["calibration_source"] == "prior"
    assert store.read() == ()


def test_a_drive_with_a_restored_driver_is_replayed_to_the_same_bytes(tmp_path: Path, store: CalibrationStore) -> None:
    """Two journeys: the first forgets who was restored, the second begins with what the first has learned."""
    drive_until_known(tmp_path / "first", store, forward_deg=18.0)
    (tmp_path / "second").mkdir()
    with Recorder(tmp_path / "drives", {}) as recorder, closing(Bench(tmp_path / "second", store, recorder)) as bench:
        bench.eyes.forward_deg = 18.0
        bench.watch(0, 10 * 20, fps=10.0)
        bench.eyes.turns_away_t = 1000.0
        bench.pipeline.take(DriverInput(20.0, "forget_calibration"))
        bench.watch(10 * 20 + 1, 10 * 95, fps=10.0)
        bench.pipeline.take(DriverInput(95.0, "new_drive"))
        bench.eyes.turns_away_t = 98.0
        bench.watch(10 * 95 + 1, 10 * 105, fps=10.0)
    parts = sorted((tmp_path / "drives").glob("*.mcap"))
    assert len(parts) == 2
    for part in parts:
        monitor = recorded_monitor(part)
        assert monitor.fusion.calibration.source == "restored"
        again = replay(open_drive(part), monitor)
        assert again.alerts == again.recorded
        assert [to_json(alert) for alert in again.alerts] == [to_json(alert) for alert in again.recorded]
        assert any(alert.kind == "distraction.head_away" for alert in again.alerts)
