"""What a command writes never takes the place of what it reads, and a link stays a link: a slip must not cost a drive."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dms.cli.app import app
from dms.errors import UsageError
from dms.recording.drive import open_drive
from tests.drives.drive_making import story, write_jsonl, write_mcap

DRIVE, VIDEO, PART, LABELS = "drive.jsonl", "film.mp4", "day-part01.mcap", "drive.labels.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A drive with its labels, a video with its vehicle trace, and a drive in two parts."""
    write_jsonl(tmp_path / DRIVE, story(2))
    (tmp_path / LABELS).write_text("t,end,kind\n")
    (tmp_path / VIDEO).write_bytes(b"a film")
    write_jsonl(tmp_path / "film.jsonl", story(1))
    write_mcap(tmp_path / PART, story(2))
    write_mcap(tmp_path / "day-part02.mcap", story(2))
    (tmp_path / "link.jsonl").symlink_to(DRIVE)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "output"),
    [
        (["replay", DRIVE, "--jsonl", DRIVE], DRIVE),
        (["replay", DRIVE, "--jsonl", "link.jsonl"], "link.jsonl"),
        (["replay", DRIVE, "--jsonl", LABELS], LABELS),
        (["replay", PART, "--jsonl", "day-part02.mcap"], "day-part02.mcap"),
        (["observe", VIDEO, "--jsonl", VIDEO], VIDEO),
        (["observe", VIDEO, "--jsonl", "film.jsonl"], "film.jsonl"),
        (["glances", DRIVE, "--csv", LABELS, "--force"], LABELS),
        (["glances", DRIVE, "--transitions", DRIVE, "--force"], DRIVE),
        (["drive", "split", PART, "-o", "day.mcap", "--every", "1", "--force"], PART),
        (["drive", "cut", PART, "-o", PART, "--from", "1", "--force"], PART),
        (["drive", "filter", PART, "-o", "day-part02.mcap", "--topic", "observation", "--force"], "day-part02.mcap"),
    ],
)
def test_what_is_read_is_not_written_over(command: list[str], output: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    refusal = CliRunner().invoke(app, command).exception
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert isinstance(refusal, UsageError), repr(refusal)
    assert f" {output}: is " in str(refusal)
    assert "another name" in str(refusal)


def test_a_drive_that_is_written_through_a_link_is_the_file_behind_it(folder: Path) -> None:
    link = folder / "link.jsonl"
    result = CliRunner().invoke(app, ["drive", "cut", str(link), "-o", str(link), "--from", "1", "--force"])
    assert result.exit_code == 0, result.output
    assert link.is_symlink()
    assert min(record.t for record in open_drive(folder / DRIVE)) >= 1.0
    assert not list(folder.glob("*.unfinished"))


def test_a_file_of_labels_that_leads_to_itself_is_replaced(folder: Path) -> None:
    side = folder / LABELS
    side.unlink()
    side.symlink_to(LABELS)
    command = ["label", str(folder / DRIVE), "--from", "0", "--to", "1", "--kind", "fatigue.yawning"]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert side.read_text().splitlines()[1:] == ["0.0,1.0,fatigue.yawning,"]
