"""What is learned of a driver outlasts a restart: kept per seat, forgotten on request, and never a reason not to start."""

from __future__ import annotations

import json
import logging
import os
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.fusion.calibration import Calibration
from dms.service.calibration_file import KeptSeat, Seat, kept_seat, parsed, written
from dms.service.calibration_keeper import CalibrationKeeper
from dms.service.calibration_store import LARGEST_BYTES, CalibrationFileError, CalibrationStore

DRIVER = Calibration(12.5, -4.0, 0.8, 1.5, -0.5, 0.93, progress=1.0, source="learned")
SEAT = Seat("/dev/dms-cam", "left_hand_drive", "ab" * 32)
UTC = "2026-11-21T09:30:00.000000Z"


@pytest.fixture
def store(tmp_path: Path) -> CalibrationStore:
    return CalibrationStore(tmp_path / "state" / "calibration.json")


def test_the_driver_is_known_again_after_a_restart(store: CalibrationStore) -> None:
    assert store.restore(SEAT) is None
    store.keep(SEAT, DRIVER, UTC)
    assert CalibrationStore(store.path).restore(SEAT) == DRIVER


def test_each_seat_has_its_own(store: CalibrationStore) -> None:
    other_camera, other_cabin = replace(SEAT, source="/dev/video2"), replace(SEAT, cabin="right_hand_drive")
    for number, seat in enumerate((SEAT, other_camera, other_cabin)):
        store.keep(seat, replace(DRIVER, forward_yaw_deg=float(number)), UTC)
    found = [store.restore(seat) for seat in (SEAT, other_camera, other_cabin)]
    assert [calibration.forward_yaw_deg for calibration in found if calibration] == [0.0, 1.0, 2.0]
    assert store.forget(SEAT.source, SEAT.cabin)
    assert not store.forget(SEAT.source, SEAT.cabin)
    assert [store.restore(seat) is None for seat in (SEAT, other_camera, other_cabin)] == [True, False, False]


def test_the_newest_calibration_of_a_seat_counts(store: CalibrationStore) -> None:
    store.keep(SEAT, DRIVER, UTC)
    store.keep(SEAT, replace(DRIVER, forward_yaw_deg=-3.0), None)
    (kept,) = store.read()
    assert (kept.calibration.forward_yaw_deg, kept.learned_utc) == (-3.0, None)


def test_what_other_networks_saw_does_not_hold_for_these(store: CalibrationStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    store.keep(SEAT, DRIVER, UTC)
    assert store.restore(replace(SEAT, models_sha256="cd" * 32)) is None
    assert f"learned {UTC}, is from other networks" in caplog.text


def values(**changes: Any) -> bytes:
    values = {"forward_yaw_deg": 1.0, "forward_pitch_deg": 2.0, "open_eye": 0.9} | changes
    seat = {"source": SEAT.source, "cabin": SEAT.cabin, "models_sha256": SEAT.models_sha256, "learned_utc": None}
    return json.dumps({"format": "dms.calibration", "version": 1, "seats": [seat | {"values": values}]}).encode()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "damaged: Invalid JSON"),
        (values()[:90], "damaged: Invalid JSON"),
        (b"\xff\xfe\x00", "damaged: Invalid JSON"),
        (b"[1, 2]", "damaged: Input should be an object"),
        (b'{"seats": []}', "not a file of calibrations"),
        (b'{"format": "something.else", "version": 1}', "not a file of calibrations"),
        (b'{"format": "dms.calibration", "version": 2, "drivers": {}}', "written in version 2 by a newer dms"),
        (b'{"format": "dms.calibration", "version": 1}', "damaged: seats: Field required"),
        (values(forward_yaw_deg="left"), r"damaged: seats.0.values.forward_yaw_deg"),
        (values(forward_pitch_deg=200.0), r"damaged: seats.0.values.forward_pitch_deg"),
        (values(open_eye=0.0), r"damaged: seats.0.values.open_eye"),
        (values(gaze_offset_yaw_deg=float("nan")), r"damaged: seats.0.values.gaze_offset_yaw_deg"),
    ],
)
def test_a_file_of_no_use_is_told_once_moved_aside_and_learning_starts_afresh(
    store: CalibrationStore, caplog: pytest.LogCaptureFixture, content: bytes, complaint: str
) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(content)
    assert store.restore(SEAT) is None
    (record,) = caplog.records
    assert str(store.path) in record.getMessage()
    assert complaint in record.getMessage()
    assert "learned again" in record.getMessage()
    assert Path(f"{store.path}.refused-1").read_bytes() == content
    store.keep(SEAT, DRIVER, UTC)
    assert store.restore(SEAT) == DRIVER
    assert len(caplog.records) == 1


@given(st.data())
def test_whatever_becomes_of_the_file_it_is_a_calibration_that_can_be_or_a_refusal(data: st.DataObject) -> None:
    content = bytearray(written([kept_seat(SEAT, DRIVER, UTC)]).encode())
    del content[data.draw(st.integers(0, len(content))) :]
    for place in data.draw(st.lists(st.integers(0, max(0, len(content) - 1)), max_size=4)):
        if place < len(content):
            content[place] = data.draw(st.integers(0, 255))
    try:
        seats = parsed(bytes(content))
    except ValueError:
        return
    for seat in seats:
        assert abs(seat.values.forward_yaw_deg) <= 180.0
        assert 0.0 < seat.calibration.open_eye <= 1.0


def test_fields_of_a_later_version_are_passed_over(store: CalibrationStore) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(values(seat_height_cm=42.0))
    found = store.restore(SEAT)
    assert found is not None
    assert found.forward_yaw_deg == 1.0


def test_nothing_that_was_set_aside_is_overwritten(store: CalibrationStore) -> None:
    store.path.parent.mkdir()
    for content in (b"first", b"second"):
        store.path.write_bytes(content)
        store.restore(SEAT)
    assert [Path(f"{store.path}.refused-{number}").read_bytes() for number in (1, 2)] == [b"first", b"second"]


def test_a_write_that_is_cut_short_leaves_the_old_file(store: CalibrationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep(SEAT, DRIVER, UTC)

    def power_cut(descriptor: int) -> None:
        raise OSError(5, os.strerror(5))

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(CalibrationFileError, match=r"calibration\.json: cannot be written: Input/output error"):
        store.keep(SEAT, replace(DRIVER, open_eye=0.5), UTC)
    assert store.restore(SEAT) == DRIVER


def test_two_services_with_a_camera_each_do_not_forget_each_others_drivers(store: CalibrationStore) -> None:
    seats = [replace(SEAT, source=f"/dev/video{number}") for number in range(4)]

    def service(seat: Seat) -> None:
        for learned in range(20):
            CalibrationStore(store.path).keep(seat, replace(DRIVER, forward_yaw_deg=float(learned)), UTC)

    services = [threading.Thread(target=service, args=(seat,)) for seat in seats]
    for thread in services:
        thread.start()
    for thread in services:
        thread.join()
    found = {seat.source: seat.calibration.forward_yaw_deg for seat in store.read()}
    assert found == {seat.source: 19.0 for seat in seats}


def test_only_what_the_drive_completed_is_kept(store: CalibrationStore) -> None:
    with closing(CalibrationKeeper(store, SEAT)) as keeper:
        for source in ("prior", "provisional", "rejected", "restored", "relearning"):
            keeper.follow(replace(DRIVER, source=source))
    assert store.read() == ()
    with closing(CalibrationKeeper(store, SEAT)) as keeper:
        keeper.follow(replace(DRIVER, source="provisional"))
        keeper.follow(DRIVER)
    assert store.restore(SEAT) == DRIVER


def test_learning_again_is_told_once(store: CalibrationStore, caplog: pytest.LogCaptureFixture) -> None:
    relearning = replace(DRIVER, source="relearning", progress=0.5)
    with caplog.at_level(logging.INFO), closing(CalibrationKeeper(store, SEAT)) as keeper:
        for calibration in (DRIVER, relearning, replace(relearning, progress=0.6), replace(DRIVER, forward_yaw_deg=15.0)):
            keeper.follow(calibration)
    assert sum("learning it again" in record.message for record in caplog.records) == 1
    assert store.restore(SEAT) == replace(DRIVER, forward_yaw_deg=15.0)


def test_who_is_forgotten_is_not_known_at_the_next_start(store: CalibrationStore) -> None:
    with closing(CalibrationKeeper(store, SEAT)) as keeper:
        keeper.follow(DRIVER)
        keeper.forget()
    assert store.restore(SEAT) is None


def test_a_disk_that_refuses_is_told_and_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state").write_text("not a folder")
    keeper = CalibrationKeeper(CalibrationStore(tmp_path / "state" / "calibration.json"), SEAT)
    keeper.follow(DRIVER)
    keeper.close()
    assert keeper.problem is not None
    assert "calibration.json" in keeper.problem
    assert "the calibration is not kept" in caplog.text


def test_without_a_store_nothing_outlasts_the_run(tmp_path: Path) -> None:
    with closing(CalibrationKeeper(None, SEAT)) as keeper:
        keeper.follow(DRIVER)
        keeper.forget()
        assert (keeper.restored, keeper.health(Calibration()).kept, keeper.problem) == (None, False, None)
    assert list(tmp_path.iterdir()) == []


class StoreOnAHangingDisk(CalibrationStore):
    """Reads nothing until the disk is back."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.back = threading.Event()

    def read(self) -> tuple[KeptSeat, ...]:
        self.back.wait(60.0)
        return super().read()


def test_a_disk_that_hangs_does_not_hold_up_the_start_and_is_told_until_it_takes_something(store: CalibrationStore) -> None:
    store.keep(SEAT, DRIVER, UTC)
    hanging = StoreOnAHangingDisk(store.path)
    with closing(CalibrationKeeper(hanging, SEAT, restored_within_s=0.05)) as keeper:
        assert keeper.restored is None
        assert keeper.thread.doing == "reading"
        assert keeper.health(Calibration()).problem == f"{store.path}: not read within 0.05 s; the driver is learned again"
        hanging.back.set()
        keeper.follow(replace(DRIVER, forward_yaw_deg=3.0))
    assert (keeper.restored, keeper.problem) == (None, None)
    assert store.restore(SEAT) == replace(DRIVER, forward_yaw_deg=3.0)


def test_a_device_is_left_where_it_is(tmp_path: Path, null_device: Path) -> None:
    """`path: /dev/null` keeps nothing, and root does not move what all others need."""
    link = tmp_path / "calibration.json"
    link.symlink_to(null_device)
    store = CalibrationStore(link)
    assert store.restore(SEAT) is None
    with pytest.raises(CalibrationFileError, match=f"{null_device}: nothing is kept: a device, not a file"):
        store.keep(SEAT, DRIVER, UTC)
    assert null_device.is_char_device()
    assert link.is_symlink()


@pytest.mark.parametrize("kind", ["pipe", "folder", "too large"])
def test_what_can_never_be_a_file_of_calibrations_is_set_aside(store: CalibrationStore, kind: str) -> None:
    store.path.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(store.path)
    elif kind == "folder":
        store.path.mkdir()
    else:
        with store.path.open("wb") as file:
            file.truncate(LARGEST_BYTES + 1)
    assert store.restore(SEAT) is None
    store.keep(SEAT, DRIVER, UTC)
    assert store.restore(SEAT) == DRIVER
    assert store.path.with_name("calibration.json.refused-1").exists()
