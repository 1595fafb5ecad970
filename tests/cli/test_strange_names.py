"""A video whose name has a byte that is no UTF-8: one message, and never a crash of a library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("command", [["observe"], ["replay"], ["score"], ["report", "-o", "report.html"], ["label", "--list"]])
def test_a_name_that_is_no_text_is_one_message(tmp_path: Path, command: list[str]) -> None:
    name = os.fsdecode(b"f\xfcr.mp4")
    (tmp_path / name).write_bytes(b"any video")
    program = [sys.executable, "-c", "from dms.cli.app import main; main()", *command, str(tmp_path / name)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stderr == f"dms: {tmp_path}/f\\xfcr.mp4: the name is not UTF-8 (byte 0xfc): rename the file or its folder\n"
