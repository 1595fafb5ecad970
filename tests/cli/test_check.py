"""`dms check`: what is fine is said, what is wrong is said all at once, and scripts can tell the two apart."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from dms.cli import check
from dms.decision.pack_loader import pack_names
from dms.errors import EXIT_CONFIGURATION

app = typer.Typer()
app.command()(check.command)

PACK = """\
pack: mine
title: Mine
rules:
  look:
    kind: sustained
    alert: distraction.long
    when: {cue: off_road, is: true}
    ladder: [{level: warning, after_s: 3}]
"""


def run(*files: Path) -> Result:
    return CliRunner().invoke(app, [str(file) for file in files])


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_everything_that_ships_is_fine() -> None:
    result = run()
    assert result.exit_code == 0, result.output
    for name in pack_names():
        assert f"rule pack '{name}'" in result.output
    assert "left_hand_drive.yaml: cabin" in result.output


def test_it_tells_packs_cabins_and_configurations_apart(tmp_path: Path) -> None:
    pack = written(tmp_path, "mine.yaml", PACK)
    configuration = written(tmp_path, "dms.yaml", f"source: /dev/video0\nrules: {pack}\ncabin: left_hand_drive\n")
    result = run(pack, configuration)
    assert result.exit_code == 0, result.output
    assert f"{pack}: rule pack 'mine', 1 rules" in result.output
    assert f"{configuration}: configuration, rules 'mine', cabin 'left_hand_drive'" in result.output


def test_every_problem_of_every_file_is_told_with_its_line(tmp_path: Path) -> None:
    pack = written(tmp_path, "mine.yaml", PACK.replace("after_s", "after_ms").replace("is: true", "is: maybe"))
    configuration = written(tmp_path, "dms.yaml", "sauce: /dev/video0\ncamera: {fps: 1000}\n")
    cabin = written(tmp_path, "cabin.yaml", "name: tiny\ndriver_side: middle\ntargets: []\n")
    result = run(pack, configuration, cabin)
    assert result.exit_code == EXIT_CONFIGURATION
    assert f"{pack}:7: rules.look.when: is 'maybe': off_road is true or false" in result.stderr
    assert f"{pack}:8: rules.look.ladder.0.after_ms: unknown key" in result.stderr
    assert f"{configuration}:1: sauce: unknown key; did you mean 'source'?" in result.stderr
    assert f"{configuration}:2: camera.fps: 1000" in result.stderr
    assert f"{cabin}:2: driver_side: 'middle'" in result.stderr


@pytest.mark.parametrize(
    ("side", "region", "problem"),
    [
        ("right", "[0.1, 0, 0.3, 1]", "0.1,0,0.3,1: reaches from 0.1 to 0.4 of the width, and driver_side says right"),
        ("any", "[0.5, 0, 0.6, 1]", "0.5,0,0.6,1: x + width is 1.1, and the picture ends at 1"),
        ("any", "[640, 0, 640, 720]", "640 is no share of the picture, 0 to 1"),
        ("left", "[0, 0, 0.5]", "[x, y, width, height] is wanted, four numbers, not 3"),
        ("any", "[0, 0, 0.01, 1]", "width and height are at least 0.05"),
    ],
)
def test_a_region_off_the_picture_or_off_the_drivers_side_is_refused_with_its_line(
    tmp_path: Path, side: str, region: str, problem: str
) -> None:
    text = f"source: /dev/video0\nperception:\n  driver_side: {side}\n  region: {region}\n"
    configuration = written(tmp_path, "dms.yaml", text)
    result = run(configuration)
    assert result.exit_code == EXIT_CONFIGURATION
    assert f"{configuration}:4: perception.region" in result.stderr
    assert problem in result.stderr
    right = written(tmp_path, "right.yaml", text.replace(region, "[0.5, 0, 0.5, 1]").replace(f"side: {side}", "side: right"))
    assert run(right).exit_code == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "rules: defualt\ncabin: left_hand_drive\n",
            ":1: rules: 'defualt': no rule pack is called 'defualt'; did you mean 'default'?",
        ),
        ("rules: default\ncabin: ./lorry.yaml\n", ":2: cabin: './lorry.yaml': "),
    ],
)
def test_what_a_configuration_names_has_to_be_there(tmp_path: Path, text: str, expected: str) -> None:
    configuration = written(tmp_path, "dms.yaml", text)
    result = run(configuration)
    assert result.exit_code == EXIT_CONFIGURATION
    assert f"{configuration}{expected}" in result.stderr


def test_a_file_that_is_not_there_is_a_problem_and_the_others_are_checked_all_the_same(tmp_path: Path) -> None:
    pack = written(tmp_path, "mine.yaml", PACK)
    result = run(tmp_path / "missing.yaml", pack)
    assert result.exit_code == EXIT_CONFIGURATION
    assert "missing.yaml: cannot be read" in result.stderr
    assert "rule pack 'mine'" in result.stdout
    assert "dms check: 1 problem\n" in result.stderr
