"""`dms events`: what a person and a script get from the journal."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.testing import CliRunner, Result

from dms import wire
from dms.cli import events
from dms.console.answers import JournalledAlert, JournalledDrive, JournalledSummary
from dms.errors import EXIT_CONFIGURATION, DmsError, UsageError
from dms.outputs.journal import Journal
from dms.types import Alert, AlertKind, Level, Phase
from dms.wall_clock import utc_from_text

app = typer.Typer()
app.command()(events.command)

HAPPENED: list[tuple[int, float, AlertKind, Level, Phase, dict[str, float | int | str | bool | None]]] = [
    (10, 600.0, AlertKind.FATIGUE_YAWNING, Level.INFO, Phase.RAISE, {"yawns_10min": 4}),
    (20, 1200.25, AlertKind.FATIGUE_MICROSLEEP, Level.WARNING, Phase.RAISE, {"eyes_closed_s": 1.52, "speed_kph": None}),
    (21, 1203.0, AlertKind.FATIGUE_SLEEP, Level.EMERGENCY, Phase.ESCALATE, {"eyes_closed_s": 4.27}),
    (50, 3000.0, AlertKind.DISTRACTION_LONG, Level.WARNING, Phase.RAISE, {"head_away_deg": 33.0, "gaze_zone": "lap"}),
]
NIGHT_DRIVE = [
    (f"2026-11-20T22:{minute:02}:00Z", Alert(t, kind, level, phase, t - 1.5, "rule", "default", cause))
    for minute, t, kind, level, phase, cause in HAPPENED
]
A_DRIVE = {"pack_sha256": "a", "models_sha256": "b", "config_sha256": "c"}


@pytest.fixture
def journal_path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    moments: list[int | None] = [None]
    journal = Journal(path, utc_ns=lambda: moments[0])
    moments[0] = utc_from_text("2026-11-20T22:00:00Z")
    journal.begin_drive(session="night", source="/dev/video0", pack="default", **A_DRIVE)
    for utc, alert in NIGHT_DRIVE:
        moments[0] = utc_from_text(utc)
        assert journal.record_alert(alert).wait(60.0)
    journal.end_drive("shutdown")
    moments[0] = None
    journal.close(60.0)
    return path


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def kinds(result: Result) -> list[str]:
    assert result.exit_code == 0, result.exception
    return [json.loads(line)["kind"] for line in result.stdout.splitlines()]


def test_a_person_gets_a_table_with_times_and_reasons(journal_path: Path) -> None:
    lines = run("--db", journal_path).stdout.splitlines()
    assert len(lines) == 5
    assert lines[0].split() == ["UTC", "drive", "level", "kind", "phase", "reason"]
    when_and_what = "2026-11-20 22:20:00.000    1200.25 s  warning    fatigue.microsleep         raise        "
    assert lines[2] == when_and_what + "speed unknown; eyes closed 1.52 s"
    assert lines[0].index("kind") == lines[2].index("fatigue")
    assert lines[0].index("reason") == lines[2].index("speed unknown")


def test_a_script_gets_objects_that_read_as_alerts(journal_path: Path) -> None:
    lines = run("--db", journal_path, "--json").stdout.splitlines()
    assert [json.loads(msgspec.json.encode(msgspec.json.decode(line, type=JournalledAlert))) for line in lines] == [
        json.loads(line) for line in lines
    ]
    assert [wire.from_json(line) for line in lines] == [alert for _, alert in NIGHT_DRIVE]
    assert [json.loads(line)["utc"][:16] + "Z" for line in lines] == [utc[:16] + "Z" for utc, _ in NIGHT_DRIVE]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--since", "2026-11-20"], 4),
        (["--since", "2026-11-21"], 0),
        (["--since", "2026-11-20T22:21:00Z"], 2),
        (["--since", "2026-11-20T23:21:00+01:00"], 2),
        (["--since", "2026-11-20T22:20:30"], 2),
        (["--until", "2026-11-20"], 0),
        (["--until", "2026-11-21"], 4),
        (["--until", "2026-11-20T22:21:00Z"], 2),
        (["--since", "2026-11-20T22:20:00Z", "--until", "2026-11-20T22:21:00Z"], 1),
        (["--limit", "3"], 3),
        (["--limit", "9"], 4),
        (["--kind", "fatigue.sleep"], 1),
        (["--kind", "fatigue"], 3),
        (["--kind", "fatigue.sleep", "--kind", "distraction"], 2),
        (["--level", "warning"], 3),
        (["--level", "emergency"], 1),
        (["--kind", "distraction", "--level", "urgent"], 0),
    ],
)
def test_what_is_asked_for_is_what_comes(journal_path: Path, arguments: list[str], expected: int) -> None:
    assert len(kinds(run("--db", journal_path, "--json", *arguments))) == expected


def test_a_limit_leaves_the_newest_in_their_order(journal_path: Path) -> None:
    assert kinds(run("--db", journal_path, "--json", "--limit", 2)) == ["fatigue.sleep", "distraction.long"]
    assert kinds(run("--db", journal_path, "--json", "-n", 1, "--kind", "fatigue")) == ["fatigue.sleep"]
    assert kinds(run("--db", journal_path, "--json", "-n", 1, "--until", "2026-11-20T22:15:00Z")) == ["fatigue.yawning"]


@pytest.mark.parametrize(("since", "expected"), [("900s", 1), ("30m", 2), ("2h", 3), ("1.5d", 4), ("1w", 5)])
def test_since_may_be_a_time_ago(tmp_path: Path, since: str, expected: int) -> None:
    path = tmp_path / "journal.db"
    now_ns = time.time_ns()
    moments = [now_ns]
    journal = Journal(path, utc_ns=lambda: moments[-1])
    for age_s in (400_000, 100_000, 5000, 1000, 10):
        moments.append(now_ns - age_s * 1_000_000_000)
        assert journal.record_alert(NIGHT_DRIVE[0][1]).wait(60.0)
    journal.close(60.0)
    assert len(kinds(run("--db", path, "--json", "--since", since))) == expected


def test_the_drives_are_told_with_how_they_ended(journal_path: Path) -> None:
    heading, drive = run("--db", journal_path, "--drives").stdout.splitlines()
    assert heading.split() == ["began", "(UTC)", "ended", "(UTC)", "end", "pack", "source"]
    assert drive.split() == ["2026-11-20", "22:00:00.000", "2026-11-20", "22:50:00.000", "shutdown", "default", "/dev/video0"]
    line = run("--db", journal_path, "--drives", "--json", "-n", 1).stdout
    assert msgspec.to_builtins(msgspec.json.decode(line, type=JournalledDrive)) == json.loads(line)
    assert json.loads(line)["pack_sha256"] == "a"
    assert run("--db", journal_path, "--drives", "--until", "2026-11-20T22:00:00Z").stdout == ""


def test_it_works_while_the_service_runs(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.begin_drive(session="now", source="x", pack="default", **A_DRIVE)
    journal.record_alert(NIGHT_DRIVE[0][1]).wait(60.0)
    assert kinds(run("--db", tmp_path / "journal.db", "--json")) == ["fatigue.yawning"]
    assert "goes on" in run("--db", tmp_path / "journal.db", "--drives").stdout
    journal.close(60.0)


A_PERIOD = {
    "kind": "period",
    "complete": True,
    "t": 300.0,
    "end": 600.0,
    "availability": 0.97,
    "attention": {"eyes_on_road": 0.92, "glances": 12, "glance_p85_s": 2.025, "glance_longest_s": 2.4},
    "drowsiness": {"perclos_mean": 0.031, "kss_mean": None, "yawns": 1},
    "alerts": {"distraction.long": {"advisory": 2, "warning": 1}, "fatigue.yawning": {"info": 1}},
}


def test_the_trip_summaries_are_a_table_or_objects(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal(path, utc_ns=lambda: utc_from_text("2026-11-20T22:00:00Z"))
    journal.begin_drive(session="night", source="/dev/video0", pack="default", **A_DRIVE)
    journal.record_summary("rules_refused", 5.0, 5.0, {"reason": "a mistake"})
    journal.record_summary("period", 300.0, 600.0, A_PERIOD)
    so_far = {**A_PERIOD, "kind": "drive", "t": 0.0, "complete": False}
    journal.record_summary("drive", 0.0, 600.0, so_far, replacing=True)
    journal.close(60.0)
    heading, period, drive = run("--db", path, "--summaries").stdout.splitlines()
    assert heading.split()[:6] == ["UTC", "from", "to", "of", "on", "road"]
    told = "2 distraction.long advisory, 1 distraction.long warning, 1 fatigue.yawning info"
    assert period.split() == f"2026-11-20 22:00:00.000 300.00 s 600.00 s period 92 % 12 2.0 s 2.4 s 3 % - 1 97 % {told}".split()
    assert heading.index("alerts") == period.index("2 distraction") == drive.index("2 distraction")
    assert " drive so far " in drive
    lines = run("--db", path, "--summaries", "--json").stdout.splitlines()
    assert [msgspec.json.decode(line, type=JournalledSummary).session for line in lines] == ["night", "night"]
    assert json.loads(lines[0])["attention"] == A_PERIOD["attention"]
    assert run("--db", path, "--summaries", "--since", "2026-11-21").stdout == ""
    assert run("--db", path, "--summaries", "--until", "2026-11-20").stdout == ""
    assert run("--db", path, "--summaries", "--json", "--limit", 1).stdout.splitlines() == lines[1:]


def test_an_empty_journal_says_so_and_prints_nothing(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.db").close(60.0)
    result = run("--db", tmp_path / "journal.db")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "dms events: nothing in the journal that matches\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--since", "yesterday"], "--since 'yesterday': expected 90s, 30m, 2h"),
        (["--since", "-2h"], "--since '-2h': expected"),
        (["--until", "tomorrow"], "--until 'tomorrow': expected 90s, 30m, 2h"),
        (["--since", "1h", "--until", "2h"], "--since 1h --until 2h: nothing lies between them"),
        (["--kind", "sleep"], "--kind 'sleep': unknown; did you mean 'fatigue.sleep'?"),
        (["--drives", "--summaries"], "--drives and --summaries: one of the two"),
        (["--summaries", "--level", "warning"], "--kind and --level choose among alerts"),
        (["--level", "loud"], "--level 'loud': unknown; known: advisory, emergency"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(journal_path: Path, arguments: list[str], complaint: str) -> None:
    result = run("--db", journal_path, *arguments)
    assert isinstance(result.exception, UsageError)
    assert complaint in str(result.exception)


def no_journal(path: Path) -> None:
    return None


def a_text(path: Path) -> None:
    path.write_text("no database at all\n" * 100)


@pytest.mark.parametrize(("make", "complaint"), [(no_journal, "no such journal"), (a_text, "file is not a database")])
def test_a_missing_or_foreign_journal_is_one_clear_message(tmp_path: Path, make: Callable[[Path], None], complaint: str) -> None:
    make(tmp_path / "journal.db")
    result = run("--db", tmp_path / "journal.db")
    assert isinstance(result.exception, DmsError)
    assert result.exception.exit_code != EXIT_CONFIGURATION
    assert complaint in str(result.exception)


def test_looking_at_the_journal_loads_neither_the_bus_nor_the_networks() -> None:
    program = "import sys, dms.cli.events, dms.outputs.journal.reader; print(sorted({'zmq', 'torch', 'cv2'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
