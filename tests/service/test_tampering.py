"""Who could turn the monitor down is named before somebody does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dms.config.cabin import cabin_path
from dms.config.settings import SealSettings, Settings
from dms.decision.pack_loader import load_pack, pack_path
from dms.service.checks.finding import Grade
from dms.service.checks.tampering import check_tampering


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A configuration, rules and a cabin that only their owner may write."""
    configuration, rules, cabin = (tmp_path / name for name in ("dms.yaml", "rules.yaml", "cabin.yaml"))
    configuration.write_text("{}\n")
    shutil.copy(pack_path("default"), rules)
    shutil.copy(cabin_path("left_hand_drive"), cabin)
    for path in (configuration, rules, cabin):
        path.chmod(0o644)
    return {"configuration": configuration, "rules": rules, "cabin": cabin}


def settings(files: dict[str, Path], seals: SealSettings | None = None) -> Settings:
    return Settings(rules=str(files["rules"]), cabin=str(files["cabin"]), seals=seals or SealSettings())


def test_files_that_only_their_owner_may_write_are_fine(files: dict[str, Path]) -> None:
    (finding,) = check_tampering(settings(files), files["configuration"])
    assert (finding.grade, finding.detail) == (Grade.OK, "nobody but their owner may alter configuration, rules, cabin")


@pytest.mark.parametrize("name", ["configuration", "rules", "cabin"])
@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_file_that_others_may_write_is_named_with_what_to_do(files: dict[str, Path], name: str, mode: int) -> None:
    files[name].chmod(mode)
    (finding,) = check_tampering(settings(files), files["configuration"])
    assert (finding.grade, finding.detail) == (Grade.WARN, f"more than their owner may alter {files[name]}")
    assert "dms rules seal" in finding.advice


def test_a_sealed_file_may_be_open_to_others_and_the_configuration_may_not(files: dict[str, Path]) -> None:
    files["rules"].chmod(0o666)
    sealed = settings(files, SealSettings(rules=load_pack("default").sha256))
    (finding,) = check_tampering(sealed, files["configuration"])
    assert (finding.grade, "sealed: rules" in finding.detail) == (Grade.OK, True)
    files["configuration"].chmod(0o666)
    (finding,) = check_tampering(sealed, files["configuration"])
    assert (finding.grade, finding.detail) == (Grade.WARN, f"more than their owner may alter {files['configuration']}")
