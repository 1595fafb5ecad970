"""`dms check`: what is fine is said, what is wrong is said all at once, and scripts can tell the two apart."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
import zmq
from typer.testing import CliRunner, Result

from dms.cli import check
from dms.config.allowed_clients import begin_list
from dms.config.key_files import KeyPair, write_server_pair
from dms.config.settings import load_settings
from dms.decision.pack_loader import load_pack, pack_names
from dms.errors import EXIT_CONFIGURATION, ConfigurationError

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


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "bus:\n  endpoint: tcp://0.0.0.0:5555",
            "2: bus.endpoint: 'tcp://0.0.0.0:5555': other machines could reach it, so it needs `keys:`",
        ),
        ("bus:\n  endpoint: nonsense", "2: bus.endpoint: 'nonsense': expected ipc:///path or tcp://127.0.0.1:port"),
        ("vehicle:\n  endpoint: tcp://127.0.0.1:99999", "2: vehicle.endpoint: 'tcp://127.0.0.1:99999': expected tcp://address"),
        (f"bus:\n  endpoint: ipc:///{'x' * 107}", "the path is longer than 107 bytes"),
        ('journal:\n  path: "/var/lib/a\\0b"', "2: journal.path: the text has a character that no name can have"),
        ("record: {video: all}", "1: record: video: all needs a folder to record into: `folder` here, or --record"),
        (f"camera:\n  width_px: {'9' * 5000}", "2: camera.width_px: 999999999999999999…: a number of 5000 digits"),
        (f"rules: {'a' * 5000}", "File name too long"),
    ],
)
def test_what_the_service_would_refuse_is_refused_here_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    """Both read the file with the same function; the service has nothing more to say of these."""
    configuration = written(tmp_path, "dms.yaml", text + "\n")
    result = run(configuration)
    assert result.exit_code == EXIT_CONFIGURATION
    assert f"{configuration}:" in result.output
    assert complaint in result.output
    with pytest.raises(ConfigurationError) as refusal:
        load_pack(load_settings(configuration).rules)
    assert complaint in str(refusal.value)


def test_other_machines_may_connect_with_keys_and_the_keys_are_looked_at(tmp_path: Path) -> None:
    text = f"bus:\n  keys: {tmp_path}/keys\n  endpoint: tcp://0.0.0.0:5555\n"
    configuration = written(tmp_path, "dms.yaml", text)
    result = run(configuration)
    assert result.exit_code == EXIT_CONFIGURATION
    assert f"{configuration}:2: bus.keys: {tmp_path}/keys/server.key: not there; `dms keys make` makes it" in result.stderr
    public, secret = zmq.curve_keypair()
    write_server_pair(tmp_path / "keys", KeyPair(public.decode(), secret.decode()))
    begin_list(tmp_path / "keys")
    assert run(configuration).exit_code == 0


def test_a_limits_file_is_known_as_one(tmp_path: Path) -> None:
    limits = written(tmp_path, "limits.yaml", "limits:\n  fatigue.sleep: {recall_min: 0.9}\n")
    assert f"{limits}: limits for 1 kinds of alert" in run(limits).output
    limits.write_text("limits:\n  fatigue.sleep: {recall_min: 9}\n")
    assert f"{limits}:2: limits.fatigue.sleep.recall_min: " in run(limits).output


def test_weights_that_are_not_there_are_told_with_their_line(tmp_path: Path) -> None:
    configuration = written(tmp_path, "dms.yaml", f"source: /dev/video0\nperception:\n  models: {tmp_path}/mine\n")
    result = run(configuration)
    assert result.exit_code == EXIT_CONFIGURATION
    assert f"{configuration}:3: perception.models: {tmp_path}/mine: there is no such folder" in result.output
