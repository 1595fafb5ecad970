"""Reading drives: any order of channels, one clear message for anything that is not a drive."""

from __future__ import annotations

import gzip
import io
import random
import re
import tracemalloc
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.data_stream import RecordBuilder
from mcap.records import Chunk, Footer, Header
from mcap.writer import CompressionType, IndexType, Writer

from dms.errors import DriveError
from dms.recording.drive import find_drives, open_drive
from dms.recording.jsonl import LARGEST_LINE_BYTES, MOST_EMPTY_LINES, JsonlDrive
from dms.recording.mcap_reader import LARGEST_CHUNK_BYTES, McapDrive
from dms.recording.mcap_writer import DriveFile
from dms.recording.ordering import in_time_order
from dms.types import DriveRecord, DriverInput, Eye, Eyes, Label, Observation, VehicleState
from dms.wire import TOPICS, to_json

OBSERVATIONS = [Observation(index / 30, index) for index in range(90)]
VEHICLE = [VehicleState(index / 10, speed_kph=50.0 + index) for index in range(30)]
LABEL = Label(1.0, 2.0, "distraction.long")
ACKNOWLEDGE = DriverInput(1.52, "acknowledge")


def write_lines(path: Path, records: list[DriveRecord], tail: bytes = b"") -> Path:
    path.write_bytes(b"".join(to_json(record) + b"\n" for record in records) + tail)
    return path


def by_time(records: list[DriveRecord]) -> list[DriveRecord]:
    return sorted(records, key=lambda record: record.t)


@pytest.mark.parametrize(
    "records",
    [
        by_time([*OBSERVATIONS, *VEHICLE, LABEL, ACKNOWLEDGE]),
        [*OBSERVATIONS, *VEHICLE, LABEL, ACKNOWLEDGE],
        [LABEL, ACKNOWLEDGE, *VEHICLE, *OBSERVATIONS],
        [ACKNOWLEDGE, *OBSERVATIONS, LABEL, *VEHICLE],
    ],
    ids=["interleaved", "observations first", "observations last", "mixed blocks"],
)
def test_the_speed_is_known_when_the_frame_is_judged_however_the_file_was_put_together(
    tmp_path: Path, records: list[DriveRecord]
) -> None:
    drive = JsonlDrive(write_lines(tmp_path / "drive.jsonl", records))
    assert list(drive) == by_time(records)
    assert drive.warnings == []
    assert drive.share_read == 1.0


def test_a_drive_can_be_read_twice(tmp_path: Path) -> None:
    drive = open_drive(write_lines(tmp_path / "drive.jsonl", [*OBSERVATIONS, *VEHICLE]))
    assert list(drive) == list(drive)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.floats(-1e3, 1e3) | st.sampled_from([-1e300, 1e300, 1e9]),
        max_size=30,
    )
)
def test_faulty_times_lose_no_record_and_keep_their_place(times: list[float]) -> None:
    faulty = [Observation(t, index) for index, t in enumerate(times)]
    merged = list(in_time_order([enumerate(faulty), enumerate(VEHICLE, 1000)]))
    assert [record for record in merged if isinstance(record, Observation)] == faulty
    assert [record for record in merged if isinstance(record, VehicleState)] == VEHICLE


@pytest.mark.parametrize("t", [-1.0, 0.0, 1e6, 1e300])
def test_one_faulty_time_does_not_part_the_vehicle_from_the_frames(t: float) -> None:
    faulty = [*OBSERVATIONS[:40], Observation(t, 40), *OBSERVATIONS[41:]]
    merged = list(in_time_order([enumerate(faulty), enumerate(VEHICLE, 1000)]))
    without = [record for record in merged if record != Observation(t, 40)]
    assert without == by_time([*OBSERVATIONS[:40], *OBSERVATIONS[41:], *VEHICLE])


def test_a_cut_last_line_is_a_warning_that_says_what_was_lost(tmp_path: Path) -> None:
    drive = JsonlDrive(write_lines(tmp_path / "cut.jsonl", list(OBSERVATIONS), tail=b'{"topic":"observation","t":3.0,"fra'))
    assert list(drive) == OBSERVATIONS
    assert drive.warnings == [f"{drive.path}:91: the last line is cut off; its 35 bytes are lost"]


def test_a_last_line_without_newline_counts(tmp_path: Path) -> None:
    drive = JsonlDrive(
        write_lines(tmp_path / "drive.jsonl", list(OBSERVATIONS), tail=b'{"topic":"observation","t":3.0,"frame":90}')
    )
    assert list(drive) == [*OBSERVATIONS, Observation(3.0, 90)]
    assert drive.warnings == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"hello\n", r":91: not a JSON object: .*"),
        (b'{"topic":"observation","t":NaN,"frame":90}\n', r":91: observation: t: expected a finite number, got nan"),
        (b'{"topic":"weather","t":3.0}\n', r":91: unknown topic 'weather': expected one of observation, vehicle.*"),
        (b'{"topic":"vehicle","t":3.0,"speed_kph":"fast"}\n', r":91: vehicle: speed_kph: .*"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, message: str) -> None:
    drive = JsonlDrive(write_lines(tmp_path / "bad.jsonl", list(OBSERVATIONS), tail=line + to_json(LABEL) + b"\n"))
    with pytest.raises(DriveError, match=message):
        list(drive)


def chunked_mcap(
    path: Path, blocks: list[list[DriveRecord]], *, chunking: bool = True, metadata: dict[str, str] | None = None
) -> Path:
    """A drive by another program: each block its own chunk, `log_time` the record's time."""
    output = io.BytesIO()
    writer = Writer(output, use_chunking=chunking)
    writer.start()
    if metadata:
        writer.add_metadata("dms.drive", metadata)
    channels = {kind: writer.register_channel(f"/dms/{topic}", "json", 0) for topic, kind in TOPICS.items()}
    pictures = writer.register_channel("/camera", "cdr", 0)
    for block in blocks:
        writer.add_message(pictures, int(block[0].t * 1e9), b"\x00\x01", int(block[0].t * 1e9))
        for record in block:
            writer.add_message(channels[type(record)], int(record.t * 1e9), to_json(record), int(record.t * 1e9))
        writer.flush()
    writer.finish()
    path.write_bytes(output.getvalue())
    return path


@pytest.mark.parametrize("chunking", [True, False])
def test_an_mcap_by_another_program_reads_by_time_even_where_its_chunks_overlap(tmp_path: Path, chunking: bool) -> None:
    seen: list[list[DriveRecord]] = [[*OBSERVATIONS[i : i + 20]] for i in range(0, 90, 20)]
    blocks: list[list[DriveRecord]] = [list(VEHICLE), [LABEL], *seen]
    if not chunking:
        blocks = [by_time([record for block in blocks for record in block])]
    drive = McapDrive(chunked_mcap(tmp_path / "other.mcap", blocks, chunking=chunking))
    assert list(drive) == by_time([*VEHICLE, LABEL, *OBSERVATIONS])
    assert drive.warnings == []


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("damaged", [1, 2])
def test_a_damaged_chunk_is_left_out_and_named(tmp_path: Path, damaged: int, cut: bool) -> None:
    blocks: list[list[DriveRecord]] = [list(OBSERVATIONS[i : i + 30]) for i in range(0, 90, 30)]
    blocks[0].append(VehicleState(2.5, 60.0))  # it waits for its place until the last chunk has been read
    path = chunked_mcap(tmp_path / "damaged.mcap", blocks)
    data = bytearray(path.read_bytes())
    chunk = -1
    for _ in range(damaged + 1):
        chunk = data.index(b"zstd", chunk + 1)
    data[chunk + 40] ^= 0xFF
    path.write_bytes(data[:-10] if cut else data)
    drive = McapDrive(path)
    expected = [record for number, block in enumerate(blocks) if number != damaged for record in block]
    assert sorted(drive, key=to_json) == sorted(expected, key=to_json)
    assert f"from t = {damaged}.0 s are damaged and lost" in drive.warnings[0]
    assert ["cut off" in warning for warning in drive.warnings[1:]] == [True] * cut


def test_random_damage_is_an_error_or_a_warning_never_a_crash(tmp_path: Path) -> None:
    file = DriveFile(tmp_path / "whole.mcap", {})
    for record in OBSERVATIONS:
        file.write(record)
    file.close()
    whole = file.path.read_bytes()
    chance = random.Random(4)
    path = tmp_path / "damaged.mcap"
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 8])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        drive = McapDrive(path)
        try:
            read = list(drive)
        except DriveError:
            continue
        if len(read) < len(OBSERVATIONS):
            assert drive.warnings


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "drive.mcap: empty"),
        (b"\x89MC", "cut off before the first record"),
        (b"\x89MCAP1\r\n rest", "MCAP version 1; this dms reads version 0"),
        (b"RIFF....AVI LIST", "not an MCAP file"),
    ],
)
def test_what_is_no_mcap_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "drive.mcap"
    path.write_bytes(content)
    with pytest.raises(DriveError, match=message):
        list(McapDrive(path))


def test_an_mcap_file_of_another_kind_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "robot.mcap"
    with path.open("wb") as output:
        writer = Writer(output)
        writer.start()
        channel = writer.register_channel("/imu", "json", 0)
        writer.add_message(channel, 0, b"{}", 0)
        writer.finish()
    with pytest.raises(DriveError, match=r"it has no /dms/ channel \(channels found: /imu\)"):
        list(McapDrive(path))


def test_a_drive_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = chunked_mcap(tmp_path / "new.mcap", [list(OBSERVATIONS)], metadata={"format": "2", "dms": "9.1.0"})
    with pytest.raises(DriveError, match=r"written in drive format 2 by dms 9\.1\.0; this dms reads format 1"):
        list(McapDrive(path))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DriveError, match="written in drive format 2"):
        list(McapDrive(path))


def test_a_bad_message_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.mcap"
    with path.open("wb") as output:
        writer = Writer(output)
        writer.start()
        channel = writer.register_channel("/dms/vehicle", "json", 0)
        writer.add_message(channel, 0, to_json(VEHICLE[0]), 0)
        writer.add_message(channel, 10**8, b'{"topic":"vehicle","t":"soon"}', 10**8)
        writer.finish()
    with pytest.raises(DriveError, match=r"bad\.mcap: message at 0\.100 s: vehicle: t: "):
        list(McapDrive(path))


def test_a_folder_means_every_drive_in_it_and_a_side_file_is_no_drive(tmp_path: Path) -> None:
    for name in ("b.mcap", "a.jsonl", "trip/video.MP4", "trip/video.jsonl", "trip/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    found = find_drives([tmp_path, tmp_path / "a.jsonl"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a.jsonl", "b.mcap", "trip/video.MP4"]


@pytest.mark.parametrize(
    ("name", "message"), [("", "no drives in this folder"), ("gone.mcap", "no such drive"), ("notes.txt", "not a drive")]
)
def test_what_is_no_drive_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(DriveError, match=message):
        find_drives([tmp_path / name])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"topic":"vehicle","t":1,', ":101: not a JSON object: "),
        (b'{"topic":"label","note":"\xff"}', ":101: not a JSON object: byte 0xff at column 26 is not UTF-8"),
        (b'{"a":' * 3000, ":101: not a JSON object: nested too deep"),
        (
            b'{"topic":"observation","t":1,"frame":' + b"9" * 310 + b"}",
            ":101: observation: frame: a whole number of more than 64",
        ),
    ],
    ids=["cut", "no UTF-8", "nested", "frame"],
)
def test_a_line_that_is_no_record_is_named_with_its_number(tmp_path: Path, line: bytes, message: str) -> None:
    path = tmp_path / "drive.jsonl"
    path.write_bytes(b'{"topic":"vehicle","t":1}\n' * 100 + line + b'\n{"topic":"vehicle","t":2}\n')
    with pytest.raises(DriveError) as refusal:
        list(JsonlDrive(path))
    assert str(refusal.value).startswith(f"{path}{message}")
    assert "column 0" not in str(refusal.value)


def test_a_line_without_an_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "drive.jsonl"
    with path.open("wb") as file:
        file.write(to_json(VEHICLE[0]) + b"\n")
        file.truncate(8 * LARGEST_LINE_BYTES)  # zeros, which take no room on the disk
    tracemalloc.start()
    with pytest.raises(DriveError, match=rf"jsonl:2: a line of more than {LARGEST_LINE_BYTES} bytes, which no record has"):
        list(JsonlDrive(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * LARGEST_LINE_BYTES


def test_a_drive_with_an_empty_line_after_each_is_read(tmp_path: Path) -> None:
    path = tmp_path / "drive.jsonl"
    path.write_bytes(b"".join(to_json(record) + blank for record, blank in zip(VEHICLE, (b"\n\n", b"\r\n \t\r\n"), strict=False)))
    assert list(JsonlDrive(path)) == VEHICLE[:2]


@pytest.mark.parametrize("name", ["drive.jsonl", "drive.jsonl.gz"])
def test_empty_lines_without_end_are_not_read_to_their_end(tmp_path: Path, name: str) -> None:
    """Packed, fifty megabytes of them are a few hundred kilobytes; taking them apart took minutes."""
    path, lines = tmp_path / name, b"\n" * 50_000_000
    path.write_bytes(gzip.compress(lines, 1) if name.endswith(".gz") else lines)
    with pytest.raises(DriveError, match=r"(\d+) of the first \1 lines are empty, more than any drive has") as refusal:
        list(open_drive(path))
    assert int(re.findall(r"\d+", str(refusal.value).removeprefix(str(path)))[0]) < 2 * MOST_EMPTY_LINES


def test_labels_without_end_are_not_held_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dms.recording.jsonl.MOST_EVENTS", 1000)
    path = tmp_path / "drive.jsonl"
    label = b'{"topic":"label","t":1,"end":2,"kind":"fatigue.sleep"}\n'
    path.write_bytes(label * 1000)
    assert len(list(JsonlDrive(path))) == 1000
    path.write_bytes(label * 5000)
    with pytest.raises(DriveError, match=r"drive\.jsonl:1001: more than 1000 labels, alerts and inputs, which no drive has"):
        list(JsonlDrive(path))


def test_a_chunk_of_records_without_a_kind_is_damaged(tmp_path: Path) -> None:
    """Twelve kilobytes of zeros that unpack to fifteen million records of nothing."""
    path = tmp_path / "zeros.mcap"
    zeros = bytes(1 << 20)
    with path.open("wb") as file:
        writer = RecordBuilder()
        file.write(b"\x89MCAP0\r\n")
        Header(profile="", library="").write(writer)
        Chunk(
            compression="zstd",
            data=zstandard.compress(zeros),
            message_start_time=0,
            message_end_time=0,
            uncompressed_crc=crc32(zeros),
            uncompressed_size=len(zeros),
        ).write(writer)
        Footer(summary_start=0, summary_offset_start=0, summary_crc=0).write(writer)
        file.write(writer.end() + b"\x89MCAP0\r\n")
    drive = McapDrive(path)
    with pytest.raises(DriveError, match="not a recorded drive"):
        list(drive)
    assert "a record without a kind" in drive.warnings[0]


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
def test_a_chunk_that_would_unpack_to_a_gigabyte_is_left_packed(tmp_path: Path, compression: str) -> None:
    """A file of less than a megabyte; the memory that reading it takes is measured, not believed."""
    path = tmp_path / "bomb.mcap"
    with path.open("wb") as file:
        writer = Writer(file, chunk_size=2**31, compression=CompressionType[compression.upper()])
        writer.start()
        channel = writer.register_channel("/dms/vehicle", "json", writer.register_schema("dms.vehicle", "jsonschema", b"{}"))
        writer.add_message(channel, 0, b" " * LARGEST_CHUNK_BYTES, publish_time=0)
        writer.finish()
    drive = McapDrive(path)
    tracemalloc.start()
    assert list(drive) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LARGEST_CHUNK_BYTES / 4
    assert re.search(r"a chunk of \d{9} bytes; at most \d+ are read", drive.warnings[0])


def official_mcap(path: Path, records: list[DriveRecord], **options: Any) -> Path:
    """A drive as the writer of the MCAP project writes it, a chunk for every few records."""
    with path.open("wb") as file:
        writer = Writer(file, chunk_size=1000, **options)
        writer.start()
        channels: dict[type[DriveRecord], int] = {}
        for record in records:
            topic = next(name for name, kind in TOPICS.items() if kind is type(record))
            if type(record) not in channels:
                channels[type(record)] = writer.register_channel(f"/dms/{topic}", "json", 0)
            writer.add_message(channels[type(record)], int(record.t * 1e9), to_json(record), int(record.t * 1e9))
        writer.finish()
    return path


MESSAGE_HEAD_BYTES = 22
"""What stands between a message's length and its content: channel, sequence and two times."""
WITHOUT_INDEX = {
    "index_types": IndexType.NONE,
    "repeat_channels": False,
    "repeat_schemas": False,
    "use_statistics": False,
    "use_summary_offsets": False,
}


@pytest.mark.parametrize(
    "options",
    [
        {"repeat_channels": False},
        {"repeat_channels": False, "repeat_schemas": False, "use_statistics": False, "use_summary_offsets": False},
        {"use_chunking": False},
        {"enable_crcs": False},
        WITHOUT_INDEX,
        {**WITHOUT_INDEX, "use_chunking": False},
        {**WITHOUT_INDEX, "enable_data_crcs": True},
    ],
    ids=["channels once", "no repeats", "no chunks", "no checksums", "no index", "no index, no chunks", "data checksum"],
)
def test_whatever_the_official_writer_may_leave_out_is_no_damage(tmp_path: Path, options: dict[str, Any]) -> None:
    drive = McapDrive(official_mcap(tmp_path / "drive.mcap", by_time([*OBSERVATIONS, *VEHICLE, LABEL]), **options))
    assert list(drive) == by_time([*OBSERVATIONS, *VEHICLE, LABEL])
    assert drive.warnings == []


def test_a_file_without_an_index_that_was_damaged_says_so(tmp_path: Path) -> None:
    path = official_mcap(tmp_path / "drive.mcap", list(OBSERVATIONS), use_chunking=False, **WITHOUT_INDEX)
    whole = path.read_bytes()
    length = whole.index(to_json(OBSERVATIONS[45])) - MESSAGE_HEAD_BYTES - 8
    path.write_bytes(whole[:length] + b"\xff" * 8 + whole[length + 8 :])
    drive = McapDrive(path)
    assert list(drive) == OBSERVATIONS[:45]
    assert ": damaged: 45 records up to t = 1.5 s are read" in drive.warnings[0]
    assert "its index" not in drive.warnings[0]


def test_a_compression_that_is_not_read_is_named_and_is_no_damage(tmp_path: Path) -> None:
    path = official_mcap(tmp_path / "drive.mcap", list(OBSERVATIONS), compression=CompressionType.LZ4)
    path.write_bytes(path.read_bytes().replace(b"\x03\x00\x00\x00lz4", b"\x03\x00\x00\x00bz2"))
    drive = McapDrive(path)
    with pytest.raises(DriveError) as refusal:
        list(drive)
    assert str(refusal.value) == f"{path}: its chunks are packed with 'bz2': zstd, lz4 and unpacked ones are read"


@pytest.mark.parametrize("landmarks", [False, True])
@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"topic":"observation","t":1,"t":2,"frame":1}', "the key 't' stands twice"),
        (
            b'{"topic":"observation","t":1,"frame":1,"head":{"yaw":1,"pitch":0,"roll":0,"yaw":50}}',
            "the key 'yaw' stands twice",
        ),
        (b'{"topic":"vehicle","t":1,"speed_kph":3,"speed_kph":90}', "the key 'speed_kph' stands twice"),
        (b'{"topic":"observation","t":1,"frame":1,"head":{"yaw":720,"pitch":0,"roll":0}}', "head.yaw: expected a number <= 180"),
        (b'{"topic":"observation","t":1,"frame":1,"gaze":{"yaw":0,"pitch":-720}}', "gaze.pitch: expected a number >= -180"),
        (
            b'{"topic":"observation","t":1,"frame":1,"eyes":{"left":{"open":7,"visible":1},"right":null}}',
            "eyes.left.open: expected a number <= 1.5",
        ),
        (b'{"topic":"observation","t":1,"frame":1,"face":{"score":-2,"box":[0,0,9,9]}}', "face.score: expected a number >= -0.5"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, line: bytes, message: str, landmarks: bool) -> None:
    """Also after lines of the very same form but for the twin, which are read without a second look."""
    path = tmp_path / "drive.jsonl"
    path.write_bytes(b'{"topic":"vehicle","t":1,"speed_kph":3}\n{"topic":"observation","t":1,"frame":1}\n' * 2 + line + b"\n")
    with pytest.raises(DriveError) as refusal:
        list(JsonlDrive(path, landmarks=landmarks))
    assert str(refusal.value).startswith(f"{path}:5: ")
    assert message in str(refusal.value)


def test_noise_around_an_open_eye_is_no_fault(tmp_path: Path) -> None:
    noisy = Observation(1.0, 1, eyes=Eyes(Eye(1.034, 1.0), Eye(-0.02, 1.0)))
    assert list(JsonlDrive(write_lines(tmp_path / "drive.jsonl", [noisy]))) == [noisy]


def test_names_with_digits_hide_no_twin(tmp_path: Path) -> None:
    path = tmp_path / "drive.jsonl"
    lines = [b'{"topic":"vehicle","t":1,"t1":1}\n', b'{"topic":"vehicle","t":1,"t1":2}\n', b'{"topic":"vehicle","t":1,"t":2}\n']
    path.write_bytes(b"".join(lines))
    with pytest.raises(DriveError, match=r"jsonl:3: the key 't' stands twice"):
        list(JsonlDrive(path))
