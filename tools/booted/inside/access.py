"""Who may do what: the service's user, members of the group dms, and everybody else."""

from __future__ import annotations

import stat
from pathlib import Path

from tools.booted.checking import expect
from tools.booted.inside.machine import MEMBER, STRANGER, health, run, start_watching, succeed, wait_for
from tools.booted.places import CONFIGURATION, JOURNAL, PROGRAM, RUNTIME, STATE

SENDS_SPEED = """
import time, zmq
socket = zmq.Context.instance().socket(zmq.PUSH)
socket.connect("ipc:///run/dms/vehicle")
for _ in range(20):
    socket.send_json({"topic": "vehicle", "speed_kph": 50.0})
    time.sleep(0.1)
socket.close(linger=1000)
"""


def what_is_kept_of_a_driver_is_for_the_service_alone() -> str:
    start_watching()
    wait_for(lambda: JOURNAL.is_file() and any(STATE.glob("drives/*.mcap*")), "a journal and a recording")
    found = [STATE, *STATE.rglob("*")]
    wrong = [
        f"{path} {_described(path)}"
        for path in found
        if _described(path) != ("drwx------ dms:dms" if path.is_dir() else "-rw------- dms:dms")
    ]
    expect(not wrong, "; ".join(wrong))
    return f"{len(found)} files and folders in {STATE}, 0600 and 0700"


def sockets_are_for_the_group() -> str:
    expect(_described(RUNTIME) == "drwxr-x--- dms:dms", f"{RUNTIME} {_described(RUNTIME)}")
    found = {path.name: _described(path) for path in RUNTIME.iterdir()}
    sockets = {name: mode for name, mode in found.items() if mode.startswith("s")}
    expect(set(sockets.values()) == {"srwxrwx--- dms:dms"} and {"bus", "vehicle"} <= set(sockets), str(found))
    expect(all(mode.endswith("--- dms:dms") for mode in found.values()), f"something is open to others: {found}")
    return ", ".join(f"{name} {mode}" for name, mode in sorted(found.items()))


def only_root_may_change_program_and_configuration() -> str:
    installed = succeed("dpkg", "--listfiles", "dms").splitlines()
    found = [path for path in map(Path, installed) if path != Path("/.")]
    wrong = [f"{path} {_described(path)}" for path in found if not path.is_symlink() and not _only_root_writes(path)]
    missing = [str(path) for path in found if not path.exists()]
    expect(not wrong and not missing, f"writable: {wrong[:5]}; missing: {missing[:5]}")
    expect(_described(CONFIGURATION) == "-rw-r--r-- root:root", f"{CONFIGURATION} {_described(CONFIGURATION)}")
    return f"{len(found)} files and folders"


def a_stranger_cannot_read_the_journal() -> str:
    expect(run("cat", JOURNAL, user=STRANGER).returncode != 0, f"{STRANGER} read {JOURNAL}")
    answer = run("dms", "events", user=STRANGER)
    expect(answer.returncode == 1 and "Traceback" not in answer.stderr, f"exit code {answer.returncode}: {answer.stderr[-600:]}")
    return answer.stderr.strip()


def a_stranger_cannot_hear_the_bus() -> str:
    answer = run("dms", "listen", "--endpoint", f"ipc://{RUNTIME}/bus", "--timeout", "3", user=STRANGER)
    expect(answer.returncode == 1 and "Traceback" not in answer.stderr, f"exit code {answer.returncode}: {answer.stderr[-600:]}")
    guessed = run("dms", "listen", "--timeout", "1", user=STRANGER)
    expect("Traceback" not in guessed.stderr, guessed.stderr[-600:])
    return " | ".join(answer.stderr.strip().splitlines())


def a_member_of_the_group_hears_the_bus() -> str:
    start_watching()
    message = health(MEMBER)
    return f"status {message['status']}, {message['fps']:.0f} frames a second, {message['rss_mib']:.0f} MiB"


def a_member_of_the_group_tells_the_speed() -> str:
    python = PROGRAM / "bin/python3"
    before = health()["vehicle"]["accepted"]
    succeed(python, "-c", SENDS_SPEED, user=MEMBER)
    wait_for(lambda: health()["vehicle"]["accepted"] > before, "accepted messages in the health message")
    return f"{health()['vehicle']['accepted'] - before} messages accepted"


def a_member_of_the_group_cannot_read_the_journal() -> str:
    answer = run("dms", "events", user=MEMBER)
    expect(answer.returncode == 1 and "Traceback" not in answer.stderr, f"exit code {answer.returncode}: {answer.stderr[-600:]}")
    return answer.stderr.strip()


def the_service_user_reads_the_journal() -> str:
    lines = succeed("dms", "events", "--drives", user="dms").splitlines()
    expect(len(lines) > 1, "no drive in it")
    return f"{len(lines) - 1} drives"


def _described(path: Path) -> str:
    status = path.lstat()
    return f"{stat.filemode(status.st_mode)} {path.owner()}:{path.group()}"


def _only_root_writes(path: Path) -> bool:
    status = path.lstat()
    return status.st_uid == 0 and not status.st_mode & 0o022


CHECKS = (
    what_is_kept_of_a_driver_is_for_the_service_alone,
    sockets_are_for_the_group,
    only_root_may_change_program_and_configuration,
    a_stranger_cannot_read_the_journal,
    a_stranger_cannot_hear_the_bus,
    a_member_of_the_group_hears_the_bus,
    a_member_of_the_group_tells_the_speed,
    a_member_of_the_group_cannot_read_the_journal,
    the_service_user_reads_the_journal,
)
