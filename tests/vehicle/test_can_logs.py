"""Logs of a bus: the same drive in every format, and a real car's as others decoded it."""

from __future__ import annotations

import csv
import gzip
import os
import sqlite3
import struct
import tracemalloc
import zlib
from bisect import bisect_right
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import can
import pytest

from dms.errors import SourceError
from dms.vehicle.can.database import load_database
from dms.vehicle.can.decoding import Decoder
from dms.vehicle.can.log import CanLog
from dms.vehicle.can.options import Signals
from dms.vehicle.can.trace import CanTrace
from tests.vehicle.conftest import DBC, HYBRID, Encode

RECORDED = "DMS_CAN_LOG"
"""The environment variable that names a folder with the `drive.log` of a hybrid, and `reference.csv` as others decoded it."""
BEGAN_S = 1_700_000_000.0
FORMATS = [".asc", ".blf", ".trc", ".log", ".asc.gz"]


@pytest.fixture
def drive(encode: Encode) -> list[can.Message]:
    """Five seconds of pulling away at 10 Hz, an error frame and somebody else's message among them."""
    messages: list[can.Message] = []
    for step in range(50):
        at_s = BEGAN_S + step / 10
        speed = encode("MOTION", SPEED_KPH=2.0 * step, SPEED_MPH=0, SPEED_MPS=0, SPEED_PLAIN=0, SPEED_VALID=1)
        for identifier, data in (speed, (0x7DF, b"\x02\x01\x0d")):
            messages.append(can.Message(arbitration_id=identifier, data=data, is_extended_id=False, timestamp=at_s, channel=0))
    messages.insert(40, can.Message(is_error_frame=True, timestamp=BEGAN_S + 2.0, channel=0))
    return messages


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_tells_the_same_drive(suffix: str, drive: list[can.Message], tmp_path: Path) -> None:
    path = tmp_path / f"drive{suffix}"
    with can.Logger(path) as logger:
        for message in drive:
            logger.on_message_received(message)
    log = CanLog(path, Decoder(load_database(DBC), Signals.model_validate({"speed_kph": "SPEED_KPH"})))
    told = [(each.t, each.values["speed_kph"]) for each in log]
    assert [kph for _, kph in told] == [pytest.approx(2.0 * step) for step in range(50)]
    assert [t - told[0][0] for t, _ in told] == pytest.approx([step / 10 for step in range(50)], abs=0.0015)
    assert told == [(each.t, each.values["speed_kph"]) for each in log], "as often as wanted"


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        pytest.param("drive.log", lambda text: text.replace("#", "?", 1), "message 1 cannot be read: ", id="a line that is none"),
        pytest.param("drive.xyz", lambda text: text, "message 1 cannot be read: ", id="a format that nobody knows"),
    ],
)
def test_a_log_that_cannot_be_read_is_named(name: str, damage: Callable[[str], str], said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(damage("(0.000000) can0 100#0000000000000000\n"))
    with pytest.raises(SourceError) as refusal:
        list(CanLog(path, Decoder(load_database(DBC), Signals.model_validate({"speed_kph": "SPEED_KPH"}))))
    assert str(refusal.value).startswith(f"{path}: {said}")


MOTION_SPEED = Signals.model_validate({"speed_kph": "SPEED_KPH"})


@pytest.mark.parametrize("suffix", [".blf", ".csv", ".log", ".asc.gz"])
def test_a_log_that_was_cut_off_is_read_as_far_as_it_goes(suffix: str, drive: list[can.Message], tmp_path: Path) -> None:
    """A logger whose power goes leaves half a message behind: what came before it is a drive all the same."""
    path = tmp_path / f"drive{suffix}"
    with can.Logger(path) as logger:
        for message in drive:
            logger.on_message_received(message)
    whole = path.read_bytes()
    log = CanLog(path, Decoder(load_database(DBC), MOTION_SPEED))
    told = [each.values["speed_kph"] for each in log]
    assert not log.cut_off
    missing = {".csv": 3, ".log": 17}.get(suffix, 20)
    path.write_bytes(whole[:-missing])
    kept = [each.values["speed_kph"] for each in log]
    assert kept == told[: len(kept)], "no value that was not told"
    assert log.cut_off
    assert kept


def test_a_log_whose_last_bytes_are_missing_does_not_tell_others(tmp_path: Path) -> None:
    """ASC counts its bytes: `2` was the beginning of `27`."""
    path = tmp_path / "drive.asc"
    with can.Logger(path) as logger:
        for at_s in (1.0, 1.1):
            data = b"\x10\x27\0\0\0\0\0\x80"
            logger.on_message_received(can.Message(timestamp=at_s, arbitration_id=256, is_extended_id=False, data=data))
    text = path.read_text()
    path.write_text(text[: text.rindex("10 27") + 4])
    log = CanLog(path, Decoder(load_database(DBC), MOTION_SPEED))
    assert [each.values["speed_kph"] for each in log] == [100.0]
    assert log.refused == {"malformed": 1}


A_MESSAGE = "   1.000000 1  100             Rx   d 8 10 27 00 00 00 00 00 80\n"
ASC_HEADER = "date Don M\xe4r 5 10:00:00.000 2026\nbase hex  timestamps absolute\ninternal events logged\n"


def blf_of(*objects: bytes) -> bytes:
    """A file in Vector's binary format, of containers with this content."""
    content = b""
    for packed in map(zlib.compress, objects):
        content += struct.pack("<4sHHLL", b"LOBJ", 16, 1, 32 + len(packed), 10) + struct.pack("<H6xL4x", 2, 0) + packed
        content += bytes(len(packed) % 4)
    return struct.pack("<4sL", b"LOGG", 144) + bytes(136) + content


def object_of(length: int, kind: int = 86) -> bytes:
    """A message of CAN that says it has this length."""
    header = struct.pack("<4sHHLL", b"LOBJ", 32, 1, length, kind) + struct.pack("<LHHQ", 2, 0, 0, 10**9)
    return header + struct.pack("<HBBL8s", 1, 0, 8, 0x100, b"\x10\x27\0\0\0\0\0\x80")


SMALL_FILES = [
    ("one_line.asc.gz", gzip.compress(bytes(1 << 24), 1), "message 1 cannot be read: a line of more than 65536 bytes"),
    ("one_line.csv.gz", gzip.compress(b"header\n" + b"1" * (1 << 20)), "message 1 cannot be read: a line of more than"),
    ("one_line.trc", b"1" * (1 << 20), "message 1 cannot be read: a line of more than 65536 bytes"),
    ("no_length.blf", blf_of(object_of(0)), "message 1 cannot be read: an object that says it has 0 bytes"),
    ("no_length_of_others.blf", blf_of(object_of(0, 65)), "message 1 cannot be read: an object that says it has 0 bytes"),
    ("one_object.blf", blf_of(object_of(1 << 30)), "message 1 cannot be read: an object that says it has 1073741824 bytes"),
    ("zeros.blf.gz", gzip.compress(blf_of()), "the log is empty"),
    ("zeros.blf", blf_of(object_of(48) + bytes(1 << 24)), "message 2 cannot be read: Could not find next object"),
    ("header.blf", struct.pack("<4sL", b"LOGG", 8) + bytes(200), "message 1 cannot be read: no log in Vector's"),
]


@pytest.mark.parametrize(("name", "content", "said"), SMALL_FILES, ids=[name for name, _, _ in SMALL_FILES])
def test_a_small_file_cannot_fill_the_memory(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    log = CanLog(path, Decoder(load_database(DBC), MOTION_SPEED))
    tracemalloc.start()
    try:
        with pytest.raises(SourceError) as refusal:
            for _ in chain(log, [log.begins_s()]):
                pass
        most_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert str(refusal.value).startswith(f"{path}: {said}")
    assert most_bytes < 8 << 20


def test_messages_may_go_on_in_the_next_container(tmp_path: Path) -> None:
    row = object_of(48) * 3
    (tmp_path / "drive.blf").write_bytes(blf_of(row[:70], row[70:100], row[100:]))
    log = CanLog(tmp_path / "drive.blf", Decoder(load_database(DBC), MOTION_SPEED))
    assert [each.values["speed_kph"] for each in log] == [100.0] * 3


@pytest.mark.parametrize("character_set", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("suffix", [".asc", ".asc.gz"])
def test_a_text_log_has_the_date_that_it_says_in_any_character_set(suffix: str, character_set: str, tmp_path: Path) -> None:
    text = (ASC_HEADER + A_MESSAGE).encode(character_set)
    path = tmp_path / f"drive{suffix}"
    path.write_bytes(gzip.compress(text) if suffix == ".asc.gz" else text)
    log = CanLog(path, Decoder(load_database(DBC), MOTION_SPEED))
    assert [(each.t, each.values) for each in log] == [(datetime(2026, 3, 5, 10, 0, 1).timestamp(), {"speed_kph": 100.0})]


def test_a_cell_of_a_table_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "drive.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE VIEW messages AS SELECT 1.0, 256, 0, 0, 0, 8, zeroblob(900000000)")
        database.commit()
    with pytest.raises(SourceError, match=r"drive\.db: message 1 cannot be read: string or blob too big"):
        list(CanLog(path, Decoder(load_database(DBC), MOTION_SPEED)))


@pytest.mark.parametrize("row", ["NULL, 256", "'noon', 256", "9e999, 256", "1.0, NULL"])
def test_a_table_of_messages_may_hold_anything(row: str, tmp_path: Path) -> None:
    path = tmp_path / "drive.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE messages (ts, arbitration_id, extended, remote, error, dlc, data)")
        database.execute(f"INSERT INTO messages VALUES ({row}, 0, 0, 0, 8, zeroblob(8))")
        database.commit()
    with pytest.raises(SourceError, match=r"drive\.db: message 1 cannot be read: its (time|identifier) is"):
        list(CanLog(path, Decoder(load_database(DBC), MOTION_SPEED)))


def test_a_table_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.db: No such file or directory"):
        list(CanLog(tmp_path / "nowhere.db", Decoder(load_database(DBC), MOTION_SPEED)))
    assert not (tmp_path / "nowhere.db").exists()


def traced(path: Path, times_s: list[float], *, counts_s: float = 2.0) -> CanTrace:
    """A candump log with a speed at each of these times, as the trace of a drive that began at 0."""
    path.write_text("".join(f"({t:.6f}) can0 100#1027000000000080\n" for t in times_s))
    log = CanLog(path, Decoder(load_database(DBC), MOTION_SPEED))
    return CanTrace(log, {"speed_kph": counts_s}, 0.0)


def test_messages_after_a_clock_that_was_set_back_are_counted(tmp_path: Path) -> None:
    trace = traced(tmp_path / "drive.log", [100.0, 100.1, 100.2, 5.0, 5.1, 100.3])
    times_s = [state.t for state in trace]
    assert (times_s, trace.earlier) == (sorted(times_s), 2)


def test_channels_that_are_logged_side_by_side_may_be_a_little_out_of_order(tmp_path: Path) -> None:
    trace = traced(tmp_path / "drive.log", [1.0, 1.2, 1.1, 1.3])
    times_s = [state.t for state in trace]
    assert (times_s, trace.earlier) == (sorted(times_s), 0)


def test_a_log_with_long_pauses_takes_no_longer_than_what_it_tells(tmp_path: Path) -> None:
    """A day between any two messages: a value counts for two seconds, and for the rest of the day there is nothing to say."""
    trace = traced(tmp_path / "drive.log", [86_400.0 * day for day in range(365)])
    assert 365 <= sum(1 for _ in trace) <= 3 * 365, "each once, and again while it counts"


def test_a_log_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.asc: No such file or directory"):
        list(CanLog(tmp_path / "nowhere.asc", Decoder(load_database(DBC), Signals.model_validate({"speed_kph": "SPEED_KPH"}))))


def test_a_real_car_is_decoded_as_others_decoded_it() -> None:
    """Speed and steering are told a hundred times a second, the reference ten times: between two messages either may be meant."""
    folder = os.environ.get(RECORDED)
    if not folder:
        pytest.skip(f"needs a recorded drive: {RECORDED} names none")
    signals: dict[str, Any] = {
        "speed_kph": {"mean": [f"WHEEL_{n}" for n in (1, 2, 3, 4)]},
        "steering_deg": {"sum": ["STEER_ANGLE", "STEER_FRACTION"]},
    }
    log = list(CanLog(Path(folder) / "drive.log", Decoder(load_database(HYBRID), Signals.model_validate(signals))))
    with (Path(folder) / "reference.csv").open() as file:
        reference = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    for name, step in (("speed_kph", 0.011), ("steering_deg", 0.051)):
        told = [(each.t, float(each.values[name])) for each in log if name in each.values]  # type: ignore[index,arg-type]
        times = [t for t, _ in told]
        for row in reference:
            at = bisect_right(times, row["t_s"])
            nearby = [value for _, value in told[max(0, at - 3) : at + 4]]
            assert min(nearby) - step <= row[name] <= max(nearby) + step, f"{name} at {row['t_s']} s"
