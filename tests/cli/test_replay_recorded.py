"""`dms replay --rules recorded`: the same decisions as when the drive was recorded, or a word about where they differ."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from dms.cli import replay
from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.errors import DriveError, UsageError
from dms.monitor.monitor import Monitor
from dms.monitor.setup import Basis, setup_of
from dms.recording.mcap_writer import DriveFile
from dms.types import Alert
from tests.drives.drive_making import PACK, story, write_mcap

app = typer.Typer()
app.command()(replay.command)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def recorded(path: Path, *, lost: int = 0) -> Path:
    """A minute with two glances to the side, decided live and recorded; `lost`: so many alerts are missing from the file."""
    pack_file = path.with_suffix(".yaml")
    pack_file.write_text(PACK)
    monitor = Monitor(load_pack(str(pack_file)), load_cabin("right_hand_drive"), assumed_speed_kph=50.0)
    file = DriveFile(path, {})
    file.write(setup_of(0.0, Basis(monitor.engine.pack, monitor.fusion.cabin, 50.0)))
    alerts: list[Alert] = []
    for record in story(60.0, turned=[(30, 34), (45, 49)], speed_kph=None, labelled=False):
        raised = monitor.feed(record)
        file.write(record)
        for alert in raised:
            alerts.append(alert)
            if len(alerts) > lost:
                file.write(alert)
    file.close()
    assert len(alerts) == 4
    return path


def test_it_says_that_all_is_as_it_was(tmp_path: Path) -> None:
    result = run(recorded(tmp_path / "drive.mcap"), "--rules", "recorded")
    assert result.exit_code == 0
    assert "the same as when it was recorded, all 4 messages" in result.stdout


def test_a_folder_on_several_processes_too(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        recorded(tmp_path / f"{name}.mcap")
    result = run(tmp_path, "--rules", "recorded", "--processes", "2")
    assert result.stdout.count("the same as when it was recorded, all 4 messages") == 3


def test_it_says_from_when_on_it_is_not(tmp_path: Path) -> None:
    result = run(recorded(tmp_path / "drive.mcap", lost=2), "--rules", "recorded")
    assert "NOT the same as when it was recorded: 4 messages now, 2 then, and they differ from 32.0" in result.stdout


@pytest.mark.parametrize("option", [("--cabin", "right_hand_drive"), ("--speed-kph", "80")])
def test_what_comes_from_the_drive_cannot_be_given_as_well(tmp_path: Path, option: tuple[str, str]) -> None:
    result = run(recorded(tmp_path / "drive.mcap"), "--rules", "recorded", *option)
    assert isinstance(result.exception, UsageError)
    assert "leave --cabin and --speed-kph out" in str(result.exception)


def test_a_drive_of_another_origin_is_named(tmp_path: Path) -> None:
    path = write_mcap(tmp_path / "other.mcap", story(5.0))
    result = run(path, "--rules", "recorded")
    assert isinstance(result.exception, DriveError)
    assert str(result.exception).startswith(f"{path}: does not say under which rules it was recorded")
