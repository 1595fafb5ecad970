"""Whatever lies where a file is expected neither holds up nor fills up whoever reads it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from dms.bounded import open_file, read_at_most
from dms.capture import open_source
from dms.capture.pictures import read_picture
from dms.config.cabin import load_cabin
from dms.config.key_files import read_server_pair
from dms.config.settings import load_settings
from dms.decision.pack_loader import load_pack
from dms.drives.labels.elan import read_eaf
from dms.drives.labels.labels import read_labels
from dms.drives.scoring.limits import load_limits
from dms.drives.tuning.space import read_space_file
from dms.errors import DmsError
from dms.outputs.journal.reader import JournalReader
from dms.perception.manifest import load_manifest
from dms.recording.images import images_of
from dms.recording.jsonl import JsonlDrive
from dms.recording.mcap_reader import McapDrive
from dms.service.calibration_store import CalibrationStore

READINGS: dict[str, Callable[[Path], object]] = {
    "dms.yaml": load_settings,
    "pack.yaml": lambda path: load_pack(str(path)),
    "cabin.yaml": load_cabin,
    "limits.yaml": load_limits,
    "space.yaml": read_space_file,
    "manifest.yaml": lambda path: load_manifest(path.parent),
    "server.key": lambda path: read_server_pair(path.parent),
    "calibration.json": lambda path: CalibrationStore(path).read(),
    "drive.labels.csv": read_labels,
    "drive.eaf": read_eaf,
    "drive.jsonl": lambda path: list(JsonlDrive(path)),
    "drive.jsonl.gz": lambda path: list(JsonlDrive(path)),
    "drive.mcap": lambda path: list(McapDrive(path)),
    "pictures.mcap": lambda path: list(images_of(path)),
    "picture.png": read_picture,
    "video.mp4": lambda path: open_source(path).close(),
    "journal.db": lambda path: JournalReader(path).close(),
}


@pytest.mark.parametrize("name", READINGS)
def test_a_pipe_nobody_writes_to_is_refused_at_once(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name, 0o600)
    with pytest.raises(DmsError, match="a named pipe, not a file") as refused:
        READINGS[name](tmp_path / name)
    assert str(tmp_path / name) in str(refused.value)


@pytest.mark.parametrize("name", READINGS)
def test_a_device_without_end_is_refused_at_once(name: str, tmp_path: Path) -> None:
    (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(DmsError, match="a device, not a file"):
        READINGS[name](tmp_path / name)


def test_a_socket_and_a_folder_are_no_files(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        with pytest.raises(OSError, match="a socket, not a file"):
            open_file(tmp_path / "socket")
    with pytest.raises(IsADirectoryError):
        open_file(tmp_path)


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_a_file_is_read_up_to_its_limit(size: int, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(size)))
    assert read_at_most(tmp_path / "file", 10) == bytes(range(size))


def test_a_file_beyond_the_limit_is_refused_however_large_it_claims_to_be(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="larger than 10 bytes") as refused:
        read_at_most(tmp_path / "file", 10)
    assert refused.value.filename == str(tmp_path / "file")


def test_what_the_kernel_makes_up_while_it_is_read_is_bounded_as_well() -> None:
    made_up = Path("/proc/self/status")
    assert made_up.stat().st_size == 0
    assert b"VmRSS" in read_at_most(made_up, 1 << 20)
    with pytest.raises(OSError, match="larger than 100 bytes"):
        read_at_most(made_up, 100)
