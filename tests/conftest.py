"""What every test shares."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

# The process that starts the workers reads this first. The threads of NumPy and PyTorch spin while they wait for each other, and
# those of several workers would wait for processors that the others spin on.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import pytest
from hypothesis import settings

# OpenCV reads how talkative it may be once a process, at the first video: no test may open one before this is set.
import dms.capture.opencv  # noqa: F401

# What a test writes lies in memory where there is room: the disk of a busy machine was measured to take 13 ms to say that it has
# a page, and tests are about what is written when.
MEMORY, ROOM_BYTES = Path("/dev/shm"), 2 << 30
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# A busy machine is no failure: the suite never judges by the clock.
settings.register_profile("dms", deadline=None)
settings.load_profile("dms")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Tests and libraries stay to the end: looking through them for garbage took a third of the time that collecting takes."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules that ask for more time begin first: at the end, the other workers would wait for them."""
    long = {item.path for item in items if item.get_closest_marker("timeout")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A command that is run in this process sets up the log for itself: the next test shall find it as this one did."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture(autouse=True)
def _umask_as_it_was() -> Iterator[None]:
    """`dms run` in this process makes the files that follow private: those of the next test shall be what the test says."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def null_device(tmp_path: Path) -> Path:
    """A device like `/dev/null`, which nobody misses if a fault takes it away; the real one where this user can do it no harm."""
    if os.geteuid() != 0:
        return Path("/dev/null")
    folder = tmp_path / "dev"
    folder.mkdir()
    try:
        os.mknod(folder / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("this root may make no devices")
    return folder / "null"
