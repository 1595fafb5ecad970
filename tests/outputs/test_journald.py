"""Entries in systemd's journal, read back with journalctl from a journald of our own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.health import Health
from dms.monitor.setup import Basis
from dms.outputs.forwarding.link import LinkError
from dms.outputs.journald import OUTPUT
from dms.outputs.journald.entries import ALERT_ID, DRIVE_BEGINS_ID, DRIVE_ENDS_ID, STATUS_ID, encoded
from dms.outputs.journald.output import MOST_WAITING, JournaldOptions, JournaldOutput
from tests.needs import need
from tests.outputs.forwarding_examples import a_step, an_alert, at_once, wait_until

JOURNALD = Path("/lib/systemd/systemd-journald")
KEPT = Path("/var/log/journal")


class Journald:
    """systemd's own, in a namespace that is gone after the test."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.socket = Path(f"/run/systemd/journal.{name}/socket")
        self._process = subprocess.Popen([JOURNALD, name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.socket.exists, "journald listens")

    def found(self, *matches: str) -> list[dict[str, Any]]:
        """What journalctl finds."""
        command = ["journalctl", f"--namespace={self._name}", "-o", "json", "--no-pager", *matches]
        lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        """Leave nothing behind."""
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.socket.parent)
        for folder in KEPT.glob(f"*.{self._name}"):
            shutil.rmtree(folder)


@pytest.fixture
def journald() -> Iterator[Journald]:
    missing = None if JOURNALD.exists() and shutil.which("journalctl") else "there is none"
    need("journald", missing or (None if os.geteuid() == 0 else "only root may run one of its own"))
    kept_before = KEPT.exists()
    one = Journald(f"dmstest{os.getpid()}")
    yield one
    one.close()
    if not kept_before and KEPT.exists():
        KEPT.rmdir()


def test_alerts_are_found_by_their_fields(journald: Journald) -> None:
    output = JournaldOutput(str(journald.socket), "run", waits_s=at_once)
    output.on_drive_begins(0.0, Basis(load_pack("default"), load_cabin("left_hand_drive")))
    output.on_step(a_step(12.3, an_alert()))
    for t in (12.5, 13.5):
        output.on_health(Health(t, "degraded", degraded=("camera dark", "journal: disk full")))
    output.on_drive_ends("shutdown")
    output.close()
    (entry,) = wait_until(lambda: journald.found("DMS_KIND=microsleep"), "the entry can be found")
    assert entry["DMS_KIND"] == ["fatigue.microsleep", "microsleep"]
    assert {name: entry[name] for name in ("MESSAGE_ID", "PRIORITY", "DMS_LEVEL", "DMS_PHASE", "DMS_T", "DMS_SESSION")} == {
        "MESSAGE_ID": ALERT_ID,
        "PRIORITY": "4",
        "DMS_LEVEL": "warning",
        "DMS_PHASE": "raise",
        "DMS_T": "12.300",
        "DMS_SESSION": "run",
    }
    assert json.loads(entry["DMS_CAUSE"]) == {"eyes_closed_s": 1.5}
    assert entry["MESSAGE"].startswith("raise fatigue.microsleep warning: ")
    assert entry["SYSLOG_IDENTIFIER"] == "dms"
    (begins,), (ends,) = journald.found(f"MESSAGE_ID={DRIVE_BEGINS_ID}"), journald.found(f"MESSAGE_ID={DRIVE_ENDS_ID}")
    assert (begins["DMS_PACK"], ends["DMS_REASON"]) == ("default", "shutdown")
    (status,) = journald.found(f"MESSAGE_ID={STATUS_ID}")
    assert status["DMS_DEGRADED"] == ["camera dark", "journal: disk full"], "told once, as long as nothing changes"


def test_text_of_several_lines_is_kept_whole(journald: Journald) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect(str(journald.socket))
        channel.send(encoded((("MESSAGE", "first\nsecond = third\n"), ("DMS_T", "1.000"))))
    (entry,) = wait_until(lambda: journald.found("DMS_T=1.000"), "the entry can be found")
    assert entry["MESSAGE"] == "first\nsecond = third\n"


def test_what_journald_misses_while_it_is_away_comes_later_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    output = JournaldOutput(str(path), "run", waits_s=at_once)
    with pytest.raises(LinkError, match="No such file or directory"):
        OUTPUT.reach(JournaldOptions(socket=str(path)))  # type: ignore[misc]
    for number in range(MOST_WAITING + 3):
        output.on_step(a_step(float(number), an_alert(float(number))))
    assert output.what_is_wrong() == "3 entries lost"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
        journald.bind(str(path))
        journald.settimeout(60.0)
        first = journald.recv(65536)
        assert b"DMS_T=3.000\n" in first
        for _ in range(MOST_WAITING - 1):
            journald.recv(65536)
        assert OUTPUT.reach is not None
        assert OUTPUT.reach(JournaldOptions(socket=str(path))) == f"journald listens at {path}"
        output.close()


def test_the_ids_of_entries_stand_in_the_documentation() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "integrations.md").read_text()
    assert all(each in text for each in (ALERT_ID, DRIVE_BEGINS_ID, DRIVE_ENDS_ID, STATUS_ID))
