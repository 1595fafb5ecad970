"""`dms replay` and `dms score` as people and scripts use them."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from dms.cli import replay, score
from dms.errors import ConfigurationError, DriveError, UsageError
from tests.drives.drive_making import PACK, story, write_jsonl, write_mcap

app = typer.Typer()
app.command("replay")(replay.command)
app.command("score")(score.command)

ALONE = ("--processes", "1")
"""Where drives are few and short, processes of their own take longer to start than to replay them."""


@pytest.fixture
def pack(tmp_path: Path) -> str:
    path = tmp_path / "story.yaml"
    path.write_text(PACK)
    return str(path)


@pytest.fixture
def drive(tmp_path: Path) -> str:
    return str(write_jsonl(tmp_path / "drive.jsonl", story(60, turned=[(40, 44)], asleep=[(50, 51)])))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_people_see_the_alerts_with_their_reasons_next_to_the_labels(drive: str, pack: str) -> None:
    result = run("replay", drive, "--rules", pack)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"{drive}: 1 min 00 s, 1800 observations, 1 alert"
    assert any("advisory   raise        distraction.head_away    head 40° from the road (40° left" in line for line in lines)
    assert any("distraction.head_away    raised at 42." in line for line in lines)
    assert any("fatigue.microsleep       over before the pack's own time of 1.5 s" in line for line in lines)


def test_scripts_get_nothing_but_json_lines_on_standard_output(drive: str, pack: str) -> None:
    result = run("replay", drive, "--rules", pack, "--jsonl", "-")
    alerts = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(alert["topic"], alert["kind"], alert["phase"]) for alert in alerts] == [
        ("alert", "distraction.head_away", "raise"),
        ("alert", "distraction.head_away", "clear"),
    ]
    assert "expected by the labels" in result.stderr


def test_a_file_takes_the_alerts_and_the_terminal_the_table(drive: str, pack: str, tmp_path: Path) -> None:
    target = tmp_path / "alerts.jsonl"
    result = run("replay", drive, "--rules", pack, "--jsonl", str(target))
    assert len(target.read_text().splitlines()) == 2
    assert "expected by the labels" in result.stdout


def test_quiet_is_quiet(drive: str, pack: str) -> None:
    result = run("replay", drive, "--rules", pack, "--quiet")
    assert result.output == ""


def test_a_folder_of_drives_gets_a_block_each_and_a_total(tmp_path: Path, pack: str) -> None:
    folder = tmp_path / "drives"
    folder.mkdir()
    write_jsonl(folder / "one.jsonl", story(50, turned=[(40, 44)]))
    write_mcap(folder / "two.mcap", story(50, turned=[(40, 44)], seed=2))
    result = run("replay", str(folder), "--rules", pack, "--jsonl", "-", *ALONE)
    assert [Path(json.loads(line)["drive"]).name for line in result.stdout.splitlines() if '"raise"' in line] == [
        "one.jsonl",
        "two.mcap",
    ]
    assert "2 drives, 1 min 40 s, 2 alerts, replayed in" in result.stderr


def test_one_bad_drive_does_not_hide_the_others(tmp_path: Path, pack: str) -> None:
    folder = tmp_path / "drives"
    folder.mkdir()
    (folder / "broken.mcap").write_bytes(b"no drive")
    write_jsonl(folder / "sound.jsonl", story(50, turned=[(40, 44)]))
    for processes in ("1", "2"):
        result = run("replay", str(folder), "--rules", pack, "--processes", processes)
        assert result.exit_code == 1
        assert "broken.mcap: not an MCAP file" in result.stderr
        assert "1 drive, 50.0 s, 1 alert" in result.stdout


def test_processes_make_no_difference(tmp_path: Path, pack: str) -> None:
    folder = tmp_path / "drives"
    folder.mkdir()
    for seed in range(3):
        write_jsonl(folder / f"{seed}.jsonl", story(20 + seed, turned=[(10, 14)], seed=seed))
    alone, together = (
        run("replay", str(folder), "--rules", pack, "--jsonl", "-", "--processes", processes) for processes in ("1", "3")
    )
    assert alone.stdout == together.stdout != ""


def test_explain_adds_the_timeline(drive: str, pack: str) -> None:
    result = run("replay", drive, "--rules", pack, "--explain")
    assert "turned: counts for " in result.stdout


def test_trip_sums_each_drive_up(tmp_path: Path, pack: str) -> None:
    for name, asleep in (("one", [(20, 23)]), ("two", [])):
        write_jsonl(tmp_path / f"{name}.jsonl", story(60, asleep=asleep))
    result = run("replay", str(tmp_path), "--rules", pack, "--trip", *ALONE)
    sums = [line for line in result.stdout.splitlines() if line.startswith("  drive: 1.0 min, usable ")]
    assert ["1 closure, alerts: 1 fatigue.microsleep urgent" in line for line in sums] == [True, False]
    assert "alerts: none" in sums[1]


def test_what_was_lost_is_told_and_the_rest_replayed(tmp_path: Path, pack: str) -> None:
    path = write_jsonl(tmp_path / "cut.jsonl", story(50, turned=[(40, 44)]))
    path.write_bytes(path.read_bytes()[:-40])
    result = run("replay", str(path), "--rules", pack)
    assert result.exit_code == 0
    assert "the last line is cut off" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["gone.jsonl"], DriveError, "gone.jsonl: no such drive"),
        (["."], DriveError, "no drives in this folder"),
        ([".", "--rules", "defalt"], ConfigurationError, "no rule pack is called 'defalt'"),
    ],
)
def test_wrong_input_is_one_clear_message(
    arguments: list[str], error: type[Exception], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("replay", *arguments)
    assert isinstance(result.exception, error)
    assert message in str(result.exception)


def test_alerts_that_cannot_be_written_are_an_error(drive: str, pack: str, tmp_path: Path) -> None:
    result = run("replay", drive, "--rules", pack, "--jsonl", str(tmp_path))
    assert str(result.exception) == f"{tmp_path}: cannot be written: Is a directory"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--executor 10.0.0.5:8786", "--executor 10.0.0.5:8786: expected dask://HOST:PORT"),
        ("--executor dask://h:1 --processes 2", "--processes is for this machine, --executor for a cluster"),
        ("--executor dask://h:1 --report x.html", "--report watches the replay from here: leave --executor out"),
    ],
)
def test_an_executor_that_makes_no_sense_is_refused(drive: str, arguments: str, message: str) -> None:
    result = run("replay", drive, *arguments.split())
    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)


@pytest.mark.parametrize("extra", ["distributed", None])
def test_a_cluster_that_cannot_be_had_is_one_message(drive: str, extra: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if extra is not None:
        monkeypatch.setitem(sys.modules, extra, None)
    monkeypatch.setattr("dms.drives.replaying.cluster.CONNECT_WITHIN_S", 0.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        result = run("score", drive, "--executor", f"dask://127.0.0.1:{taken.getsockname()[1]}")
    assert isinstance(result.exception, UsageError if extra else DriveError)
    expected = "Dask is not installed here: pip install -c constraints.txt '.[cluster]'" if extra else "no Dask scheduler"
    assert expected in str(result.exception)


def test_a_score_tells_found_from_what_was_over_too_soon(drive: str, pack: str) -> None:
    result = run("score", drive, "--rules", pack, "--json")
    figures = json.loads(result.stdout)
    kinds = {kind["kind"]: kind for kind in figures["kinds"]}
    assert (kinds["distraction.head_away"]["matched"], kinds["distraction.head_away"]["recall"]) == (1, 1.0)
    assert (kinds["fatigue.microsleep"]["missed"], kinds["fatigue.microsleep"]["recall"]) == (0, None)
    assert figures["labels_out_of_reach"] == 1
    assert kinds["all"]["precision"] == 1.0
    assert abs(kinds["distraction.head_away"]["latency_max_s"]) < 0.2
    assert figures["hours"] == pytest.approx(60 / 3600, rel=0.01)


def test_a_score_is_a_table_for_people(drive: str, pack: str) -> None:
    result = run("score", drive, "--rules", pack)
    assert "1 drive of 1 driver, 1 min 00 s, pack story" in result.stdout
    assert any(line.split()[:3] == ["distraction.head_away", "1", "1"] for line in result.stdout.splitlines())


def test_labels_that_cannot_be_right_are_warned_of_and_not_scored_against(drive: str, pack: str, tmp_path: Path) -> None:
    (tmp_path / "drive.labels.csv").write_text("t,end,kind\n500,501,fatigue.sleep\n")
    problem = "label fatigue.sleep at 500 s: lies outside the drive"
    replayed, scored = run("replay", drive, "--rules", pack), run("score", drive, "--rules", pack)
    assert replayed.exit_code == 0
    assert problem in replayed.stderr
    assert isinstance(scored.exception, DriveError)
    assert problem in scored.stderr


def test_the_labels_of_another_drive_do_not_fill_the_screen(drive: str, pack: str, tmp_path: Path) -> None:
    rows = "".join(f"{t},{t + 1},fatigue.sleep\n" for t in range(500, 700, 2))
    (tmp_path / "drive.labels.csv").write_text(f"t,end,kind\n{rows}")
    lines = run("replay", drive, "--rules", pack).stderr.splitlines()
    assert len(lines) == 6
    assert lines[-1] == f"dms: {drive}: 95 more labels cannot be right"


def test_there_is_no_score_without_labels(tmp_path: Path, pack: str) -> None:
    path = write_jsonl(tmp_path / "plain.jsonl", story(10))
    result = run("score", str(path), "--rules", pack)
    assert "no labels: there is nothing to score against" in str(result.exception)


@pytest.mark.parametrize(
    ("bounds", "exit_code", "message"),
    [
        ("all: {recall_min: 0.5, false_per_hour_max: 0, latency_p95_max_s: 0.5}", 0, ""),
        ("all: {labels_min: 2}", 1, "all: 1 labels are fewer than 2"),
        ("distraction.head_away: {latency_max_max_s: -1}", 1, "distraction.head_away: latency_max_s 0.0"),
        ("driver.absent: {recall_min: 1}", 0, ""),
    ],
)
def test_a_pack_that_breaks_a_limit_fails(
    drive: str, pack: str, tmp_path: Path, bounds: str, exit_code: int, message: str
) -> None:
    limits = tmp_path / "limits.yaml"
    limits.write_text(f"limits:\n  {bounds}\n")
    result = run("score", drive, "--rules", pack, "--limits", str(limits))
    assert result.exit_code == exit_code
    assert message in result.stderr


@pytest.mark.parametrize(
    ("limits", "exit_code", "message"),
    [
        ("limits: {driver.absent: {recall_min: 1}}", 0, "driver.absent: recall_min: no label and no alert to judge it by"),
        ("limits: {driver.absent: {labels_min: 3}}", 1, "driver.absent: 0 labels are fewer than 3"),
        ("limits: {fatigue.microsleep: {latency_p95_max_s: 1}}", 0, "latency_p95_max_s: no label and no alert to judge it by"),
        ("availability_min: 0.8", 0, ""),
        ("availability_min: 1", 1, "availability 0.8"),
        ("ddaw_sensitivity: {met: true}", 1, "ddaw_sensitivity: cannot be judged: no labels of the kind kss"),
    ],
)
def test_what_cannot_be_judged_does_not_pass_in_silence(
    pack: str, tmp_path: Path, limits: str, exit_code: int, message: str
) -> None:
    drive = write_jsonl(tmp_path / "drive.jsonl", story(60, turned=[(40, 44)], asleep=[(50, 51)], hidden=[(20, 22)]))
    (tmp_path / "limits.yaml").write_text(limits + "\n")
    result = run("score", str(drive), "--rules", pack, "--limits", str(tmp_path / "limits.yaml"))
    assert result.exit_code == exit_code
    assert message in result.stderr


def rated(path: Path, value: float, *, asleep: bool) -> None:
    """A driver who rates themselves, nods off or not, and is warned of that."""
    write_jsonl(path, story(60, asleep=[(50, 53)] if asleep else []))
    path.with_suffix(".labels.csv").write_text(f"t,end,kind,value\n0,60,kss,{value}\n")


def test_drivers_who_say_how_sleepy_they_are_show_how_sensitive_a_pack_is(pack: str, tmp_path: Path) -> None:
    folder = tmp_path / "drives"
    folder.mkdir()
    for number in range(3):
        rated(folder / f"driver{number}.jsonl", 8, asleep=number > 0)
    (tmp_path / "limits.yaml").write_text("ddaw_sensitivity: {met: true, mean_min: 0.6, drivers_min: 10}\n")
    table = run("score", str(folder), "--rules", pack, "--limits", str(tmp_path / "limits.yaml"), *ALONE)
    assert "sleepy by their own rating (KSS): 3 events of 3 drivers, warned of 2" in table.stdout
    assert "sensitivity after Regulation (EU) 2021/1341: mean 66.7%" in table.stdout
    assert "not enough for a test after the regulation: 3 of 10 sleepy drivers; 3 of 10 events" in table.stdout
    assert table.exit_code == 1
    assert table.stderr.splitlines() == [f"dms: {tmp_path / 'limits.yaml'}: ddaw_sensitivity: 3 drivers are fewer than 10"]
    figures = json.loads(run("score", str(folder), "--rules", pack, "--json", *ALONE).stdout)["ddaw_sensitivity"]
    assert (figures["warned"], figures["unwarned"], figures["met"]) == (2, 1, True)
    assert figures["by_driver"] == {"driver0": 0.0, "driver1": 1.0, "driver2": 1.0}


def test_what_to_bear_in_mind_is_said(drive: str, pack: str, tmp_path: Path) -> None:
    alone = run("score", drive, "--rules", pack)
    assert "one driver only (drive): how other drivers would fare cannot be told, so there are no intervals" in alone.stdout
    write_jsonl(tmp_path / "plain.jsonl", story(50, turned=[(40, 44)], labelled=False))
    both = run("score", str(tmp_path), "--rules", pack, *ALONE)
    assert (
        "1 drive (plain.jsonl) without labels of alerts: every alert there of a kind labelled elsewhere counts as false"
        in both.stdout
    )
    as_json = run("score", str(tmp_path), "--rules", pack, "--json", *ALONE)
    assert "every alert there of a kind labelled elsewhere counts as false" in as_json.stderr
    assert json.loads(as_json.stdout)["drives_without_labels"] == 1


def test_a_limits_file_with_a_slip_is_refused_with_its_line(drive: str, pack: str, tmp_path: Path) -> None:
    limits = tmp_path / "limits.yaml"
    limits.write_text("limits:\n  all: {recal_min: 0.9}\n  fatigue.microslep: {recall_min: 2}\n")
    result = run("score", drive, "--rules", pack, "--limits", str(limits))
    assert isinstance(result.exception, ConfigurationError)
    assert "limits.yaml:2" in str(result.exception)
    assert "limits.yaml:3" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("one.mp4", "two.mp4", "--second", "two.mp4"), "--second is in step with one video, and these are 2 drives"),
        (("drive.jsonl", "--second", "two.mp4"), "drive.jsonl is not a video, and a drive that two cameras recorded holds"),
        (("one.mp4", "--second", "drive.jsonl"), "--second drive.jsonl: not a video"),
        (("one.mp4", "--second", "two.mp4", "--report", "page.html"), "--report shows the pictures of one camera"),
        (("one.mp4", "--second", "two.mp4", "--overlay", "drawn.mp4"), "--overlay shows the pictures of one camera"),
    ],
)
def test_a_second_video_is_in_step_with_one_other(
    arguments: tuple[str, ...], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one.mp4", "two.mp4"):
        (tmp_path / name).write_bytes(b"is not looked into")
    write_jsonl(tmp_path / "drive.jsonl", story(2))
    result = run("replay", *arguments)
    assert isinstance(result.exception, UsageError)
    assert reason in str(result.exception)
