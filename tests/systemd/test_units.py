"""systemd accepts the unit, finds it well locked, and the user, folders and camera name come out as the README says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

UNITS = Path(__file__).resolve().parents[2] / "systemd"
EXPOSURE_AT_MOST = 1.0


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there: `verify` misses the one that is not installed."""
    program = tmp_path / "dms"
    program.write_text(f"#!{sys.executable}\n")
    program.chmod(0o755)
    path = tmp_path / "dms.service"
    path.write_text((UNITS / "dms.service").read_text().replace("ExecStart=dms ", f"ExecStart={program} "))
    return path


def test_systemd_accepts_the_unit_without_a_word(unit: Path) -> None:
    answer = subprocess.run([tool("systemd-analyze"), "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_the_unit_is_well_locked(unit: Path) -> None:
    command = [
        tool("systemd-analyze"),
        "security",
        "--offline=true",
        "--no-pager",
        f"--threshold={EXPOSURE_AT_MOST * 10:.0f}",
        str(unit),
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    exposure = re.search(r"Overall exposure level for dms.service: ([\d.]+)", answer.stdout)
    assert exposure is not None
    assert float(exposure.group(1)) <= EXPOSURE_AT_MOST


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Type=notify", "systemd waits until the networks are warm"),
        ("WatchdogSignal=SIGABRT", "the stack of a hang goes to the journal"),
        ("RestartPreventExitStatus=78", "a wrong configuration is no reason to start again and again"),
        ("DeviceAllow=char-video4linux rw", "the camera can be opened"),
        ("StateDirectoryMode=0700", "what is kept of a driver is for the service alone"),
        ("RuntimeDirectoryMode=0750", "the group may reach the sockets"),
        ('ExecReload=sh -c "kill -HUP $MAINPID"', "a small system has no kill but the shell's"),
    ],
)
def test_the_unit_keeps_what_the_service_relies_on(line: str, why: str) -> None:
    assert line in (UNITS / "dms.service").read_text().splitlines(), why


def test_nothing_in_the_unit_stops_the_networks() -> None:
    settings = [line for line in (UNITS / "dms.service").read_text().splitlines() if not line.startswith("#")]
    assert not [line for line in settings if line.startswith(("MemoryDenyWriteExecute", "ProcSubset", "PrivateDevices"))]


@pytest.mark.skipif(os.geteuid() != 0, reason="giving folders to another user takes root")
def test_user_and_folders_are_made_in_an_empty_system(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    root = f"--root={tmp_path}"
    subprocess.run([tool("systemd-sysusers"), root, UNITS / "dms.sysusers.conf"], check=True, capture_output=True)
    subprocess.run([tool("systemd-tmpfiles"), "--create", root, UNITS / "dms.tmpfiles.conf"], check=True, capture_output=True)
    users = dict(line.split(":", 1) for line in (tmp_path / "etc/passwd").read_text().splitlines())
    for folder in (tmp_path / "var/lib/dms", tmp_path / "etc/dms/keys"):
        assert folder.stat().st_uid == int(users["dms"].split(":")[1])
        assert folder.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "etc/dms").stat().st_mode & 0o777 == 0o755


def test_nothing_ages_but_by_the_rules_of_the_service_which_protects_what_is_marked() -> None:
    lines = [line.split() for line in (UNITS / "dms.tmpfiles.conf").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if len(line) > 5 and line[5] != "-"] == []


def test_the_paper_that_the_unit_names_is_installed_with_it() -> None:
    (named,) = re.findall(r"^Documentation=file:///usr/share/doc/dms/(.*)$", (UNITS / "dms.service").read_text(), re.MULTILINE)
    build = tomllib.loads((UNITS.parent / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    laid_out = build["targets"]["wheel"]["shared-data"].values()
    assert (UNITS.parent / named).is_file()
    assert any(f"share/doc/dms/{named}".startswith(place) for place in laid_out)


def test_udev_accepts_the_camera_rule() -> None:
    udevadm = tool("udevadm")
    if "verify" not in subprocess.run([udevadm, "--help"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("this udevadm has no verify")
    subprocess.run([udevadm, "verify", UNITS / "99-dms-camera.rules"], check=True, capture_output=True)


def test_every_part_of_a_camera_rule_is_a_match_or_an_assignment() -> None:
    rules = [line.removeprefix("# ") for line in (UNITS / "99-dms-camera.rules").read_text().splitlines() if "SUBSYSTEM" in line]
    assert len(rules) == 3
    for rule in rules:
        assert all(re.fullmatch(r'[A-Z]+(\{\w+\})?(==|!=|\+=|=)"[^"]*"', part) for part in rule.split(", ")), rule
        assert rule.endswith('SYMLINK+="dms-cam"')
