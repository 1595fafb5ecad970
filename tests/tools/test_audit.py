"""An audit that could not ask is not a clean one, and says so."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tools import audit

CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
UNKNOWN = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited: rich (15.0.0)"}
FLAWED = {"name": "lz4", "version": "4.4.5", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["4.4.6"]}]}


def answering(folder: Path, text: str) -> str:
    """A program in the place of pip-audit, with this answer."""
    (folder / "answer").write_text(text)
    program = folder / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat {folder}/answer\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        (json.dumps({"dependencies": [CLEAN]}), "1 packages audited, 0 known vulnerabilities\n", 0),
        (
            json.dumps({"dependencies": [CLEAN, FLAWED]}),
            "lz4 4.4.5: PYSEC-1 CVE-1; fixed in 4.4.6\n2 packages audited",
            1,
        ),
        (json.dumps({"dependencies": [UNKNOWN]}), "NOT AUDITED: 1 packages, because the advisories cannot be reached", 0),
        ("", "NOT AUDITED: the advisories cannot be reached from here: no answer\n", 0),
    ],
    ids=["clean", "flawed", "unknown", "silent"],
)
def test_what_an_audit_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, said: str, code: int
) -> None:
    monkeypatch.setattr(sys, "argv", ["audit", answering(tmp_path, text), "locked.txt"])
    assert audit.main() == code
    assert capsys.readouterr().out.startswith(said)
