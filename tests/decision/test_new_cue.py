"""A cue is declared once, with what it means, and computed in one place: packs, people and subscribers follow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dms.decision.cue_catalog import CUES, catalog_in_words
from dms.wire import to_json
from tests.decision.driving_script import Script
from tests.decision.other_dms import dms_with

PACK = """\
pack: parked
title: A vehicle that is left standing
rules:
  parked:
    kind: sustained
    alert: driver.availability
    when: {cue: standing_s, above: 10}
    ladder: [{level: info, after_s: 1}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the pack is, and a drive that ends at a red light."""
    (tmp_path / "parked.yaml").write_text(PACK)
    script = Script(80).attentive(10).vehicle(speed_kph=0.0).attentive(20)
    with (tmp_path / "drive.jsonl").open("wb") as file:
        file.writelines(to_json(record) + b"\n" for record in script.records())
    return tmp_path


def test_a_pack_can_name_a_new_cue_and_a_drive_is_judged_by_it(folder: Path) -> None:
    told = dms_with(
        "tests.decision.standing_cue", folder, "replay", "drive.jsonl", "--rules", "parked.yaml", "--jsonl", "-", "--quiet"
    )
    assert told.returncode == 0, told.stderr
    [alert] = [json.loads(line) for line in told.stdout.splitlines()]
    assert alert["t"] == pytest.approx(10.0 + 10.0 + 1.0, abs=1.5)
    assert alert["cause"]["standing_s"] == pytest.approx(11.0, abs=0.2)


def test_people_and_editors_get_to_know_it(folder: Path) -> None:
    told = dms_with("tests.decision.standing_cue", folder, "rules", "cues").stdout.splitlines()
    assert "standing_s               a number from 0 to 86400 s: How long the vehicle has stood still." in told
    schema = json.loads(dms_with("tests.decision.standing_cue", folder, "rules", "schema").stdout)
    assert "standing_s" in schema["$defs"]["CueTest"]["properties"]["cue"]["enum"]


def test_a_threshold_that_makes_no_sense_for_it_is_refused(folder: Path) -> None:
    (folder / "parked.yaml").write_text(PACK.replace("above: 10", "above: 100000"))
    told = dms_with("tests.decision.standing_cue", folder, "check", "parked.yaml")
    assert told.returncode == 78
    assert "parked.yaml:7" in told.stdout + told.stderr
    assert "standing_s lies between 0 and 86400" in told.stdout + told.stderr


def test_a_cue_that_nobody_has_declared_is_not_found(folder: Path) -> None:
    told = dms_with("tests.decision.stare_kind", folder, "check", "parked.yaml")
    assert told.returncode == 78
    assert "unknown cue" in told.stdout + told.stderr


def test_every_cue_says_what_it_means() -> None:
    assert [cue.name for cue in CUES.values() if not cue.meaning.endswith(".")] == []
    assert len(list(catalog_in_words(CUES))) == len(CUES)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("phone", "none, at_ear, handheld, mounted: "),
        ("head_yaw_deg", "a number from -180 to 180 degrees: "),
        ("perclos_60s", "a number from 0 to 1: "),
        ("kss_sigma", "a number: "),
        ("gaze_area", "area1, area2, area3, none: "),
        ("gaze_zone", "a word: "),
        ("off_road", "true or false: "),
    ],
)
def test_a_cue_is_described_by_its_type_its_unit_and_its_range(name: str, line: str) -> None:
    [found] = [told for told in catalog_in_words(CUES) if told.startswith(f"{name} ")]
    assert found.removeprefix(name).lstrip().startswith(line)
