"""A few deaths of `python -m tools.kills`: what the service acknowledged before is there after."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dms.errors import DmsError
from dms.outputs.journal import Journal
from tests.needs import need
from tests.outputs.journal_examples import A_DRIVE
from tests.outputs.output_examples import PATIENCE_S, an_alert
from tools.faults.service import alert_key
from tools.kills.__main__ import Enough, _kills
from tools.kills.cuts import Disk
from tools.kills.findings import Findings


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    try:
        disk = Disk(tmp_path / "image", tmp_path / "disk")
    except DmsError as error:
        need("loop devices", str(error))
        raise
    yield disk
    subprocess.run(["umount", str(tmp_path / "disk")], check=False)


def test_what_was_acknowledged_outlives_kills(tmp_path: Path) -> None:
    findings = _kills(tmp_path, random.Random(3), True, Enough(), 2)
    assert findings.deaths == 2
    assert findings.is_good, findings.lines()


def test_what_was_acknowledged_outlives_a_cut_of_power(tmp_path: Path, disk: Disk) -> None:
    """And only that: what was written without waiting for the disk is gone, or the cut would prove nothing."""
    state = tmp_path / "disk"
    journal = Journal(state / "journal.db")
    journal.begin_drive(**A_DRIVE)
    alerts = [an_alert(float(number)) for number in range(20)]
    assert all(journal.record_alert(alert).wait(PATIENCE_S) for alert in alerts)
    (state / "unsynced").write_bytes(b"x" * 100_000)
    disk.cut()
    journal.close()
    disk.come_back()
    findings = Findings(acknowledged={alert_key(A_DRIVE["session"], each) for each in map(fields, alerts)})
    findings.look_at(state, deep=True)
    assert findings.is_good, findings.lines()
    assert not (state / "unsynced").exists() or (state / "unsynced").stat().st_size == 0


def fields(alert: object) -> dict[str, object]:
    return {name: getattr(alert, name) for name in ("t", "kind", "phase", "rule")}


def test_an_acknowledged_alert_that_is_not_there_is_found(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.begin_drive(**A_DRIVE)
    journal.close()
    findings = Findings(acknowledged={("a-session", 1.0, "fatigue.sleep", "raise", "sleep")})
    findings.look_at(tmp_path, deep=True)
    assert not findings.is_good
    assert "of these lost: 1" in findings.lines()[0]
