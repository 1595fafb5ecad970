"""Live and replay are one: the same records give the same alerts, whatever lies between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.explain import Timeline
from dms.drives.replaying.replay import replay
from dms.errors import DriveError
from dms.monitor.monitor import Monitor
from dms.recording.drive import find_drives, open_drive
from dms.recording.mcap_reader import McapDrive
from dms.recording.recorder import Recorder
from dms.types import Alert, DriveRecord, DriverInput, Observation, Phase, Setup, VehicleState
from dms.wire import to_json
from tests.drives.drive_making import PACK, story, write_jsonl, write_mcap


@pytest.fixture
def pack_path(tmp_path: Path) -> Path:
    path = tmp_path / "story.yaml"
    path.write_text(PACK)
    return path


def monitor(pack_path: Path, *, assumed_speed_kph: float | None = None) -> Monitor:
    return Monitor(load_pack(str(pack_path)), load_cabin(), assumed_speed_kph=assumed_speed_kph)


def raised(alerts: tuple[Alert, ...]) -> list[tuple[str, float]]:
    return [(str(alert.kind), alert.t) for alert in alerts if alert.phase is Phase.RAISE]


def as_bytes(alerts: tuple[Alert, ...]) -> bytes:
    return b"\n".join(to_json(alert) for alert in alerts)


def test_a_driver_who_turns_away_and_one_who_nods_off_are_told_in_time(tmp_path: Path, pack_path: Path) -> None:
    drive = write_jsonl(tmp_path / "drive.jsonl", story(60, turned=[(40, 44)], asleep=[(52, 55)]))
    (away, away_t), (asleep, asleep_t) = raised(replay(open_drive(drive), monitor(pack_path)).alerts)
    assert (away, asleep) == ("distraction.head_away", "fatigue.microsleep")
    assert away_t == pytest.approx(42.0, abs=0.2)
    assert asleep_t == pytest.approx(53.5, abs=0.2)


def test_a_drive_replayed_twice_from_either_format_gives_the_same_bytes(tmp_path: Path, pack_path: Path) -> None:
    records = list(story(50, turned=[(40, 44)]))
    lines, mcap = write_jsonl(tmp_path / "a.jsonl", iter(records)), write_mcap(tmp_path / "a.mcap", iter(records))
    results = [as_bytes(replay(open_drive(path), monitor(pack_path)).alerts) for path in (lines, lines, mcap)]
    assert results[0] == results[1] == results[2] != b""


def test_a_replay_that_is_watched_record_by_record_says_the_same(tmp_path: Path) -> None:
    """Nobody watching, records are fed many at a time; what the driver does between them comes in its place all the same."""
    records = list(story(80, turned=[(40, 46), (60, 66)], asleep=[(52, 55)]))
    for t, action in ((44.5, "acknowledge"), (53.8, "pause"), (54.6, "resume"), (63.1, "new_drive")):
        records.append(DriverInput(t, action))  # type: ignore[arg-type]
    drive = write_jsonl(tmp_path / "drive.jsonl", iter(sorted(records, key=lambda record: record.t)))
    fed: list[DriveRecord] = []
    alone = replay(open_drive(drive), Monitor(load_pack("default"), load_cabin()))
    watched = replay(open_drive(drive), Monitor(load_pack("default"), load_cabin()), [lambda record, *_: fed.append(record)])
    assert alone == watched
    assert {alert.phase for alert in alone.alerts} >= {Phase.RAISE, Phase.ACKNOWLEDGE, Phase.CLEAR}
    assert fed == sorted(records, key=lambda record: record.t)


def test_what_was_raised_live_is_raised_again_from_the_recording(tmp_path: Path, pack_path: Path) -> None:
    """The vehicle's messages overtake the frames, which are late by perception; one of each is faulty."""
    met: list[DriveRecord] = []
    for record in story(50, turned=[(40, 44)]):
        if isinstance(record, VehicleState):
            met.insert(max(0, len(met) - 2), record)
        elif isinstance(record, Observation):
            met.append(record)
    met.insert(500, Observation(1.0, 9))
    met.insert(900, Observation(1e9, 10))
    met.insert(1300, VehicleState(3.0, speed_kph=0.0))
    met.insert(1330, DriverInput(42.5, "acknowledge"))
    live = monitor(pack_path)
    said: list[Alert] = []
    with Recorder(tmp_path / "drives", {}) as recorder:
        for record in met:
            recorder.write(record)
            for alert in live.feed(record):
                said.append(alert)
                recorder.write(alert)
    assert recorder.path is not None
    again = replay(McapDrive(recorder.path), monitor(pack_path))
    assert raised(again.alerts)
    assert as_bytes(again.alerts) == as_bytes(tuple(said)) == as_bytes(again.recorded)
    assert again.rejected == live.rejected == 2


def test_a_drive_recorded_in_parts_is_replayed_as_one(tmp_path: Path, pack_path: Path) -> None:
    records = list(story(50, turned=[(40, 44)]))
    folder = tmp_path / "drives"
    with Recorder(folder, {}, file_duration_s=20.0) as recorder:
        for record in records:
            recorder.write(record)
    assert len(list(folder.iterdir())) == 3
    (first,) = find_drives([folder])
    assert list(open_drive(first)) == records
    whole = write_mcap(tmp_path / "whole.mcap", iter(records))
    joined, single = (replay(open_drive(path), monitor(pack_path)).alerts for path in (first, whole))
    assert as_bytes(joined) == as_bytes(single) != b""


def test_a_part_that_is_missing_ends_the_drive_before_it(tmp_path: Path) -> None:
    for number in (1, 2, 4):
        write_mcap(tmp_path / f"trip-part{number:02d}.mcap", iter([Observation(float(number), number)]))
    found = find_drives([tmp_path])
    assert [path.name for path in found] == ["trip-part01.mcap", "trip-part04.mcap"]
    assert [len(list(open_drive(path))) for path in found] == [2, 1]


def test_without_a_speed_nothing_but_the_bench_speed_tells_the_rules_that_the_car_moves(tmp_path: Path, pack_path: Path) -> None:
    drive = write_jsonl(tmp_path / "bench.jsonl", story(50, turned=[(40, 44)], speed_kph=None))
    standing = replay(open_drive(drive), monitor(pack_path, assumed_speed_kph=0.0))
    moving = replay(open_drive(drive), monitor(pack_path, assumed_speed_kph=60.0))
    assert raised(standing.alerts) == []
    assert [kind for kind, _ in raised(moving.alerts)] == ["distraction.head_away"]


def test_the_vehicles_own_speed_goes_before_the_bench_speed(tmp_path: Path, pack_path: Path) -> None:
    drive = write_jsonl(tmp_path / "parked.jsonl", story(50, turned=[(40, 44)], speed_kph=0.0))
    assert raised(replay(open_drive(drive), monitor(pack_path, assumed_speed_kph=60.0)).alerts) == []


def test_faulty_times_are_counted_and_change_nothing_else(tmp_path: Path, pack_path: Path) -> None:
    sound = list(story(50, turned=[(40, 44)]))
    faulty = [*sound[:1000], sound[900], sound[999], Observation(-3.0, 1), Observation(1e300, 2), *sound[1000:]]
    first = replay(open_drive(write_jsonl(tmp_path / "sound.jsonl", iter(sound))), monitor(pack_path))
    second = replay(open_drive(write_jsonl(tmp_path / "faulty.jsonl", iter(faulty))), monitor(pack_path))
    observations = sum(isinstance(record, Observation) for record in (sound[900], sound[999]))
    assert (first.rejected, second.rejected) == (0, 2 + observations)
    assert as_bytes(first.alerts) == as_bytes(second.alerts)


@pytest.mark.parametrize("records", [[], [VehicleState(1.0, speed_kph=50.0)], [Observation(-1.0, 0)]])
def test_a_drive_without_a_usable_observation_is_one_clear_error(
    tmp_path: Path, pack_path: Path, records: list[DriveRecord]
) -> None:
    drive = write_jsonl(tmp_path / "nothing.jsonl", iter(records))
    with pytest.raises(DriveError, match=r"nothing\.jsonl: no observation.*: nothing to replay"):
        replay(open_drive(drive), monitor(pack_path))


def test_the_trace_beside_a_video_is_no_drive(tmp_path: Path, pack_path: Path) -> None:
    (tmp_path / "day.mp4").write_bytes(b"")
    trace = write_jsonl(tmp_path / "day.jsonl", iter([VehicleState(1.0, speed_kph=50.0)]))
    with pytest.raises(DriveError, match=r"replay day\.mp4, which it belongs to"):
        replay(open_drive(trace), monitor(pack_path))


def test_the_timeline_tells_how_an_alert_came_about(tmp_path: Path, pack_path: Path) -> None:
    timeline = Timeline()
    drive = write_jsonl(tmp_path / "drive.jsonl", story(50, turned=[(40, 44)]))
    replay(open_drive(drive), monitor(pack_path), [timeline])
    told = [(entry.subject, entry.text) for entry in timeline.entries if 39.0 < entry.t < 43.0]
    assert ("label", "distraction.head_away until 44.00 s") in told
    assert any(subject == "rule" and text.startswith("turned: counts for ") for subject, text in told)
    assert any(subject == "rule" and text.endswith("s, then asks for its alert") for subject, text in told)
    assert any(subject == "alert" and "raise distraction.head_away advisory since 40.0" in text for subject, text in told)
    assert [entry.t for entry in timeline.entries] == sorted(entry.t for entry in timeline.entries)


KNOWN_DRIVER: dict[str, float | str | None] = {
    "forward_yaw_deg": 0.0,
    "forward_pitch_deg": -3.0,
    "open_eye": 0.95,
    "source": "restored",
    "progress": 1.0,
}


def knowing(driver: dict[str, float | str | None] | None) -> Setup:
    return Setup(0.0, PACK, "story.yaml", "0" * 64, {}, calibration=driver)


def test_a_driver_who_was_known_live_is_known_under_any_rules_from_the_first_frame(tmp_path: Path, pack_path: Path) -> None:
    records = list(story(10, turned=[(1, 4)]))
    unknown = write_jsonl(tmp_path / "unknown.jsonl", iter([knowing(None), *records]))
    known = write_jsonl(
        tmp_path / "known.jsonl", iter([knowing(KNOWN_DRIVER), *records[:150], knowing(KNOWN_DRIVER), *records[150:]])
    )
    assert raised(replay(open_drive(unknown), monitor(pack_path)).alerts) == []
    ((kind, t),) = raised(replay(open_drive(known), monitor(pack_path)).alerts)
    assert (kind, t) == ("distraction.head_away", pytest.approx(3.0, abs=0.1))


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"forward_yaw_deg": "left"}, "forward_yaw_deg: expected a number or null, got text"),
        ({"source": "hearsay"}, "source: 'hearsay' is none of"),
    ],
)
def test_a_recorded_calibration_that_is_none_is_one_clear_error(
    tmp_path: Path, pack_path: Path, wrong: dict[str, float | str | None], complaint: str
) -> None:
    path = write_jsonl(tmp_path / "odd.jsonl", iter([knowing(KNOWN_DRIVER | wrong), *story(2)]))
    with pytest.raises(DriveError, match=rf"odd\.jsonl: the recorded calibration: {complaint}"):
        replay(open_drive(path), monitor(pack_path))


def test_replaying_observations_loads_no_network_camera_bus_or_database(tmp_path: Path, pack_path: Path) -> None:
    drive = write_jsonl(tmp_path / "drive.jsonl", story(5))
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from dms.cli.replay import command\n"
        "command([Path(sys.argv[1])], rules=sys.argv[2])\n"
        "heavy = {'torch', 'onnxruntime', 'cv2', 'zmq', 'sqlalchemy'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(drive), str(pack_path)], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[-1] == "loaded: []"
