"""How the checks in the booted system are run, told, and read again. What they find there is for `make test-systemd`."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from tools.booted import __main__ as command
from tools.booted.checking import Check, CheckFailed, NotHere, Verdict, expect, read_checks, run_checks, totals


def holds() -> str:
    return "as it should be"


def does_not_hold() -> str:
    expect(False, "two lines\nof reasons")
    return "never said"


def cannot_be_seen_here() -> str:
    raise NotHere("no camera")


def breaks() -> str:
    raise ZeroDivisionError("by nothing")


@pytest.mark.parametrize(
    ("check", "verdict", "text"),
    [
        (holds, Verdict.PASSED, "holds: as it should be"),
        (does_not_hold, Verdict.FAILED, "does not hold: two lines | of reasons"),
        (cannot_be_seen_here, Verdict.SKIPPED, "cannot be seen here: no camera"),
    ],
)
def test_a_check_is_one_line_on_the_console_and_is_read_again(
    capsys: pytest.CaptureFixture[str], check: Check, verdict: Verdict, text: str
) -> None:
    run_checks([check])
    console = ["[  OK  ] Reached target", *capsys.readouterr().out.splitlines()]
    assert list(read_checks(console)) == [(verdict, text)]


def test_a_check_that_breaks_has_failed_and_the_next_one_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    run_checks([breaks, holds])
    found = list(read_checks(capsys.readouterr().out.splitlines()))
    assert [verdict for verdict, _ in found] == [Verdict.FAILED, Verdict.PASSED]
    assert "ZeroDivisionError: by nothing" in found[0][1]
    assert totals(verdict for verdict, _ in found) == "1 passed, 1 failed, 0 skipped"


def test_a_fact_that_holds_is_no_failure() -> None:
    expect(True, "never said")
    with pytest.raises(CheckFailed, match="said"):
        expect([], "said")


def test_where_nothing_can_be_booted_that_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda tool: None if tool == "mmdebstrap" else f"/usr/bin/{tool}")
    monkeypatch.setattr(sys, "argv", ["booted", "dms.deb"])
    assert command.main() == 0
    assert capsys.readouterr().err.startswith("not run: mmdebstrap missing: apt-get install")
    monkeypatch.setattr(sys, "argv", ["booted", "dms.deb", "--required"])
    assert command.main() == 1
