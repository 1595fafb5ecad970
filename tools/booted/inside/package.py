"""The package's life: installed, upgraded, removed, purged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tools.booted.checking import expect
from tools.booted.inside.machine import UNIT, make_users, run, show, state, succeed, wait_for
from tools.booted.places import CHECKS as OURS
from tools.booted.places import CONFIGURATION, JOURNAL, NEWER, PACKAGE, PROGRAM, STATE

SYSTEM_OWN = ("/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/var/log", "/var/cache", "/root")  # noqa: S108 - compared
VOLATILE = frozenset(Path(folder) for folder in SYSTEM_OWN) | {OURS}
_before: set[Path] = set()


def installs() -> str:
    make_users()
    _before.update(_files())
    succeed("dpkg", "--install", PACKAGE)
    return succeed("dpkg-query", "--show", "dms").replace("\t", " ")


def enabled_and_started_without_a_camera() -> str:
    """The shipped configuration names a camera that is not there; the service says so and waits for it."""
    expect(show("UnitFileState") == "enabled", f"UnitFileState={show('UnitFileState')}")
    wait_for(lambda: show("ActiveState") == "active", "an active service")
    wait_for(lambda: "camera" in show("StatusText"), "a status that speaks of the camera")
    expect(show("NRestarts") == "0", state())
    return show("StatusText")


def brings_no_pytorch() -> str:
    found = {path.name for path in PROGRAM.glob("lib/python3*/site-packages/*")}
    expect("onnxruntime" in found and "torch" not in found, str(sorted(found)))
    return f"{len([name for name in found if name.endswith('.dist-info')])} Python packages in {PROGRAM}"


def finds_packages_that_the_owner_adds() -> str:
    added = Path("/usr/local/lib/dms")
    added.mkdir()
    (added / "added_by_the_owner.py").write_text("")
    try:
        succeed(PROGRAM / "bin/python3", "-B", "-c", "import added_by_the_owner")
    finally:
        (added / "added_by_the_owner.py").unlink()
        added.rmdir()
    return f"in {added}"


def upgrades_keep_configuration_and_journal() -> str:
    changed, drives = CONFIGURATION.read_bytes(), _drives()
    succeed("dpkg", "--install", "--force-confdef", "--force-confold", NEWER)
    expect(CONFIGURATION.read_bytes() == changed, f"{CONFIGURATION} was changed")
    expect(drives and _drives()[: len(drives)] == drives, f"{len(drives)} drives before, {len(_drives())} after")
    wait_for(lambda: show("ActiveState") == "active", "an active service")
    return f"{succeed('dpkg-query', '--show', 'dms')}: {len(drives)} drives kept, running again".replace("\t", " ")


def removing_keeps_configuration_and_journal() -> str:
    succeed("dpkg", "--remove", "dms")
    expect(show("ActiveState") == "inactive" and show("LoadState") in ("not-found", "masked"), f"{show('LoadState')}, {state()}")
    left = [str(path) for path in (PROGRAM, Path("/usr/bin/dms"), Path("/run/dms")) if path.exists()]
    expect(not left, f"left: {left}")
    expect(CONFIGURATION.is_file() and JOURNAL.is_file(), "configuration or journal is gone")
    return "the program and its service are gone"


def purging_leaves_nothing() -> str:
    succeed("dpkg", "--purge", "dms")
    expect(not STATE.exists(), f"{STATE} is left")
    left = sorted(map(str, set(_files()) - _before))
    expect(not left, f"left: {left[:10]}")
    expect(run("getent", "passwd", "dms").returncode == 2, "the user is left")
    expect(run("getent", "group", "dms").returncode == 2, "the group is left")
    units = run("systemctl", "list-unit-files", "--no-legend", UNIT).stdout
    expect(not units, f"systemd still knows {units}")
    return "no file, no user, no group, no unit"


def _drives() -> list[str]:
    """The drives that the journal holds, by when they began."""
    lines = succeed("dms", "events", "--drives", user="dms").splitlines()
    return [line[:23] for line in lines[1:]]


def _files() -> Iterator[Path]:
    """Every file and folder but those that any running system changes of itself, and what translates Python finds."""
    for folder, folders, files in os.walk("/"):
        here = Path(folder)
        folders[:] = [name for name in folders if here / name not in VOLATILE and name != "__pycache__"]
        yield from (here / name for name in (*folders, *files))


ARRIVAL = (installs, enabled_and_started_without_a_camera, brings_no_pytorch, finds_packages_that_the_owner_adds)
DEPARTURE = (upgrades_keep_configuration_and_journal, removing_keeps_configuration_and_journal, purging_leaves_nothing)
