"""`dms label` as somebody uses it who watched a drive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from dms.cli import label
from dms.drives.labels.labels import read_labels
from dms.errors import DriveError, UsageError
from dms.types import Label
from tests.drives.drive_making import story, write_jsonl, write_mcap

app = typer.Typer()
app.command()(label.command)

VIDEO = Path(__file__).resolve().parents[1] / "data" / "drives" / "night_infrared.mp4"


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """Two minutes, with a glance that the drive itself knows of."""
    return write_jsonl(tmp_path / "drive.jsonl", story(120, turned=[(40, 44)]))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def side_of(drive: Path) -> Path:
    return drive.with_name(f"{drive.stem}.labels.csv")


def test_a_quick_label_is_written_beside_the_drive_and_keeps_what_is_there(drive: Path) -> None:
    first = run(drive, "--from", "1:10.5", "--to", "72", "--kind", "fatigue.microsleep", "--note", "nods, twice")
    assert first.stdout == (
        f"{side_of(drive)}: added fatigue.microsleep from 1:10.50 to 1:12.00; 1 label now, 1 more in the drive itself\n"
    )
    assert run(drive, "--from", "0", "--to", "0:01:00", "--kind", "kss", "--value", "7").exit_code == 0
    assert read_labels(side_of(drive)) == [
        Label(0.0, 60.0, "kss", value=7.0),
        Label(70.5, 72.0, "fatigue.microsleep", "nods, twice"),
    ]


def test_a_json_file_that_is_there_is_gone_on_with(drive: Path) -> None:
    side = drive.with_name("drive.labels.json")
    side.write_text('[{"t": 1, "end": 2, "kind": "fatigue.sleep"}]')
    assert run(drive, "--from", "5", "--to", "6", "--kind", "fatigue.sleep", "--note", "é").exit_code == 0
    assert json.loads(side.read_text()) == [
        {"t": 1.0, "end": 2.0, "kind": "fatigue.sleep"},
        {"t": 5.0, "end": 6.0, "kind": "fatigue.sleep", "note": "é"},
    ]


def test_the_list_shows_both_places(drive: Path) -> None:
    run(drive, "--from", "5", "--to", "6", "--kind", "kss", "--value", "8.5", "--note", "yawns")
    lines = run(drive).stdout.splitlines()
    assert lines == run(drive, "--list").stdout.splitlines()
    assert lines[0] == f"{drive}: 0:00.00 to 1:59.97; 1 label in it, 1 label in drive.labels.csv"
    assert [line.split() for line in lines[1:]] == [
        ["1", "0:05.00", "to", "0:06.00", "kss", "8.5", "yawns"],
        ["–", "0:40.00", "to", "0:44.00", "distraction.head_away"],
    ]


def test_a_label_can_be_taken_out_again(drive: Path) -> None:
    for begin in (50, 5):
        run(drive, "--from", begin, "--to", begin + 1, "--kind", "fatigue.sleep")
    removed = run(drive, "--remove", 2)
    assert "removed fatigue.sleep from 0:50.00 to 0:51.00; 1 label now" in removed.stdout
    assert read_labels(side_of(drive)) == [Label(5.0, 6.0, "fatigue.sleep")]
    beyond = run(drive, "--remove", 2)
    assert isinstance(beyond.exception, UsageError)
    assert "has 1 label; 1 label in the drive itself cannot be removed" in str(beyond.exception)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ("--from 130 --to 140 --kind fatigue.sleep", DriveError, "lies outside the drive, which lasts from 0.00 s to 119.97 s"),
        ("--from 42 --to 46 --kind distraction.head_away", DriveError, "at 42 s: overlaps the one from 40 s to 44 s"),
        ("--from 9 --to 8 --kind fatigue.sleep", DriveError, "ends at 8 s, before it begins"),
        ("--from 1 --to 2 --kind kss --value 10", DriveError, "the Karolinska Sleepiness Scale goes from 1 to 9"),
        ("--from 1 --to 2 --kind fatigue.sleep --value 5", DriveError, "only a label of the kind kss has one"),
        ("--from 1 --to 2 --kind kss", UsageError, "needs its --value"),
        ("--from 1 --to 2 --kind fatigue.slep", UsageError, "unknown kind of label; did you mean 'fatigue.sleep'?"),
        ("--from 1 --to 2", UsageError, "a label needs --from, --to and --kind; missing: --kind"),
        ("--note sleepy", UsageError, "missing: --from, --to, --kind"),
        ("--from soon --to 2 --kind fatigue.sleep", UsageError, "--from soon: expected seconds (754.2), minutes (12:34.2)"),
        ("--from 1:75 --to 200 --kind fatigue.sleep", UsageError, "--from 1:75: no clock shows that"),
        ("--from 1:60:00 --to 8000 --kind fatigue.sleep", UsageError, "--from 1:60:00: no clock shows that"),
        ("--from 1 --to 2 --kind fatigue.sleep --list", UsageError, "one at a time"),
        ("--remove 1 --export x.eaf", UsageError, "--remove and --export: one at a time"),
        ("--remove 1", UsageError, "has 0 labels"),
        ("--force", UsageError, "--force goes with --export or --import"),
        ("--tier a=fatigue.sleep", UsageError, "--tier goes with --import"),
        ("--import x.eaf --tier sleeping", UsageError, "--tier sleeping: expected NAME=KIND"),
        ("--import x.eaf --tier a=sleep", UsageError, "unknown kind of label; did you mean 'fatigue.sleep'?"),
        ("--import gone.eaf", DriveError, "gone.eaf: No such file"),
        ("--export drive.jsonl --force", UsageError, "a name that ends in .eaf, .openlabel.json, .labelstudio.json is wanted"),
        ("--export x.eaf --video gone.mp4", UsageError, "--video gone.mp4: no such file"),
    ],
)
def test_a_slip_is_one_clear_message_and_changes_nothing(
    drive: Path, arguments: str, error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(drive.parent)
    result = run(drive, *arguments.split())
    assert isinstance(result.exception, error)
    assert message in str(result.exception)
    assert list(drive.parent.iterdir()) == [drive]


def test_a_good_label_is_not_refused_for_a_bad_one(drive: Path) -> None:
    side_of(drive).write_text("t,end,kind\n500,501,fatigue.sleep\n")
    assert run(drive, "--from", "5", "--to", "6", "--kind", "fatigue.sleep").exit_code == 0
    assert "label fatigue.sleep at 500 s: lies outside the drive" in run(drive).stdout


def test_two_label_files_are_one_too_many(drive: Path) -> None:
    side_of(drive).write_text("t,end,kind\n")
    drive.with_name("drive.labels.json").write_text("[]")
    result = run(drive, "--from", "5", "--to", "6", "--kind", "fatigue.sleep")
    assert "two label files for one drive, and neither is used; keep one" in str(result.exception)


def test_labels_belong_to_the_first_part_of_a_long_drive(tmp_path: Path) -> None:
    first, second = (write_mcap(tmp_path / f"drive-part{number:02d}.mcap", story(5)) for number in (1, 2))
    assert "begins with drive-part01.mcap: its labels belong beside that" in str(run(second).exception)
    assert "0:00.00 to 0:04.97" in run(first).stdout
    first.unlink()
    assert run(second).exit_code == 0


def test_to_elan_and_back_a_label_was_moved_and_one_drawn(drive: Path, tmp_path: Path) -> None:
    run(drive, "--from", "5", "--to", "6", "--kind", "fatigue.sleep")
    document = tmp_path / "drive.eaf"
    exported = run(drive, "--export", document)
    assert exported.stdout == f"{document}: 2 labels, without a video\n"
    assert "--video names the one that is to be shown" in exported.stderr
    moved = document.read_text().replace('TIME_VALUE="6000"', 'TIME_VALUE="6400"')
    refused = run(drive, "--export", document)
    assert str(refused.exception) == f"{document}: exists; --force replaces it"
    document.write_text(moved)
    kept = run(drive, "--import", document)
    assert str(kept.exception) == f"{side_of(drive)}: has 1 label; --force puts those of {document} in their place"
    assert run(drive, "--import", document, "--force").exit_code == 0
    assert read_labels(side_of(drive)) == [Label(5.0, 6.4, "fatigue.sleep")]


def test_importing_the_same_again_changes_nothing(drive: Path, tmp_path: Path) -> None:
    run(drive, "--from", "5", "--to", "6", "--kind", "fatigue.sleep")
    run(drive, "--export", tmp_path / "drive.eaf")
    before = side_of(drive).read_bytes()
    assert run(drive, "--import", tmp_path / "drive.eaf").exit_code == 0
    assert side_of(drive).read_bytes() == before


def test_what_an_import_leaves_out_and_cannot_change_is_named(drive: Path, tmp_path: Path) -> None:
    document = tmp_path / "drive.eaf"
    run(drive, "--export", document)
    other = write_jsonl(tmp_path / "other.jsonl", story(60, turned=[(10, 12)]))
    document.write_text(document.read_text().replace('TIER_ID="distraction.head_away"', 'TIER_ID="distraction.headaway"'))
    result = run(other, "--import", document)
    assert result.exit_code == 0
    hint = "no kind of label has that name; did you mean 'distraction.head_away'?; --tier 'distraction.headaway=KIND' takes it in"
    assert result.stderr.splitlines() == [
        f"dms: {document}: was exported for drive.jsonl, not for other.jsonl",
        f"dms: {document}: tier 'distraction.headaway' (1 annotation) is left out: {hint}",
        f"dms: {document}: does not have distraction.head_away from 0:10.00 to 0:12.00, which the drive itself holds and keeps",
    ]
    taken = run(other, "--import", document, "--tier", "distraction.headaway=distraction.head_away")
    assert read_labels(side_of(other)) == [Label(40.0, 44.0, "distraction.head_away")]
    assert "1 label now, 1 more in the drive itself" in taken.stdout


def test_an_import_that_does_not_fit_the_drive_changes_nothing(drive: Path, tmp_path: Path) -> None:
    run(drive, "--export", tmp_path / "drive.eaf")
    short = write_jsonl(tmp_path / "short.jsonl", story(10))
    result = run(short, "--import", tmp_path / "drive.eaf")
    assert "drive.eaf: not imported:" in str(result.exception)
    assert "at 40 s: lies outside the drive, which lasts from 0.00 s to 9.97 s" in str(result.exception)
    assert not side_of(short).exists()


def test_labels_that_cannot_be_right_are_not_exported(drive: Path, tmp_path: Path) -> None:
    side_of(drive).write_text("t,end,kind\n500,501,fatigue.sleep\n")
    result = run(drive, "--export", tmp_path / "x.eaf")
    assert "label fatigue.sleep at 500 s: lies outside the drive" in str(result.exception)
    assert not (tmp_path / "x.eaf").exists()


def test_a_video_is_labelled_without_being_watched(tmp_path: Path) -> None:
    video = tmp_path / "night.mp4"
    video.symlink_to(VIDEO)
    assert run(video, "--from", "30", "--to", "31", "--kind", "fatigue.yawning").exit_code == 0
    lines = run(video).stdout.splitlines()
    assert lines[0] == f"{video}: 0:00.00 to 1:20.00; 0 labels in it, 1 label in night.labels.csv"
    assert f"with {video}" in run(video, "--export", tmp_path / "night.eaf").stdout
    beyond = run(video, "--from", "80", "--to", "91", "--kind", "fatigue.yawning")
    assert "lies outside the drive" in str(beyond.exception)


@pytest.mark.parametrize("suffix", [".openlabel.json", ".labelstudio.json"])
def test_to_another_tool_and_back(drive: Path, tmp_path: Path, suffix: str) -> None:
    run(drive, "--from", "5", "--to", "6.25", "--kind", "fatigue.sleep", "--note", "nods")
    document = tmp_path / f"drive{suffix}"
    assert "2 labels" in run(drive, "--export", document).stdout
    side_of(drive).unlink()
    imported = run(drive, "--import", document)
    assert imported.exit_code == 0, imported.output
    assert read_labels(side_of(drive)) == [Label(5.0, 6.25, "fatigue.sleep", "nods")]


def test_json_that_is_of_no_tool_is_told_as_such(drive: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"boxes": []}')
    refused = run(drive, "--import", other)
    assert isinstance(refused.exception, DriveError)
    assert "neither a document of OpenLABEL nor an export of Label Studio" in str(refused.exception)


def test_a_video_has_no_series_for_label_studio(tmp_path: Path) -> None:
    refused = run(VIDEO, "--export", tmp_path / "x.labelstudio.json")
    assert isinstance(refused.exception, DriveError)
    assert "a video has no series of numbers; `dms observe" in str(refused.exception)


def test_two_annotators_are_held_against_each_other(drive: Path) -> None:
    """The drive itself says 40 to 44 s of 120 s, Anna 40.5 to 44: 35 units of both, 5 of one alone, 1160 of neither."""
    anna = drive.with_name("drive.anna.labels.csv")
    anna.write_text("t,end,kind\n40.5,44,distraction.head_away\n70,71,fatigue.sleep\n")
    lines = [" ".join(line.split()) for line in run(drive, "--agreement", "inside", anna).stdout.splitlines()]
    assert lines[0] == f"{drive}: 0:00.00 to 1:59.97, in units of 0.1 s"
    assert lines[4] == "distraction.head_away 0.93 3.5 s 0.5 s 0.0 s 1 0 0 0.50 s, 0.50 s 0.00 s, 0.00 s"
    assert lines[5] == "fatigue.sleep 0.00 0.0 s 0.0 s 1.0 s 0 0 1 – –"
    assert [line.split()[-2:] for line in lines[7:]] == [["only", "A"], ["only", "B"]]
    told = json.loads(run(drive, "--agreement", "inside", anna, "--json").stdout)
    assert [(kind["both"], kind["only_a"], kind["neither"]) for kind in told["agreement"]["kinds"]] == [
        (35, 5, 1160),
        (0, 0, 1190),
    ]
    assert not side_of(drive).exists(), "to compare changes nothing"
    anna.write_text("t,end,kind\n400,410,fatigue.sleep\n")
    wrong = run(drive, "--agreement", "inside", anna)
    assert isinstance(wrong.exception, DriveError)
    assert f"{anna}: label fatigue.sleep at 400 s: lies outside the drive" in str(wrong.exception)
    assert isinstance(run(drive, "--agreement", "inside", anna, "--remove", 1).exception, UsageError)
