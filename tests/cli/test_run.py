"""`dms run` on the command line: what is typed goes before the file, and a slip is found before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dms.cli.app import app
from dms.config.settings import Settings, load_settings, with_changes
from dms.errors import ConfigurationError, UsageError


def test_what_is_typed_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "dms.yaml"
    file.write_text("source: /dev/dms-cam\nbus: {endpoint: ipc:///run/dms/bus}\njournal: {keep_days: 30}\n")
    settings = with_changes(load_settings(file), {"source": "drive.mp4", "journal.path": "here.db"})
    assert settings.source == "drive.mp4"
    assert settings.bus.endpoint == "ipc:///run/dms/bus"
    assert (settings.journal.path, settings.journal.keep_days) == ("here.db", 30)


def test_what_is_typed_is_checked_too() -> None:
    with pytest.raises(UsageError, match="assume_speed_kph"):
        with_changes(Settings(), {"vehicle.assume_speed_kph": -3.0})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sauce: /dev/video0", r"dms.yaml:1: sauce: unknown key; did you mean 'source'"),
        ("camera:\n  fps: 0", r"dms.yaml:2: camera.fps"),
        ("camera:\n  fourcc: MOTION", r"dms.yaml:2: camera.fourcc"),
        ("perception: {engine: tensorflow}", r"dms.yaml:1: perception.engine"),
        ("journal: {keep_days: .inf}", r"dms.yaml:1: journal.keep_days"),
        ("vehicle: {assume_speed_kph: 80 km/h}", r"dms.yaml:1: vehicle.assume_speed_kph"),
    ],
)
def test_every_slip_in_the_file_is_named_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "dms.yaml"
    file.write_text(text + "\n")
    with pytest.raises(ConfigurationError, match=complaint):
        load_settings(file)


def test_every_setting_is_described() -> None:
    sections = [Settings, *(field.annotation for field in Settings.model_fields.values() if field.description is None)]
    for section in sections:
        for name, field in section.model_fields.items():
            is_section = field.annotation in sections
            assert is_section or (field.description and field.description.endswith(".")), f"{section.__name__}.{name}"


@pytest.mark.parametrize("options", [["--speed-kph", "-3"], ["--speed-kph", "nan"], ["--sauce", "x"], ["one", "two"]])
def test_a_wrong_command_line_is_exit_code_2(options: list[str]) -> None:
    answer = CliRunner().invoke(app, ["run", *options], prog_name="dms")
    assert answer.exit_code == 2
    assert "Usage: dms run" in answer.stderr
