"""The source distribution holds all that a checkout does, so that whoever packages dms can run its tests."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALWAYS = frozenset({"pyproject.toml", "LICENSE", ".gitignore"})
"""What hatchling puts in of itself."""


def test_everything_that_git_keeps_is_in_the_source_distribution() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout, so this is a source distribution already")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    kept = {PurePosixPath(path).parts[0] for path in listed}
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    patterns = [pattern.removeprefix("/") for pattern in build["targets"]["sdist"]["include"]]
    assert {name for name in kept - ALWAYS if not any(PurePosixPath(name).match(pattern) for pattern in patterns)} == set()
    assert "exclude" not in build
    assert "exclude" not in build["targets"]["sdist"]
