"""A machine that is suspended while the vehicle is parked: who drives on in the morning is not the sleeper of the evening."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from dms.outputs.journal.reader import JournalReader
from dms.service import asleep
from dms.service.asleep import SleepWatch
from tests.service.conftest import DRIVE, PATIENCE_S, write_configuration

SUSPENDED = """
import sys
from pathlib import Path
from dms.cli.app import main
from dms.service import asleep

awake, night = asleep.asleep_s, Path(sys.argv.pop(1))
asleep.asleep_s = lambda: awake() + (28_800.0 if night.exists() else 0.0)
main()
"""


def test_each_long_sleep_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    slept_s = iter([100.0, 100.2, 130.0, 161.0, 161.0, 3761.0, 3761.0])
    monkeypatch.setattr(asleep, "asleep_s", lambda: next(slept_s))
    watch = SleepWatch()
    assert [watch.slept_s() for _ in range(6)] == [0.0, 0.0, 61.0, 0.0, 3600.0, 0.0]


def test_this_machine_is_awake() -> None:
    assert SleepWatch().slept_s() == 0.0


def test_after_a_night_a_new_drive_begins(tmp_path: Path) -> None:
    write_configuration(tmp_path, None)
    night, log = tmp_path / "night", tmp_path / "log"
    command: list[str | Path] = [
        sys.executable,
        "-c",
        SUSPENDED,
        night,
        "run",
        "--config",
        tmp_path / "dms.yaml",
        "--source",
        DRIVE,
    ]
    with log.open("w") as stderr, subprocess.Popen(command, stderr=stderr) as service:
        give_up = time.monotonic() + 3 * PATIENCE_S
        while "the first picture" not in log.read_text():
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.1)
        night.touch()
        while "the machine slept for 28800 s: a new drive begins" not in log.read_text():
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.1)
        service.terminate()
        assert service.wait(PATIENCE_S) == 0
    with JournalReader(tmp_path / "journal.db") as journal:
        assert [drive["end_reason"] for drive in journal.drives()] == ["new_drive", "shutdown"]
