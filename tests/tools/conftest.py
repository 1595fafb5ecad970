"""One studio for all tests that render; without a headless OpenGL or the assets they are skipped and say why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import need
from tools.render.assets import load_head
from tools.render.canvas import create_context
from tools.render.heads import HeadModel
from tools.render.scene import Studio

os.environ.setdefault("LP_NUM_THREADS", "1")
ASSETS = Path(os.environ.get("DMS_RENDER_ASSETS", Path(__file__).parents[3] / "shared" / "assets"))


@pytest.fixture(scope="session")
def assets_folder() -> Path:
    found = (ASSETS / "ict_facekit").exists()
    need("renderer", None if found else f"no rendering assets in {ASSETS}; set DMS_RENDER_ASSETS")
    return ASSETS


@pytest.fixture(scope="session")
def head(assets_folder: Path) -> HeadModel:
    return HeadModel(load_head(assets_folder))


@pytest.fixture(scope="session")
def studio(assets_folder: Path) -> Iterator[Studio]:
    try:
        context = create_context()
    except Exception as problem:  # moderngl raises a plain Exception when EGL is missing
        need("renderer", f"no headless OpenGL (Debian: libegl1, libgl1-mesa-dri): {problem}")
        raise
    yield Studio(assets_folder, context)
    context.release()
