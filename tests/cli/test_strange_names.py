"""A video whose name has a byte that is no UTF-8: one message, and never a crash of a library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dms.cli.app import main

COMMANDS = [["observe"], ["replay"], ["score"], ["report", "-o", "report.html"], ["label", "--list"]]


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / os.fsdecode(b"f\xfcr.mp4")
    path.write_bytes(b"any video")
    return path


def message(folder: Path) -> str:
    return f"dms: {folder}/f\\xfcr.mp4: the name is not UTF-8 (byte 0xfc): rename the file or its folder\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_that_is_no_text_is_one_message(
    video: Path, command: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["dms", *command, str(video)])
    with pytest.raises(SystemExit) as ending:
        main()
    assert ending.value.code == 1
    assert capfd.readouterr().err == message(video.parent)


def test_it_is_one_message_in_a_shell_too(video: Path) -> None:
    program = [sys.executable, "-c", "from dms.cli.app import main; main()", "observe", str(video)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stderr == message(video.parent)
