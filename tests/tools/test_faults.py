"""A small part of `python -m tools.faults`: the real service, its clock ten times as fast, and some of its calls that fail."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from dms.errors import DmsError
from tests.needs import need
from tools.faults.campaign import Outcome, Result, Trial, every_call, go_through
from tools.faults.control import ANY_ERROR, Control, Injected, Kind, compiled

CLOCK_RATE = 10.0


@pytest.fixture(autouse=True)
def compiler() -> None:
    need("compiler", None if shutil.which("cc") else "there is no `cc`")


def undergone(folder: Path, *trials: Trial) -> Outcome:
    told: list[Result] = []
    outcome = go_through(folder, list(trials), CLOCK_RATE, told.append)
    assert told == list(outcome.results)
    assert [result.trial.name for result in outcome.results if result.failed == 0] == []
    return outcome


def problems(outcome: Outcome) -> list[str]:
    return [*outcome.problems, *(f"{result.trial.name}: {each}" for result in outcome.results for each in result.problems)]


def test_the_service_outlives_calls_that_fail_tells_what_lasts_and_loses_nothing(tmp_path: Path) -> None:
    single = [trial for kind in Kind for trial in every_call(kind, 7, offsets=1, seconds=15.0)]
    outcome = undergone(
        tmp_path,
        *single,
        Trial(name="journal: full", kinds=(Kind.DATABASE,), error=errno.ENOSPC, told="journal", seconds=15.0),
        Trial(name="drives: dying", kinds=(Kind.FILES,), error=errno.EIO, only="/drives", told="recorder", seconds=15.0),
    )
    assert problems(outcome) == []
    assert outcome.alerts > 0
    assert outcome.lost == outcome.missing == 0


def test_a_service_that_begins_on_a_dead_disk_begins_and_recovers(tmp_path: Path) -> None:
    trial = Trial(name="start", kinds=(Kind.DATABASE,), error=errno.EIO, told="journal", seconds=15.0, at_start=True)
    assert problems(undergone(tmp_path, trial)) == []


def test_what_was_injected_is_told_in_words() -> None:
    injected = Injected(3, Kind.DATABASE, "fdatasync", "/state/journal.db-wal", errno.EIO)
    assert str(injected) == "fdatasync(/state/journal.db-wal) [database call 3]: Input/output error"
    assert str(Injected(1, Kind.CLOCK, "clock_gettime", "wall", 4098)).endswith("it is 1970")


def test_nothing_fails_before_it_is_armed(tmp_path: Path) -> None:
    control = Control(tmp_path / "control")
    assert control.calls == control.failed == control.on_main_thread == 0
    control.arm(Kind.FILES, error=ANY_ERROR)
    assert list(control.injected()) == []


def test_without_a_compiler_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DmsError, match="no C compiler"):
        compiled(tmp_path / "shim.so")
