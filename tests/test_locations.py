"""Where the service and its users meet without configuration."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dms import locations
from dms.errors import ConfigurationError
from dms.outputs.journal.reader import JournalReader, JournalReadError


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
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.F_OK)
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


def closed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of the service that this user may not enter, as root sees none: everything below is out of reach."""
    directory.mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: not Path(path).is_relative_to(directory))
    monkeypatch.setattr(os, "stat", forbidden_below(directory, os.stat))


def forbidden_below(directory: Path, stat_of: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
    def look(path: Any, **options: Any) -> os.stat_result:
        if not isinstance(path, int) and Path(path).parent == directory:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return stat_of(path, **options)

    return look


def test_who_is_shut_out_of_the_service_uses_places_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    closed(tmp_path / "run-dms", monkeypatch)
    assert locations.default_endpoint() == f"ipc://{tmp_path}/dms/bus"
    closed(tmp_path / "lib-dms", monkeypatch)
    assert locations.default_journal_path() == tmp_path / "home/.local/state/dms/journal.db"


def test_who_only_reads_is_sent_to_the_service_which_shuts_them_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    closed(tmp_path / "run-dms", monkeypatch)
    assert locations.endpoint_to_hear() == f"ipc://{tmp_path}/run-dms/bus"
    closed(tmp_path / "lib-dms", monkeypatch)
    assert locations.journal_to_read() == tmp_path / "lib-dms/journal.db"
    with pytest.raises(JournalReadError, match="only its owner and root may read it"):
        JournalReader(locations.journal_to_read())


def test_who_has_a_bus_and_a_journal_of_their_own_reads_these(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    own = (tmp_path / "dms/bus", tmp_path / "home/.local/state/dms/journal.db")
    for path in own:
        path.parent.mkdir(parents=True)
        path.touch()
    closed(tmp_path / "run-dms", monkeypatch)
    assert locations.endpoint_to_hear() == f"ipc://{own[0]}"
    closed(tmp_path / "lib-dms", monkeypatch)
    assert locations.journal_to_read() == own[1]


def test_a_user_without_a_home_is_told_where_to_say_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container whose user is a number that no list of users knows."""
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    with pytest.raises(ConfigurationError, match=r"user 4000000 has no home; give journal\.path"):
        locations.default_journal_path()
