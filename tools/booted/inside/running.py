"""The service as it should be: ready, confined, well, and able to change its rules."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools.booted.checking import CheckFailed, NotHere, expect
from tools.booted.inside.machine import (
    MEMBER,
    configure,
    health,
    is_watching,
    log,
    main_pid,
    run,
    show,
    start_watching,
    state,
    succeed,
    wait_for,
)
from tools.booted.places import CONFIGURATION, PACK, PROGRAM

SHIPPED_PACK = next(PROGRAM.glob("lib/python3*/site-packages/dms/_data/rules/default.yaml"), PROGRAM / "no pack")
NOT_SET = ("[not set]", "", str(2**64 - 1), "infinity")


def ready_on_a_drive() -> str:
    """Type=notify: `systemctl restart` returns when the service says READY=1."""
    succeed("usermod", "--append", "--groups", "dms", MEMBER)
    shutil.copy(next(PROGRAM.glob("lib/python3*/site-packages/dms/_data/rules/default.yaml")), PACK)
    PACK.chmod(0o644)
    configure()
    took_s = start_watching()
    expect(show("ActiveState") == "active" and show("SubState") == "running", state())
    wait_for(is_watching, "a status that says what is watched")
    return f"after {took_s:.1f} s; {show('StatusText')}"


def the_documentation_that_the_unit_names_is_there() -> str:
    named = show("Documentation")
    path = Path(named.removeprefix("file://"))
    expect(path.is_file(), f"{named} is not there")
    return named


def configuration_and_packs_pass_dms_check() -> str:
    return succeed("dms", "check").splitlines()[0]


def dms_doctor_passes_as_the_service_user() -> str:
    answer = run("dms", "doctor", user="dms")
    lines = answer.stdout.splitlines()
    faults = [line for line in lines if line.startswith(("fail", "warn"))]
    expect(answer.returncode == 0 and lines, "; ".join(faults) or answer.stderr[-800:])
    return lines[-1] + (f" ({'; '.join(faults)})" if faults else "")


def confined() -> str:
    """Seccomp, no new privileges, no capabilities, not root: as the kernel sees it, not as the unit says it."""
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{main_pid()}/status").read_text().splitlines() if ":\t" in line)
    expect(status["Uid"].split()[0] != "0", "it runs as root")
    found = {name: status[name].strip() for name in ("Seccomp", "NoNewPrivs", "CapEff", "CapBnd")}
    nothing = "0" * 16
    expect(found == {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": nothing, "CapBnd": nothing}, str(found))
    exposure = re.search(r"exposure level for .*: ([\d.]+)", succeed("systemd-analyze", "security", "--no-pager", "dms.service"))
    expect(exposure, "systemd-analyze names no exposure")
    return "seccomp, no new privileges, no capabilities" + (f"; exposure {exposure[1]}" if exposure else "")


def no_network_in_the_service() -> str:
    devices = Path(f"/proc/{main_pid()}/net/dev").read_text().splitlines()[2:]
    names = [line.split(":")[0].strip() for line in devices]
    expect(names == ["lo"], f"it sees {names}")
    return "it sees nothing but its own loopback"


def memory_is_limited() -> str:
    limit, used = show("MemoryMax"), show("MemoryCurrent")
    expect(limit.isdigit() and int(limit) == 600 * 2**20, f"MemoryMax is {limit}")
    if used in NOT_SET:
        raise NotHere(f"systemd has no memory accounting on this machine; the unit asks for {int(limit) >> 20} MiB")
    expect(int(used) < int(limit), f"{used} of {limit} bytes")
    return f"{int(used) >> 20} of {int(limit) >> 20} MiB"


def a_changed_pack_is_taken_on_reload() -> str:
    start_watching()
    before = health()["rules"]["sha256"]
    PACK.write_text(PACK.read_text() + "\n# a driver school's copy\n")
    succeed("systemctl", "reload", "dms")
    wait_for(lambda: health()["rules"]["sha256"] != before, "the new pack in the health message")
    return f"sha256 {before[:12]} gave way to {health()['rules']['sha256'][:12]}"


def a_wrong_pack_is_refused_and_the_old_one_stays() -> str:
    start_watching()  # a drive lasts little more than a minute
    before, pid, good = health()["rules"]["sha256"], main_pid(), PACK.read_text()
    PACK.write_text(good.replace("rules:", "rulez:", 1))
    try:
        succeed("systemctl", "reload", "dms")
        wait_for(lambda: health()["rules"]["refused"], "the refusal in the health message")
        after = health()["rules"]
    finally:
        PACK.write_text(good)
    expect(after["sha256"] == before and main_pid() == pid, f"{after}; {state()}")
    expect(f"{PACK}:" in log(), "the log does not name the file and its line")
    return str(after["refused"]).splitlines()[0]


def a_wrong_configuration_ends_with_78_and_is_not_retried() -> str:
    good = CONFIGURATION.read_text()
    CONFIGURATION.write_text(good + "cabine: left_hand_drive\n")
    began = show("NRestarts")
    answer = run("systemctl", "restart", "dms")
    expect(answer.returncode != 0, "systemctl restart succeeded")
    try:
        wait_for(lambda: show("ActiveState") == "failed", "a failed service")
        expect(show("ExecMainStatus") == "78" and show("NRestarts") in (began, "0"), state())
        line = next((line for line in log().splitlines()[::-1] if f"{CONFIGURATION}:" in line), None)
    finally:
        CONFIGURATION.write_text(good)
    if line is None:
        raise CheckFailed("the log does not name the file and its line")
    return line


CHECKS = (
    ready_on_a_drive,
    the_documentation_that_the_unit_names_is_there,
    configuration_and_packs_pass_dms_check,
    dms_doctor_passes_as_the_service_user,
    confined,
    no_network_in_the_service,
    memory_is_limited,
)
RELOADS = (
    a_changed_pack_is_taken_on_reload,
    a_wrong_pack_is_refused_and_the_old_one_stays,
    a_wrong_configuration_ends_with_78_and_is_not_retried,
)
