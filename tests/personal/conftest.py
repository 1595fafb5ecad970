"""What is kept of two people, made once and copied for each test: making it takes the disk seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dms.personal.places import Places
from tests.personal.kept_people import keep_people, places_in


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that tests get a copy of."""
    folder = tmp_path_factory.mktemp("kept")
    keep_people(folder)
    return folder


@pytest.fixture
def places(kept: Path, tmp_path: Path) -> Places:
    """Everything kept of both, in the test's own folder."""
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    return places_in(tmp_path)
