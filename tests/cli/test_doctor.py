"""`dms doctor` says of each part whether it works, and what to do if not."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from dms.config.settings import JournalSettings, Settings, load_settings, with_changes
from dms.fusion.calibration import Calibration
from dms.health import CalibrationHealth, Health
from dms.outputs.bus.bus import Bus
from dms.perception.manifest import models_directory
from dms.service.calibration_file import Seat
from dms.service.calibration_store import CalibrationStore
from dms.service.checks import Finding, Grade
from dms.service.checks.camera import check_camera
from dms.service.checks.outputs import check_bus, check_calibration, check_journal, check_recordings
from dms.service.checks.software import check_networks, check_python, check_rules
from dms.service.checks.systemd import check_systemd
from dms.service.checks.vehicle import check_vehicle

PROGRAM = Path(sys.executable).with_name("dms")


def verdicts(findings: list[Finding]) -> list[str]:
    return [f"{finding.grade} {finding.subject}" for finding in findings]


def test_doctor_finds_this_machine_fit(tmp_path: Path) -> None:
    config = tmp_path / "dms.yaml"
    config.write_text(f"bus: {{endpoint: ipc://{tmp_path}/bus}}\njournal: {{path: {tmp_path}/journal.db}}\n")
    answer = subprocess.run([PROGRAM, "doctor", "--config", config], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    for part in ("python", "libraries", "weights", "engine", "rules default", "cabin", "journal", "disk", "bus"):
        assert f"ok    {part}: " in answer.stdout
    assert ", 0 failed" in answer.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dms.yaml"], "doctor leaves nothing behind"


def test_altered_weights_fail_by_name(tmp_path: Path) -> None:
    weights = Path(shutil.copytree(models_directory(), tmp_path / "models"))
    (weights / "face.onnx").write_bytes(b"not a network")
    settings = with_changes(Settings(), {"perception.models": str(weights)})
    (finding,) = check_networks(settings)
    assert finding.grade is Grade.FAIL
    assert str(weights / "face.onnx") in finding.detail
    assert finding.advice


def test_a_broken_pack_in_use_fails_and_the_others_are_still_judged(tmp_path: Path) -> None:
    pack = tmp_path / "mine.yaml"
    pack.write_text("pack: mine\n")
    findings = list(check_rules(with_changes(Settings(), {"rules": str(pack)})))
    assert findings[0].grade is Grade.FAIL
    assert f"{pack}:" in findings[0].detail
    assert "ok rules default" in verdicts(findings)


@pytest.mark.parametrize(
    ("vehicle", "grade"),
    [({}, Grade.WARN), ({"endpoint": "ipc:///tmp/vehicle"}, Grade.OK), ({"assume_speed_kph": 60.0}, Grade.OK)],
)
def test_a_service_that_nobody_tells_the_speed_is_warned_about(vehicle: dict[str, str | float], grade: Grade) -> None:
    changes = {f"vehicle.{key}": value for key, value in vehicle.items()}
    finding = next(iter(check_vehicle(with_changes(Settings(), changes), Path("dms.yaml"))))
    assert finding.grade is grade


@pytest.mark.parametrize("name", ["assume_speed_kph", "assumed_speed_kph"])
def test_the_assumed_speed_goes_by_its_name_and_by_its_older_one(name: str, tmp_path: Path) -> None:
    file = tmp_path / "dms.yaml"
    file.write_text(f"vehicle: {{{name}: 60}}\n")
    assert load_settings(file).vehicle.assume_speed_kph == 60.0


def test_python_and_libraries_are_named_with_their_versions() -> None:
    python, libraries = check_python()
    assert python.detail == ".".join(map(str, sys.version_info[:3]))
    assert "numpy" in libraries.detail


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/dev/video97", "warn source"),
        ("/no/such/drive.mp4", "fail source"),
        ("/dev/shm/no-such-drive.mp4", "fail source"),
        ("rtsp://driver:pa55word@camera/1", "ok source"),
        (__file__, "ok source"),
    ],
)
def test_a_source_is_judged_by_its_kind(source: str, expected: str, tmp_path: Path) -> None:
    findings = list(check_camera(Settings(source=source), devices=tmp_path))
    assert verdicts(findings) == [expected, "ok mounting"]
    assert "pa55word" not in findings[0].detail


def test_how_the_camera_is_mounted_is_said(tmp_path: Path) -> None:
    def mounting(**camera: int | bool) -> str:
        settings = with_changes(Settings(source=__file__), {f"camera.{name}": value for name, value in camera.items()})
        return list(check_camera(settings, devices=tmp_path))[-1].detail

    assert mounting() == "the picture is taken as it comes"
    assert mounting(rotate=180, mirror=True) == "the picture is turned by 180 degrees and mirrored"


def test_cameras_of_the_machine_are_listed(tmp_path: Path) -> None:
    assert verdicts(list(check_camera(Settings(), devices=tmp_path))) == ["warn camera"]
    (tmp_path / "video0").touch()
    (tmp_path / "video1").touch()
    assert verdicts(list(check_camera(Settings(), devices=tmp_path))) == ["ok camera", "ok camera"]


def test_a_damaged_journal_is_told_before_the_service_finds_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    findings = list(check_journal(Settings(journal=JournalSettings(path=str(path)))))
    assert verdicts(findings)[0] == "warn journal"


def test_a_place_where_no_folder_can_be_made_fails(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    (journal,) = check_journal(Settings(journal=JournalSettings(path=str(tmp_path / "taken" / "journal.db"))))
    (recordings,) = check_recordings(Settings.model_validate({"record": str(tmp_path / "taken")}))
    (bus,) = check_bus(with_changes(Settings(), {"bus.endpoint": f"ipc://{tmp_path}/taken/bus"}))
    assert verdicts([journal, recordings, bus]) == ["fail journal", "fail recordings", "fail bus"]


def test_recordings_are_only_looked_at_when_they_are_wanted(tmp_path: Path) -> None:
    assert list(check_recordings(Settings())) == []
    assert verdicts(list(check_recordings(Settings.model_validate({"record": str(tmp_path / "new" / "folder")})))) == [
        "ok recordings",
        "ok disk",
    ]


def test_what_is_kept_of_drivers_is_told_and_a_damaged_file_is_no_reason_to_worry(tmp_path: Path) -> None:
    settings = with_changes(Settings(), {"calibration.path": str(tmp_path / "calibration.json")})
    (nothing,) = check_calibration(settings)
    assert (nothing.grade, nothing.detail) == (Grade.OK, f"{tmp_path}/calibration.json: nothing is kept yet")
    store = CalibrationStore(tmp_path / "calibration.json")
    store.keep(Seat("/dev/dms-cam", "left_hand_drive", "0" * 64), Calibration(1.0, 2.0, source="learned"), None)
    (known,) = check_calibration(settings)
    assert known.detail.endswith("kept for /dev/dms-cam in left_hand_drive")
    store.path.write_text("nonsense")
    (damaged,) = check_calibration(settings)
    assert (damaged.grade, "damaged" in damaged.detail) == (Grade.WARN, True)
    assert store.path.read_text() == "nonsense", "the service moves it aside, not doctor"
    nowhere = with_changes(Settings(), {"calibration.path": str(store.path / "kept.json")})
    assert verdicts(list(check_calibration(nowhere))) == ["warn calibration"]
    (off,) = check_calibration(with_changes(Settings(), {"calibration.keep": False}))
    assert off.grade is Grade.OK


def test_a_running_service_is_asked_how_far_it_knows_the_driver(tmp_path: Path) -> None:
    endpoint = f"ipc://{tmp_path}/bus"
    with closing(Bus(endpoint, "session")) as bus:
        bus.publish_health(Health(1.0, "ok", calibration=CalibrationHealth(40, "provisional")))
        findings = list(check_bus(with_changes(Settings(), {"bus.endpoint": endpoint})))
    assert verdicts(findings) == ["ok bus", "ok driver"]
    assert findings[1].detail == "40 % of the driver learned (provisional)"


def test_an_endpoint_that_is_taken_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = with_changes(Settings(), {"bus.endpoint": f"tcp://127.0.0.1:{other.getsockname()[1]}"})
        assert verdicts(list(check_bus(taken))) == ["fail bus"]


def test_the_unit_is_found_with_its_watchdog(tmp_path: Path) -> None:
    assert verdicts(list(check_systemd([tmp_path]))) == ["warn systemd"]
    shutil.copy(Path(__file__).resolve().parents[2] / "systemd" / "dms.service", tmp_path)
    assert verdicts(list(check_systemd([tmp_path])))[0] == "ok systemd"
    (tmp_path / "dms.service").write_text("[Service]\nType=notify\n")
    assert verdicts(list(check_systemd([tmp_path])))[0] == "warn systemd"


def test_the_configuration_for_a_vehicle_box_is_understood(tmp_path: Path) -> None:
    settings = load_settings(Path(__file__).resolve().parents[2] / "systemd" / "dms.yaml")
    assert verdicts(list(check_camera(settings, devices=tmp_path))) == ["warn source", "ok mounting"]
