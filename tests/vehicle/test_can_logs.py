"""Logs of a bus: the same drive in every format, and a real car's as others decoded it."""

from __future__ import annotations

import csv
import os
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any

import can
import pytest

from dms.errors import SourceError
from dms.vehicle.can.database import load_database
from dms.vehicle.can.decoding import Decoder
from dms.vehicle.can.log import CanLog
from dms.vehicle.can.options import Signals
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
