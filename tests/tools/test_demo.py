"""`make demo` shows a bundled drive's alerts arriving, and then what the journal holds of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_ends_with_every_alert_accounted_for() -> None:
    command = [sys.executable, str(ROOT / "tools" / "demo.py"), "--fast"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "microsleep" in answer.stdout
    assert "0 alerts had no cause." in answer.stdout
