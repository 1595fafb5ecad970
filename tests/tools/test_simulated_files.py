"""Writing simulated drives: nothing is overwritten unasked, and an interrupted corpus goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from dms.errors import EXIT_DONE, EXIT_FAILED, EXIT_USAGE
from dms.recording.drive import open_drive
from dms.wire import to_json
from tools.simulate.__main__ import main

BRIEF = ["--minutes", "0.2", "--fps", "5"]


def corpus(folder: Path, *more: str) -> int:
    return main(["corpus", "--drivers", "2", "--drives", "2", "--processes", "1", *BRIEF, *more, "-o", str(folder)])


def test_a_drive_is_the_same_in_both_formats(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.mcap"):
        assert main(["drive", "--mood", "distracted", *BRIEF, "-o", str(tmp_path / name)]) == EXIT_DONE
    lines, mcap = ([to_json(record) for record in open_drive(tmp_path / name)] for name in ("a.jsonl", "a.mcap"))
    assert sorted(lines) == sorted(mcap)
    assert len(lines) > 60


def test_a_drive_that_is_there_is_kept_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drive = ["drive", *BRIEF, "-o", str(tmp_path / "a.jsonl")]
    (tmp_path / "a.jsonl").write_text("mine")
    assert main(drive) == EXIT_USAGE
    assert "exists; --force replaces it" in capsys.readouterr().err
    assert (tmp_path / "a.jsonl").read_text() == "mine"
    assert main([*drive, "--force"]) == EXIT_DONE


def test_a_file_of_another_kind_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drive", *BRIEF, "-o", str(tmp_path / "a.csv")]) == EXIT_FAILED
    assert "is a .jsonl or an .mcap file" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_corpus_goes_on_and_another_one_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert corpus(tmp_path) == EXIT_DONE
    drives = sorted(tmp_path.glob("*.mcap"))
    assert [path.name for path in drives] == [
        "driver00-2-drowsy.mcap",
        "driver00-attentive.mcap",
        "driver01-2-attentive.mcap",
        "driver01-drowsy.mcap",
    ]
    drive = open_drive(drives[0])
    assert len(list(drive)) > 60
    assert drive.metadata["driver"] == "driver00"
    first = drives[0].read_bytes()
    drives[0].unlink()
    (tmp_path / "driver00-2-drowsy.mcap.unfinished").write_bytes(first[:100])
    capsys.readouterr()
    assert corpus(tmp_path) == EXIT_DONE
    assert "3 of 4 drives are there already" in capsys.readouterr().err
    assert drives[0].read_bytes() == first
    assert corpus(tmp_path, "--seed", "2") == EXIT_USAGE
    assert "seed 1, not 2" in capsys.readouterr().err
    assert drives[0].read_bytes() == first
