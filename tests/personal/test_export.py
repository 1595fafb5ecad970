"""A person who asks for their data gets all of it, in formats that anybody can open, and nobody else's."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sqlite3
import stat
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from dms.cli import app
from dms.errors import EXIT_FAILED, DmsError
from dms.outputs.journal import Journal
from dms.personal.export import export
from dms.personal.forget import forget
from dms.personal.places import Places
from dms.personal.selection import Selection
from dms.recording.jsonl import JsonlDrive
from dms.recording.mcap_reader import McapDrive
from tests.personal.kept_people import ANNA, BERT, files_below, files_with

OF_ANNA = Selection(source=ANNA.source)


@pytest.fixture
def exported(places: Places, tmp_path: Path) -> Path:
    export(places, OF_ANNA, tmp_path / "out" / "anna")
    return tmp_path / "out" / "anna"


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text()))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_it_holds_all_kinds_of_what_is_kept_and_nothing_of_others(exported: Path) -> None:
    assert files_with(exported, BERT) == []
    named = {str(path.relative_to(exported)) for path in files_below(exported)}
    assert named == {
        "README.txt",
        "manifest.json",
        "calibration.json",
        "journal/drives.csv",
        "journal/alerts.csv",
        "journal/alerts.jsonl",
        "journal/summaries.jsonl",
        *(
            f"recordings/{ANNA.stamp}-part{part:02d}{name}"
            for part in (1, 2)
            for name in (".mcap", ".jsonl", ".keep", ".labels.csv", "-pictures/00000000.500s-frame15.jpg")
        ),
    }


def test_tables_open_in_a_spreadsheet_and_lines_in_a_program(exported: Path) -> None:
    rows = table(exported / "journal/alerts.csv")
    assert len(rows) == 200
    assert rows[0]["utc"] == "2026-11-20T08:00:01.000000Z"
    assert (rows[0]["kind"], json.loads(rows[0]["cause"])["eyes_closed_s"]) == ("fatigue.sleep", 1.5)
    lines = [json.loads(line) for line in (exported / "journal/alerts.jsonl").read_text().splitlines()]
    assert [line["t"] for line in lines] == [float(row["t"]) for row in rows]
    (drive,) = table(exported / "journal/drives.csv")
    assert drive["source"] == ANNA.source
    seats = json.loads((exported / "calibration.json").read_text())["seats"]
    assert [seat["source"] for seat in seats] == [ANNA.source]


def test_recordings_are_there_as_they_were_and_as_text_and_pictures(exported: Path) -> None:
    part = exported / "recordings" / f"{ANNA.stamp}-part01"
    assert list(JsonlDrive(part.with_suffix(".jsonl"))) == list(McapDrive(part.with_suffix(".mcap")))
    picture = next(Path(f"{part}-pictures").iterdir())
    seen = cv2.imdecode(np.frombuffer(picture.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen.shape == (24, 32)


def test_the_manifest_names_every_file_with_its_hash_and_the_readme_every_kind(exported: Path) -> None:
    told = {each["path"]: each["sha256"] for each in manifest(exported)["files"]}
    found = {str(path.relative_to(exported)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files_below(exported)}
    found.pop("manifest.json")
    assert told == found
    assert manifest(exported)["of"] == {"source": ANNA.source, "since": None, "until": None}
    readme = (exported / "README.txt").read_text()
    assert all(name in readme for name in ("manifest.json", "journal/alerts.csv", "calibration.json", "recordings/*.mcap"))


def test_a_zip_holds_the_same_for_its_owner_alone(places: Places, tmp_path: Path) -> None:
    export(places, OF_ANNA, tmp_path / "anna.zip")
    assert stat.S_IMODE((tmp_path / "anna.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile(tmp_path / "anna.zip") as archive:
        assert archive.testzip() is None
        told = json.loads(archive.read("anna/manifest.json"))["files"]
        for each in told:
            assert hashlib.sha256(archive.read(f"anna/{each['path']}")).hexdigest() == each["sha256"]
    assert not list(tmp_path.glob("*.unfinished*"))


def test_a_journal_that_was_set_aside_is_handed_over_or_said_to_be_left_out(places: Places, tmp_path: Path) -> None:
    beside = places.journal.parent
    for version in (1, 99):
        aside = beside / f"{places.journal.name}.version-{version}-20261122T101112Z-{version}"
        for companion in ("", "-wal"):
            shutil.copy(f"{places.journal}{companion}", f"{aside}{companion}")
        with closing(sqlite3.connect(aside, isolation_level=None)) as database:
            database.execute(f"PRAGMA user_version = {version}")
    done = export(places, OF_ANNA, tmp_path / "anna")
    folder = tmp_path / "anna" / f"{places.journal.name}.version-1-20261122T101112Z-1"
    assert len((folder / "alerts.jsonl").read_text().splitlines()) == 200
    (left,) = done.left_out
    assert left == f"{aside}: a journal of a newer dms (version 99), which alone can read it"


def test_it_works_while_the_service_runs(places: Places, tmp_path: Path) -> None:
    with closing(Journal(places.journal)):
        export(places, OF_ANNA, tmp_path / "anna")
    assert len((tmp_path / "anna/journal/alerts.jsonl").read_text().splitlines()) == 200


def test_a_damaged_recording_is_handed_over_as_it_is_and_said_so(places: Places, tmp_path: Path) -> None:
    part = places.folders[0] / f"{ANNA.stamp}-part02.mcap"
    part.write_bytes(b"\x00" * 100)
    done = export(places, OF_ANNA, tmp_path / "anna")
    assert [line.endswith("the file itself is in the export") for line in done.left_out] == [True]
    assert (tmp_path / "anna" / "recordings" / part.name).read_bytes() == part.read_bytes()
    assert manifest(tmp_path / "anna")["left_out"] == done.left_out


def test_a_target_that_exists_is_not_written_over(places: Places, tmp_path: Path) -> None:
    (tmp_path / "mine.zip").write_bytes(b"mine")
    with pytest.raises(DmsError, match=r"mine\.zip: there already"):
        export(places, Selection(), tmp_path / "mine.zip")
    assert (tmp_path / "mine.zip").read_bytes() == b"mine"


def test_nothing_half_written_is_left_when_the_journal_cannot_be_read(places: Places, tmp_path: Path) -> None:
    places.journal.with_name("journal.db-wal").unlink()  # with it, SQLite would mend the file
    places.journal.write_bytes(b"no database at all" * 100)
    with pytest.raises(DmsError, match=r"journal\.db"):
        export(places, OF_ANNA, tmp_path / "out")
    assert not list(tmp_path.glob("out*"))


def test_after_forgetting_there_is_nothing_to_hand_over(places: Places, tmp_path: Path) -> None:
    forget(places, OF_ANNA)
    export(places, OF_ANNA, tmp_path / "anna")
    assert (tmp_path / "anna/journal/alerts.jsonl").read_text() == ""
    assert not (tmp_path / "anna/recordings").exists()


def test_the_command_says_what_it_wrote_and_fails_if_something_is_left_out(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (places.folders[0] / "20261119T000000Z-part01.mcap").write_bytes(b"torn")
    settings = {
        "bus": {"endpoint": places.endpoint},
        "journal": {"path": str(places.journal)},
        "calibration": {"path": str(places.calibration)},
        "record": {"folder": str(places.folders[0])},
    }
    (tmp_path / "dms.yaml").write_text(yaml.safe_dump(settings))
    target = tmp_path / "all.zip"
    arguments = ["--config", str(tmp_path / "dms.yaml"), "--source", ANNA.source, "-o", str(target)]
    monkeypatch.setattr(sys, "argv", ["dms", "export", *arguments])
    with pytest.raises(SystemExit) as ending:
        app.main()
    said = capfd.readouterr()
    assert ending.value.code == EXIT_FAILED
    assert "journal: 1 drive, 200 alerts, 1 summary" in said.out
    assert f"{target}: written" in said.out
    assert "left out: " in said.err
