"""`dms calibration`: who is known in which seat, and being forgotten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from dms.cli.calibration import app
from dms.errors import DmsError, UsageError
from dms.fusion.calibration import Calibration
from dms.service.calibration_file import Seat
from dms.service.calibration_store import CalibrationFileError, CalibrationStore

CABIN_CAMERA, PILLAR_CAMERA = "/dev/dms-cam", "/dev/video2"
LEFT, RIGHT = "left_hand_drive", "right_hand_drive"
DRIVER = Calibration(12.53, -4.0, open_eye=0.931, progress=1.0, source="learned")


@pytest.fixture
def store(tmp_path: Path) -> CalibrationStore:
    return CalibrationStore(tmp_path / "calibration.json")


@pytest.fixture
def known(store: CalibrationStore) -> CalibrationStore:
    for source, cabin in ((CABIN_CAMERA, LEFT), (CABIN_CAMERA, RIGHT), (PILLAR_CAMERA, LEFT)):
        store.keep(Seat(source, cabin, "a" * 64), DRIVER, "2026-11-21T09:30:00.000000Z")
    return store


def run(store: CalibrationStore, *arguments: Any, source: str | None = CABIN_CAMERA) -> Result:
    folder = store.path.parent
    configuration = {
        "source": source,
        "bus": {"endpoint": f"ipc://{folder}/bus"},
        "calibration": {"path": str(store.path)},
    }
    (folder / "dms.yaml").write_text(yaml.safe_dump(configuration))
    command, *rest = arguments
    return CliRunner().invoke(app, [command, "--config", str(folder / "dms.yaml"), *rest])


def seats(store: CalibrationStore) -> list[tuple[str, str]]:
    return [(seat.source, seat.cabin) for seat in store.read()]


def test_everybody_who_is_known_is_shown_in_words(known: CalibrationStore) -> None:
    heading, first, *others = run(known, "show").stdout.splitlines()
    assert heading == f"{known.path}: 3 kept"
    assert first == (
        "  /dev/dms-cam, left_hand_drive: forward 12.5° to the left and 4.0° down of the camera, open eye 0.93, "
        "learned 2026-11-21 09:30 UTC"
    )
    assert len(others) == 2


def test_nobody_is_known_before_the_first_drive(store: CalibrationStore) -> None:
    assert run(store, "show").stdout == f"{store.path}: nothing is kept\n"
    assert run(store, "forget").stdout == f"nothing to forget in {store.path}\n"


@pytest.mark.parametrize(
    ("options", "left_over"),
    [
        ([], [(CABIN_CAMERA, RIGHT), (PILLAR_CAMERA, LEFT)]),
        (["--source", PILLAR_CAMERA], [(CABIN_CAMERA, LEFT), (CABIN_CAMERA, RIGHT)]),
        (["--all"], []),
    ],
)
def test_the_driver_of_the_configured_seat_is_forgotten_or_whoever_is_named(
    known: CalibrationStore, options: list[str], left_over: list[tuple[str, str]]
) -> None:
    result = run(known, "forget", *options)
    assert result.exit_code == 0
    assert result.stdout.count("forgotten") == 3 - len(left_over)
    assert seats(known) == left_over


def test_a_source_that_is_not_known_is_wrong_usage(known: CalibrationStore) -> None:
    result = run(known, "forget", "--source", "/dev/video9")
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == (
        "nothing is kept for the source '/dev/video9': expected one of /dev/dms-cam, /dev/video2, or --all"
    )
    result = run(known, "forget", source=None)
    assert isinstance(result.exception, UsageError)
    assert "--source or --all" in str(result.exception)
    assert len(seats(known)) == 3


def test_a_damaged_file_is_one_clear_message_and_is_left_to_the_service(store: CalibrationStore) -> None:
    store.path.write_text("{")
    for command in ("show", "forget"):
        result = run(store, command)
        assert isinstance(result.exception, CalibrationFileError)
        assert isinstance(result.exception, DmsError)
        assert f"{store.path}: damaged" in str(result.exception)
    assert store.path.read_text() == "{"


def test_looking_at_what_is_kept_loads_no_network_camera_or_database() -> None:
    program = (
        "import sys, dms.cli.calibration, dms.service.calibration_store, dms.client.sender\n"
        "print(sorted({'torch', 'onnxruntime', 'cv2', 'sqlalchemy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
