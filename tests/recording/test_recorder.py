"""Recording drives: what is written comes back, wherever the power goes."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from mcap.reader import make_reader
from msgspec.structs import replace

from dms.errors import DriveError
from dms.recording.mcap_reader import McapDrive
from dms.recording.mcap_writer import DriveFile
from dms.recording.recorder import Recorder
from dms.recording.schemas import drive_schema
from dms.types import (
    Alert,
    AlertKind,
    DriveRecord,
    DriverInput,
    Eye,
    Eyes,
    Head,
    Label,
    Level,
    Observation,
    Phase,
    Setup,
    VehicleState,
)
from dms.wire import TOPICS

POINTS = tuple((round(200 + 1.37 * i % 97, 2), round(150 + 2.11 * i % 89, 2)) for i in range(68))

SETUP = Setup(0.0, "pack: mine\n", "mine.yaml", "ab" * 32, {"name": "van", "road": {"up_deg": 12.0}}, None, {"open_eye": 0.9})

CLEARED = Alert(26.0, AlertKind.DISTRACTION_LONG, Level.WARNING, Phase.CLEAR, 22.0, "long glance", "default", {})


def observation(index: int, landmarks: tuple[tuple[float, float], ...] | None = None) -> Observation:
    return Observation(
        t=index / 30,
        frame=index,
        head=Head(index % 7 / 3, -4.0, 0.5, 2.0),
        eyes=Eyes(Eye(0.9, 0.99), Eye(index % 11 / 11, 0.98)),
        landmarks=landmarks,
    )


def drive(seconds: int) -> list[DriveRecord]:
    """A drive at 30 Hz with its speed once a second, one label and one alert."""
    records: list[DriveRecord] = []
    for index in range(seconds * 30):
        if index % 30 == 0:
            records.append(VehicleState(index / 30, speed_kph=80.0))
        records.append(observation(index))
    records.append(Label(0.0, 0.5, "distraction.head_away"))
    records.append(DriverInput(seconds, "acknowledge"))
    cause: dict[str, float | int | str | bool | None] = {
        "head_away_deg": 31.5,
        "gaze_source": "head",
        "paused": False,
        "kss": None,
    }
    records.append(
        Alert(seconds, AlertKind.DISTRACTION_LONG, Level.WARNING, Phase.RAISE, seconds - 3.0, "long glance", "default", cause)
    )
    return records


def test_a_recorded_drive_comes_back_record_for_record_in_the_order_it_was_met(tmp_path: Path) -> None:
    records = drive(seconds=5)
    with Recorder(tmp_path, {"pack": "default", "pack_sha256": "ab" * 32}) as recorder:
        for record in records:
            recorder.write(record)
    assert recorder.path is not None
    reading = McapDrive(recorder.path, landmarks=True)
    assert list(reading) == records
    assert reading.warnings == []
    assert reading.metadata["pack_sha256"] == "ab" * 32
    assert (recorder.dropped, recorder.problem) == (0, None)


def test_a_late_vehicle_message_stays_where_the_service_met_it(tmp_path: Path) -> None:
    records: list[DriveRecord] = [
        observation(30),
        VehicleState(0.9, speed_kph=50.0),
        observation(31),
        observation(31),
        observation(29),
    ]
    file = DriveFile(tmp_path / "late.mcap", {})
    for record in records:
        file.write(record)
    file.close()
    assert list(McapDrive(file.path)) == records


@pytest.mark.parametrize("t", [-5.0, 1e18, 1e300])
def test_an_impossible_time_is_recorded_and_does_not_move_the_clock_of_the_file(tmp_path: Path, t: float) -> None:
    records = [observation(0), Observation(t, 1), observation(2)]
    file = DriveFile(tmp_path / "odd.mcap", {})
    for record in records:
        file.write(record)
    file.close()
    assert list(McapDrive(file.path)) == records
    assert file.duration_s < 1.0


def test_foxglove_finds_json_channels_with_schemas(tmp_path: Path) -> None:
    with Recorder(tmp_path, {}) as recorder:
        for record in [SETUP, *drive(seconds=2)]:
            recorder.write(record)
    with recorder.path.open("rb") as file:
        messages = list(make_reader(file, validate_crcs=True).iter_messages())
    assert {channel.topic for _, channel, _ in messages} == {f"/dms/{topic}" for topic in TOPICS}
    for schema, channel, message in messages:
        assert schema is not None
        assert (channel.message_encoding, schema.encoding) == ("json", "jsonschema")
        body = json.loads(message.data)
        assert set(body) - {"landmarks"} <= set(json.loads(schema.data)["properties"])


@pytest.mark.parametrize("topic", TOPICS)
def test_schemas_use_only_what_foxglove_reads(topic: str) -> None:
    def check(schema: dict[str, Any]) -> None:
        assert schema["type"] == "object"
        for value in schema["properties"].values():
            assert value["type"] in {"boolean", "string", "number", "integer", "object", "array"}
            if value["type"] == "object":
                check(value)
            if value["type"] == "array":
                assert value["items"]["type"] in {"string", "number", "integer"}

    check(json.loads(drive_schema(topic)))


def test_a_cut_at_any_byte_loses_at_most_the_last_second(tmp_path: Path) -> None:
    records = [observation(index, POINTS) for index in range(150)]
    file = DriveFile(tmp_path / "whole.mcap", {})
    durable: list[tuple[int, float]] = []  # file size, and the time up to which records must then be readable
    for record in records:
        file.write(record)
        durable.append((file.path.stat().st_size, record.t - 1.0))
    file.close()
    whole = file.path.read_bytes()
    cut = tmp_path / "cut.mcap"
    for size in [*range(0, len(whole), 97), *(len(whole) - n for n in range(1, 60))]:
        cut.write_bytes(whole[:size])
        reading = McapDrive(cut, landmarks=True)
        promised = max((t for written, t in durable if written <= size), default=-1.0)
        if promised < 0:
            with suppress(DriveError):  # nothing to say what kind of file it is
                list(reading)
            continue
        read = list(reading)
        assert read == records[: len(read)]
        assert (read[-1].t if read else -1.0) >= promised, f"cut at {size}"
        assert "cut off" in reading.warnings[0]


def test_a_killed_process_leaves_a_drive_that_reads_up_to_the_last_second(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from dms.recording.recorder import Recorder; from dms.types import Observation\n"
        "recorder = Recorder(Path(sys.argv[1]), {})\n"
        "for index in range(100_000):\n"
        "    recorder.write(Observation(index / 30, index))\n"
        "    print(index / 30, flush=True)\n"
        "    time.sleep(0.001)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(300)]
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    met = [float(line) for line in lines if line.endswith("\n")]
    (path,) = tmp_path.glob("*.mcap")
    reading = McapDrive(path)
    read = list(reading)
    # One second of the drive, and the fraction of one that this program, thirty times faster than life, had in the queue.
    assert read[-1].t >= met[-1] - 1.5
    assert "cut off" in reading.warnings[0]


def test_an_hour_and_a_new_journey_each_begin_a_new_file(tmp_path: Path) -> None:
    with Recorder(tmp_path, {}, file_duration_s=10.0) as recorder:
        for record in [*drive(seconds=25), DriverInput(26.0, "new_drive"), CLEARED, Observation(27.0, 999)]:
            recorder.write(record)
    contents = [list(McapDrive(path)) for path in sorted(tmp_path.glob("*.mcap"))]
    assert len(contents) == 4
    assert contents[0][-1].t <= 10.0 < contents[1][0].t + 0.05
    assert contents[2][-2:] == [DriverInput(26.0, "new_drive"), CLEARED], "what a new drive ends belongs to the old one"
    assert contents[3] == [Observation(27.0, 999)]
    assert sum(len(content) for content in contents) == len(drive(seconds=25)) + 3


def test_every_file_begins_with_what_its_decisions_rest_on(tmp_path: Path) -> None:
    reloaded = replace(SETUP, t=12.0, rules="pack: changed\n", rules_sha256="cd" * 32)
    records = drive(seconds=25)
    with Recorder(tmp_path, {}, file_duration_s=10.0) as recorder:
        for record in [SETUP, *records[:370], reloaded, *records[370:], DriverInput(26.0, "new_drive"), observation(800)]:
            recorder.write(record)
    contents = [list(McapDrive(path)) for path in sorted(tmp_path.glob("*.mcap"))]
    heads = [content[0] for content in contents]
    assert [type(head) for head in heads] == [Setup] * 4
    assert [head.rules_sha256[:2] for head in heads if isinstance(head, Setup)] == ["ab", "ab", "cd", "cd"]
    assert reloaded in contents[1]
    assert all(head.t == content[1].t for head, content in zip(heads, contents, strict=True))


@pytest.mark.parametrize("refusal", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), ValueError("No space left in the world")])
def test_a_full_disk_is_told_counted_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: Exception) -> None:
    recorder = Recorder(tmp_path, {})
    monkeypatch.setattr("dms.recording.recorded_files.RETRY_AFTER_S", 0.0)

    def refuse(file: DriveFile, record: DriveRecord) -> None:
        raise refusal

    with monkeypatch.context() as full:
        full.setattr(DriveFile, "write", refuse)
        recorder.write(observation(0))
        while recorder.problem is None:
            time.sleep(0.01)
        assert "No space left" in recorder.problem
    mark = DriverInput(1.0, "mark")
    recorder.write(observation(1))
    recorder.write(mark)
    recorder.close()
    assert recorder.dropped == 1
    assert recorder.path is not None
    assert list(McapDrive(recorder.path)) == [observation(1), mark]
    assert len(list(tmp_path.glob("*.keep"))) == 2, "the file that was given up holds a part of the last minute, too"


@pytest.mark.parametrize("refused", ["the name", "what stands in it"])
def test_a_file_that_cannot_be_begun_is_tried_again_under_its_name_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """Else a disk that is read-only for a day would be told in ten thousand different words."""
    monkeypatch.setattr("dms.recording.recorded_files.RETRY_AFTER_S", 0.0)
    told = set()

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    recorder = Recorder(tmp_path, {})
    with monkeypatch.context() as read_only:
        if refused == "the name":
            read_only.setattr(Path, "open", refuse)
        else:
            read_only.setattr(DriveFile, "_begin", refuse)
        recorder.write(DriverInput(0.0, "new_drive"))
        for index in range(20):
            recorder.write(observation(index))
            wait_until(lambda: not recorder.backlog)
            told.add(recorder.problem)
    recorder.write(observation(20))
    recorder.close()
    (told_once,) = told - {None}
    assert "cannot record: Read-only file system" in str(told_once)
    drives = sorted(path.name[-11:] for path in tmp_path.glob("*.mcap"))
    assert drives == ["part01.mcap", "part01.mcap"]


def wait_until(said: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60.0
    while not said():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_folder_that_cannot_be_made_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk that is read-only at first: monitoring goes on, and recording begins when it can."""
    monkeypatch.setattr("dms.recording.recorded_files.RETRY_AFTER_S", 0.0)
    in_the_way = tmp_path / "disk"
    in_the_way.write_text("")
    recorder = Recorder(in_the_way / "drives", {})
    assert recorder.problem == f"{in_the_way / 'drives'}: Not a directory"
    recorder.write(observation(0))
    wait_until(lambda: recorder.dropped == 1)
    in_the_way.unlink()
    recorder.write(observation(1))
    recorder.close()
    assert (recorder.problem, recorder.dropped) == (None, 1)
    assert recorder.path is not None
    assert list(McapDrive(recorder.path)) == [observation(1)]


def test_a_folder_that_is_deleted_while_it_is_recorded_into_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dms.recording.recorded_files.FLUSH_EVERY_S", 0.0)
    folder = tmp_path / "drives"
    recorder = Recorder(folder, {})
    recorder.write(observation(0))
    first = recorder.path
    assert first is not None
    shutil.rmtree(folder)
    wait_until(lambda: recorder.write(observation(1)) is None and recorder.path != first)
    recorder.close()
    assert recorder.problem is None
    assert recorder.path is not None
    assert set(McapDrive(recorder.path)) == {observation(1)}


def test_a_disk_that_does_not_answer_is_given_up_and_another_file_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a card is busy with itself: one write hangs, the next would not."""
    monkeypatch.setattr("dms.recording.recorded_files.RETRY_AFTER_S", 0.0)
    hangs, answers = threading.Event(), threading.Event()
    write = DriveFile.write

    def hang(file: DriveFile, record: DriveRecord) -> None:
        hangs.set()
        answers.wait(60.0)
        write(file, record)

    recorder = Recorder(tmp_path, {})
    recorder.write(DriverInput(0.0, "mark"))
    wait_until(lambda: recorder.health().marks == 1)
    first = recorder.path
    monkeypatch.setattr(DriveFile, "write", hang)
    recorder.write(observation(0))
    recorder.write(observation(1))
    assert hangs.wait(60.0)
    assert recorder.thread.doing == "writing"
    monkeypatch.setattr(DriveFile, "write", write)
    recorder.replace_thread()
    wait_until(lambda: recorder.backlog == 0)
    answers.set()
    wait_until(lambda: recorder.thread.left_behind == 0)
    recorder.close()
    assert recorder.path is not None
    assert first != recorder.path
    assert list(McapDrive(recorder.path)) == [observation(1)]
    assert (recorder.dropped, recorder.health().marks) == (1, 1)


def test_a_disk_that_never_answers_does_not_keep_the_service_from_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dms.recording.recorder.CLOSING_TIMEOUT_S", 0.0)
    hangs, answers = threading.Event(), threading.Event()

    def hang(file: DriveFile, record: DriveRecord) -> None:
        hangs.set()
        answers.wait(60.0)

    recorder = Recorder(tmp_path, {})
    monkeypatch.setattr(DriveFile, "write", hang)
    recorder.write(observation(0))
    assert hangs.wait(60.0)
    recorder.close()
    assert recorder.thread.is_alive
    answers.set()
    assert recorder.thread.join(60.0)


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    for _ in range(3):
        with Recorder(tmp_path, {}) as recorder:
            recorder.write(observation(0))
    assert len(list(tmp_path.glob("*.mcap"))) == 3
    with pytest.raises(DriveError, match="File exists"):
        DriveFile(min(tmp_path.glob("*.mcap")), {})
