"""`dms keys`: from no keys at all to a client that listens over TCP."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zmq
from zmq.auth import load_certificate

from dms.cli import app
from dms.config.allowed_clients import read_allowed_clients
from dms.config.key_files import read_client_keys, read_server_pair
from dms.errors import EXIT_CONFIGURATION, EXIT_FAILED, EXIT_USAGE, ConfigurationError
from dms.health import Health
from dms.outputs.bus.bus import Bus
from tools.ports import free_port

Dms = Callable[..., tuple[int, str, str]]
STRANGER = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def dms(keys: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Dms:
    """Runs a command with these keys; exit code, standard output, standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dms", *map(str, arguments)])
        with pytest.raises(SystemExit) as ending:
            app.main()
        said = capfd.readouterr()
        return int(ending.value.code or 0), said.out, said.err

    return run


def test_from_no_keys_to_a_client_that_listens(dms: Dms, keys: Path, tmp_path: Path) -> None:
    mine, endpoint = tmp_path / "display.key", f"tcp://127.0.0.1:{free_port()}"
    assert dms("keys", "make", "--keys", keys)[0] == 0
    assert dms("keys", "client", "display", "--output", mine, "--keys", keys)[0] == 0
    bus = Bus(endpoint, "s", keys=keys)
    bus.publish_health(Health(1.0, "ok"))  # repeated for whoever comes later
    try:
        code, out, _ = dms(
            "listen", "--endpoint", endpoint, "--keys", mine, "--topic", "health", "--count", "1", "--timeout", "60"
        )
        assert (code, "health ok" in out) == (0, True)
        code, out, err = dms("listen", "--endpoint", endpoint, "--timeout", "4")
        assert (code, out) == (EXIT_FAILED, "")
        assert "it wants a key and there is none" in err
    finally:
        bus.close()


def test_secrets_are_for_their_owner_alone_whatever_the_umask(dms: Dms, keys: Path, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        dms("keys", "make", "--keys", keys)
        dms("keys", "client", "display", "--output", tmp_path / "display.key", "--keys", keys)
    finally:
        os.umask(before)
    found = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in (keys, *keys.iterdir(), tmp_path / "display.key")}
    assert found == {"keys": "0o700", "server.key": "0o600", "allowed_clients": "0o600", "display.key": "0o600"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")
def test_what_root_makes_belongs_to_the_owner_of_the_folder_who_runs_the_service(dms: Dms, keys: Path, tmp_path: Path) -> None:
    keys.mkdir(mode=0o700)
    os.chown(keys, 4711, 4711)
    dms("keys", "make", "--keys", keys)
    dms("keys", "client", "display", "--output", tmp_path / "display.key", "--keys", keys)
    assert {path.stat().st_uid for path in keys.iterdir()} == {4711}


def test_other_zeromq_libraries_read_the_files(dms: Dms, keys: Path, tmp_path: Path) -> None:
    dms("keys", "make", "--keys", keys)
    dms("keys", "client", "display", "--output", tmp_path / "display.key", "--keys", keys)
    pair = read_client_keys(tmp_path / "display.key").pair
    assert load_certificate(tmp_path / "display.key") == (pair.public.encode(), pair.secret.encode())
    assert zmq.curve_public(pair.secret.encode()).decode() == pair.public


def test_clients_are_allowed_listed_and_revoked_and_remarks_in_the_list_stay(dms: Dms, keys: Path) -> None:
    dms("keys", "make", "--keys", keys)
    assert dms("keys", "allow", "gateway", STRANGER, "--may", "send", "--may", "listen", "--keys", keys)[0] == 0
    listed = keys / "allowed_clients"
    listed.write_text(listed.read_text() + "# bought in May\n")
    _, out, _ = dms("keys", "list", "--keys", keys)
    assert out.splitlines() == [f"service  {read_server_pair(keys).public}", f"gateway  {STRANGER}  listen, send"]
    assert dms("keys", "revoke", "gateway", "--keys", keys)[0] == 0
    assert read_allowed_clients(keys) == ()
    assert "# bought in May\n" in listed.read_text()


REFUSED = [
    (("keys", "make"), EXIT_CONFIGURATION, "server.key: there already"),
    (("keys", "revoke", "nobody"), EXIT_CONFIGURATION, "no client 'nobody'; allowed are: gateway"),
    (("keys", "allow", "gateway", STRANGER[::-1]), EXIT_CONFIGURATION, "a client 'gateway' is allowed already"),
    (("keys", "allow", "other", STRANGER), EXIT_CONFIGURATION, "the key of 'other' is that of 'gateway'"),
    (("keys", "allow", "../x", STRANGER), EXIT_USAGE, "'../x' is no name for a client"),
    (("keys", "client", "../x"), EXIT_USAGE, "'../x' is no name for a client"),
    (("keys", "allow", "x", "short"), EXIT_USAGE, "the public key is not 40 characters of Z85"),
    (("keys", "allow", "x", STRANGER[::-1], "--may", "drive"), EXIT_USAGE, "--may 'drive': expected listen or send"),
]


@pytest.mark.parametrize(("command", "code", "complaint"), REFUSED)
def test_what_makes_no_sense_is_one_message_and_changes_nothing(
    dms: Dms, keys: Path, command: tuple[str, ...], code: int, complaint: str
) -> None:
    dms("keys", "make", "--keys", keys)
    dms("keys", "allow", "gateway", STRANGER, "--keys", keys)
    before = {path: path.read_bytes() for path in keys.iterdir()}
    found, _, err = dms(*command, "--keys", keys)
    assert (found, err.count("\n")) == (code, 1)
    assert complaint in err
    assert {path: path.read_bytes() for path in keys.iterdir()} == before


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("display", "expected a name, a public key"),
        (f"display {STRANGER[:-1]} listen", "the key of 'display' is not 40 characters of Z85"),
        (f"display {STRANGER} everything", "'everything' is nothing that a client may do"),
        (f"-- {STRANGER} listen", "'--' is no name of a client"),
    ],
)
def test_a_mistake_in_the_list_is_named_with_its_line(dms: Dms, keys: Path, line: str, complaint: str) -> None:
    dms("keys", "make", "--keys", keys)
    (keys / "allowed_clients").write_text(f"# mine\n\n{line}\n")
    with pytest.raises(ConfigurationError) as caught:
        read_allowed_clients(keys)
    assert str(caught.value).startswith(f"{keys}/allowed_clients:3: {complaint}")


def test_a_damaged_key_file_is_named_with_its_line(dms: Dms, keys: Path) -> None:
    dms("keys", "make", "--keys", keys)
    path = keys / "server.key"
    path.write_text(path.read_text().replace('secret-key = "', 'secret-key = "!'))
    with pytest.raises(ConfigurationError, match=r"server\.key:5: secret-key: not 40 characters of Z85"):
        read_server_pair(keys)
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigurationError, match=r"server\.key: cannot be read: larger than 1000000 bytes"):
        read_server_pair(keys)
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match=r"server\.key: byte 0xff is not UTF-8"):
        read_server_pair(keys)
    path.write_text("curve\n")
    with pytest.raises(ConfigurationError, match=r"server\.key: there is no public-key in it"):
        read_server_pair(keys)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left in the folder in which the tests run."""
    monkeypatch.chdir(tmp_path)
