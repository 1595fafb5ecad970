"""`dms glances`: tables for people, CSV for a spreadsheet, JSON for a script."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from dms.cli.app import app
from dms.console.answers_of_figures import GlancesAnswer
from tests.drives.drive_making import story, write_jsonl


@pytest.fixture(scope="module")
def drives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two drives of a driver who looks left now and then, and one of a driver whose face is never found."""
    folder = tmp_path_factory.mktemp("drives")
    write_jsonl(folder / "driver1-a.jsonl", story(60.0, turned=[(40.0, 41.0), (50.0, 53.0)]))
    write_jsonl(folder / "driver1-b.jsonl", story(60.0, turned=[(45.0, 46.0)]))
    write_jsonl(folder / "driver2.jsonl", story(60.0, hidden=[(0.0, 60.0)]))
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_for_each_driver_and_csv_for_each_drive(drives: Path, tmp_path: Path) -> None:
    areas, links = tmp_path / "areas.csv", tmp_path / "links.csv"
    told = CliRunner().invoke(app, ["glances", str(drives), "--csv", str(areas), "--transitions", str(links), "--processes", "1"])
    assert told.exit_code == 0, told.output
    assert "driver1: 2 drives" in told.stdout
    assert "driver2: 1 drive, 0.0 s counted" in told.stdout
    assert "no glances: it was never known where the driver looked" in told.stdout
    left = {row["drive"]: row for row in rows(areas) if row["area"] == "windscreen"}
    first, second, together = (left[name] for name in (str(drives / "driver1-a.jsonl"), str(drives / "driver1-b.jsonl"), ""))
    assert [row["glances"] for row in (first, second, together)] == ["2", "1", "3"]
    assert [float(row["longest_s"]) for row in (first, second, together)] == pytest.approx([3.0, 1.0, 3.0], abs=0.1)
    assert together["scope"] == "driver"
    ways = [(row["driver"], row["source"], row["target"], row["transitions"]) for row in rows(links) if not row["drive"]]
    assert ways == [("driver1", "road", "windscreen", "3"), ("driver1", "windscreen", "road", "3")]


def test_json_says_the_same(drives: Path) -> None:
    told = CliRunner().invoke(app, ["glances", str(drives / "driver1-b.jsonl"), "--json"])
    answer = msgspec.json.decode(told.stdout, type=GlancesAnswer)
    assert [each.drive for each in (*answer.drives, *answer.drivers)] == [str(drives / "driver1-b.jsonl"), None]
    assert answer.drives[0].figures == answer.drivers[0].figures
    assert {area.area for area in answer.drives[0].figures.areas} == {"road", "windscreen"}


def test_nothing_is_overwritten_unasked(drives: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    refused = CliRunner().invoke(app, ["glances", str(drives), "--csv", str(there)])
    assert refused.exit_code != 0
    assert there.read_text() == "mine"


def test_a_drive_that_cannot_be_read_is_named_and_the_others_are_counted(drives: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text("no drive\n")
    told = CliRunner().invoke(app, ["glances", str(broken), str(drives / "driver1-b.jsonl"), "--processes", "1"])
    assert told.exit_code == 1
    assert "broken.jsonl" in told.output
    assert "driver1: 1 drive" in told.stdout
