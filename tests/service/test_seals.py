"""A driver who may write to the pack's file turns nothing down: what the configuration seals is refused once it is altered."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from dms.cli.app import app
from dms.config.cabin import cabin_path, load_cabin
from dms.config.settings import Settings
from dms.config.yaml_loader import load
from dms.decision.pack_loader import load_pack, pack_path
from dms.errors import EXIT_CONFIGURATION, ConfigurationError
from dms.outputs.journal import Journal
from dms.service.rules_in_force import RulesInForce

PATIENCE_S = 60.0
Refused = Callable[..., Any]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(pack_path("research-perclos").read_text().replace("pack: research-perclos", "pack: mine"))
    return path


@pytest.fixture
def cabin(tmp_path: Path) -> Path:
    return Path(shutil.copy(cabin_path("left_hand_drive"), tmp_path / "cabin.yaml"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def soften(path: Path) -> None:
    """Alter a file so that it is still valid."""
    path.write_text(path.read_text() + "# a little gentler\n")


def test_an_altered_pack_is_refused_at_the_start_and_both_hashes_are_named(pack: Path, refused: Refused) -> None:
    sealed = sha256(pack)
    soften(pack)
    refusal = refused("--source", "nowhere.mp4", settings={"rules": str(pack), "seals": {"rules": sealed}})
    assert refusal.exit_code == EXIT_CONFIGURATION
    assert f"dms: {pack}: not the content that the configuration seals (seals.rules)" in refusal.message
    assert f"its sha256 is {sha256(pack)}, sealed is {sealed}" in refusal.message


def test_an_altered_cabin_is_refused_as_well(cabin: Path, refused: Refused) -> None:
    sealed = sha256(cabin)
    soften(cabin)
    refusal = refused("--source", "nowhere.mp4", settings={"cabin": str(cabin), "seals": {"cabin": sealed}})
    assert refusal.exit_code == EXIT_CONFIGURATION
    assert f"{cabin}: not the content that the configuration seals (seals.cabin)" in refusal.message


def test_another_pack_on_the_command_line_does_not_get_around_the_seal(pack: Path, refused: Refused) -> None:
    settings = {"rules": str(pack), "seals": {"rules": sha256(pack)}}
    refusal = refused("--source", "nowhere.mp4", "--rules", "awareness-countdown", settings=settings)
    assert refusal.exit_code == EXIT_CONFIGURATION
    assert "seals.rules" in refusal.message


def test_an_altered_pack_is_refused_on_reload_and_the_old_one_stays_in_force(pack: Path, tmp_path: Path) -> None:
    before, sealed = load_pack(str(pack)), sha256(pack)
    with closing(Journal(tmp_path / "journal.db")) as journal:
        journal.begin_drive(session="s", source="cam", pack="mine", pack_sha256="", models_sha256="", config_sha256="")
        rules = RulesInForce(str(pack), before, journal, sealed)
        soften(pack)
        rules.begin_reload()
        give_up = time.monotonic() + PATIENCE_S
        while rules.is_checking and time.monotonic() < give_up:
            assert rules.take_reloaded(1.0) is None
            time.sleep(0.01)
        assert rules.pack is before
        assert f"{pack}: not the content that the configuration seals" in (rules.health().refused or "")
        pack.write_text(before.text)
        rules.begin_reload()
        while rules.is_checking and time.monotonic() < give_up:
            rules.take_reloaded(1.0)
            time.sleep(0.01)
        assert rules.health().refused is None


def test_what_dms_rules_seal_prints_is_what_the_configuration_takes(pack: Path, cabin: Path, tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, ["rules", "seal", str(pack), "--cabin", str(cabin)]).stdout
    assert yaml.safe_load(printed) == {"seals": {"rules": sha256(pack), "cabin": sha256(cabin)}}
    configuration = tmp_path / "dms.yaml"
    configuration.write_text(f"{printed}rules: {pack}\ncabin: {cabin}\n")
    seals = load(Settings, configuration).seals
    assert load_pack(str(pack), seal=seals.rules).name == "mine"
    assert load_cabin(cabin, seal=seals.cabin).name == "left-hand drive"
    checked = CliRunner().invoke(app, ["check", str(configuration)])
    assert "rules 'mine' (sealed)" in checked.stdout
    soften(pack)
    checked = CliRunner().invoke(app, ["check", str(configuration)])
    assert checked.exit_code == EXIT_CONFIGURATION
    assert f"{configuration}:4: rules: " in checked.stderr
    assert "seals.rules" in checked.stderr


def test_dms_check_says_the_hash_that_sha256sum_prints(pack: Path, cabin: Path) -> None:
    said = CliRunner().invoke(app, ["check", str(pack), str(cabin)]).stdout
    assert f"sha256 {sha256(pack)}" in said
    assert f"sha256 {sha256(cabin)}" in said


@pytest.mark.parametrize("seal", ["abc", "A" * 64, 7])
def test_a_seal_that_is_no_hash_is_a_mistake_with_its_line(seal: object, tmp_path: Path) -> None:
    path = tmp_path / "dms.yaml"
    path.write_text(f"seals:\n  rules: {seal}\n")
    with pytest.raises(ConfigurationError, match=r"dms\.yaml:2: seals\.rules"):
        load(Settings, path)
