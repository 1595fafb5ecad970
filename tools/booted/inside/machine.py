"""Asking the system and the service, and waiting for them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.booted.checking import CheckFailed, expect
from tools.booted.places import CONFIGURATION, DRIVE, PACK

UNIT = "dms.service"
MEMBER, STRANGER = "member", "stranger"
"""Users: one in the group dms, one who is not."""
PATIENCE_S = 120.0
"""How long anything may take on a busy machine."""


def run(*command: str | Path, user: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as `user` if one is given."""
    words = [*(["runuser", "-u", user, "--"] if user else []), *map(str, command)]
    return subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=300, cwd="/")


def succeed(*command: str | Path, user: str | None = None) -> str:
    """What a command printed.

    Raises:
        CheckFailed: its exit code was not 0.
    """
    answer = run(*command, user=user)
    said = (answer.stdout + answer.stderr).strip()
    expect(answer.returncode == 0, f"{' '.join(map(str, command))}: exit code {answer.returncode}: {said[-1500:]}")
    return answer.stdout.strip()


def show(name: str) -> str:
    """A property of the service, as `systemctl show` says it."""
    return succeed("systemctl", "show", UNIT, f"--property={name}", "--value")


def wait_for(condition: Callable[[], object], what: str) -> float:
    """Wait until `condition` is true; returns the seconds that it took.

    Raises:
        CheckFailed: it never was; the message is `what` and how the service is.
    """
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > PATIENCE_S:
            raise CheckFailed(f"not within {PATIENCE_S:.0f} s: {what}; {state()}")
        time.sleep(0.1)
    return time.monotonic() - began


def state() -> str:
    """How the service is, in one line."""
    names = ("ActiveState", "SubState", "Result", "ExecMainStatus", "NRestarts", "StatusText")
    return " ".join(f"{name}={show(name)}" for name in names)


def main_pid() -> int | None:
    """The process of the service; None if there is none."""
    return int(show("MainPID")) or None


def send(number: signal.Signals) -> int:
    """Send a signal to the service; returns the process that it was sent to.

    Raises:
        CheckFailed: it has no process.
    """
    process = main_pid()
    if process is None:
        raise CheckFailed(f"no process to send {number.name} to; {state()}")
    os.kill(process, number)
    return process


def wait_for_another(process: int) -> None:
    """Wait until the service watches again, as another process than this one."""
    wait_for(lambda: main_pid() not in (None, process) and is_watching(), "another process that watches")


def is_watching() -> bool:
    """Whether the service is ready and takes pictures."""
    return show("ActiveState") == "active" and "watching" in show("StatusText")


def start_watching() -> float:
    """Start the service afresh on the drive; returns the seconds until it was ready."""
    run("systemctl", "reset-failed", UNIT)
    began = time.monotonic()
    succeed("systemctl", "restart", UNIT)
    return time.monotonic() - began


def configure(**changed: str) -> None:
    """Write a configuration that plays the drive; `changed` are lines that replace those of the same key."""
    lines = {
        "source": str(DRIVE),
        "rules": str(PACK),
        "vehicle": "{endpoint: 'ipc:///run/dms/vehicle', assume_speed_kph: 60}",
        "record": "{folder: /var/lib/dms/drives, video: all}",
        **changed,
    }
    CONFIGURATION.write_text("# changed by the owner\n" + "".join(f"{key}: {value}\n" for key, value in lines.items()))


def health(user: str = MEMBER) -> dict[str, Any]:
    """The next health message, as a subscriber gets it."""
    heard = succeed("dms", "listen", "--topic", "health", "--json", "--count", "1", "--timeout", str(PATIENCE_S), user=user)
    message: dict[str, Any] = json.loads(heard.splitlines()[-1])
    return message


def log() -> str:
    """All that the service and systemd have written about it."""
    return succeed("journalctl", "--unit", UNIT, "--no-pager", "--output=cat", "--boot")


def make_users() -> None:
    """Two users of the machine, who are strangers both while there is no group dms."""
    for user in (MEMBER, STRANGER):
        succeed("useradd", "--create-home", user)
