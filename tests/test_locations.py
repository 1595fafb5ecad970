"""Where the service and its users meet without configuration."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from dms import locations
from dms.errors import ConfigurationError


@pytest.fixture(autouse=True)
def nobody_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the service, for a user without any directories."""
    monkeypatch.setattr(locations, "SERVICE_RUNTIME_DIRECTORY", tmp_path / "run-dms")
    monkeypatch.setattr(locations, "SERVICE_STATE_DIRECTORY", tmp_path / "lib-dms")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


def test_the_service_publishes_where_systemd_made_it_a_place(tmp_path: Path) -> None:
    (tmp_path / "run-dms").mkdir()
    assert locations.default_endpoint() == f"ipc://{tmp_path}/run-dms/bus"


def test_a_subscriber_that_may_not_write_there_still_finds_the_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run-dms").mkdir()
    (tmp_path / "run-dms" / "bus").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert locations.default_endpoint() == f"ipc://{tmp_path}/run-dms/bus"


def test_a_person_at_a_desk_uses_their_own_runtime_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert locations.default_endpoint() == f"ipc://{tmp_path}/dms/bus"


def test_without_one_it_is_a_private_temporary_directory(tmp_path: Path) -> None:
    directory = tmp_path / f"dms-{os.getuid()}"
    assert locations.default_endpoint() == f"ipc://{directory}/bus"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert locations.default_endpoint() == f"ipc://{directory}/bus"


@pytest.mark.parametrize("trap", ["link", "open to all"])
def test_a_temporary_directory_that_others_prepared_is_refused(tmp_path: Path, trap: str) -> None:
    directory = tmp_path / f"dms-{os.getuid()}"
    if trap == "link":
        (tmp_path / "elsewhere").mkdir()
        directory.symlink_to(tmp_path / "elsewhere")
    else:
        directory.mkdir()
        directory.chmod(0o777)
    with pytest.raises(ConfigurationError, match="not a private directory"):
        locations.default_endpoint()


@pytest.mark.parametrize(
    ("variables", "made", "expected"),
    [
        pytest.param({"STATE_DIRECTORY": "/var/lib/dms:/var/lib/other"}, None, "/var/lib/dms/journal.db", id="under systemd"),
        pytest.param({}, "lib-dms", "{tmp}/lib-dms/journal.db", id="on the service's machine"),
        pytest.param({"XDG_STATE_HOME": "/state"}, None, "/state/dms/journal.db", id="a person with a state directory"),
        pytest.param({}, None, "{tmp}/home/.local/state/dms/journal.db", id="a person without"),
    ],
)
def test_the_journal_lies_where_its_user_keeps_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], made: str | None, expected: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if made:
        (tmp_path / made).mkdir()
    assert str(locations.default_journal_path()) == expected.format(tmp=tmp_path)
