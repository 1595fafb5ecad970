"""What is kept is found again, until anything it follows from changes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dms.drives.tuning import cue_source, tuning
from dms.kept_key import code_sha256, file_sha256, kept_key
from dms.videos import kept_observations


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that is not part of dms."""
    package = tmp_path / "glance_counter"
    (package / "inner").mkdir(parents=True)
    for name in ("__init__.py", "inner/__init__.py", "inner/counting.py"):
        (package / name).write_text("AWAY_DEG = 15\n")
    monkeypatch.syspath_prepend(tmp_path)
    return package


def test_a_key_lasts_until_the_file_the_code_or_a_setting_changes(tmp_path: Path, code: Path) -> None:
    drive = tmp_path / "drive.jsonl"
    drive.write_text("{}\n")
    modules = ("glance_counter",)
    first = kept_key([drive], modules, "left_hand_drive", None)
    assert kept_key([drive], modules, "left_hand_drive", None) == first
    assert kept_key([drive], modules, "right_hand_drive", None) != first
    assert kept_key([drive], ("glance_counter.inner",), "left_hand_drive", None) != first
    drive.write_text("{}\n{}\n")
    second = kept_key([drive], modules, "left_hand_drive", None)
    assert second != first
    code_sha256.cache_clear()
    (code / "inner" / "counting.py").write_text("AWAY_DEG = 20\n")
    assert kept_key([drive], modules, "left_hand_drive", None) != second
    assert "glance_counter.inner.counting" not in sys.modules


def test_the_name_of_a_file_does_not_matter(tmp_path: Path) -> None:
    for name in ("monday.jsonl", "copy of monday.jsonl"):
        (tmp_path / name).write_text("{}\n")
    assert file_sha256(tmp_path / "monday.jsonl") == file_sha256(tmp_path / "copy of monday.jsonl")


def test_a_module_that_was_moved_is_an_error_and_not_a_key_without_it() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"dms\.drives\.monitor"):
        code_sha256(("dms.fusion", "dms.drives.monitor"))


@pytest.mark.parametrize(
    "modules",
    [cue_source.CODE, cue_source.VIDEO_CODE, tuning.CODE, kept_observations._CODE],
    ids=["cues", "video", "rules", "seen"],
)
def test_every_module_that_a_key_names_exists(modules: tuple[str, ...]) -> None:
    assert len(code_sha256(modules)) == 64
