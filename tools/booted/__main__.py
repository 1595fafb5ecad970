"""`python -m tools.booted DEB` boots a small Debian in a container, installs the package in it and tries what a vehicle needs.

One line for each check, a last line with their numbers, exit code 1 if one failed. Where it cannot run (no root, no mmdebstrap,
no systemd-nspawn, no namespaces) it says so and exits with 0; with `--required` that is a failure. `--keep FOLDER` keeps the
system.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.booted.checking import Verdict, totals
from tools.booted.system import boot, build_system, prepare

NEEDED = ("mmdebstrap", "systemd-nspawn", "dpkg-deb")
NAMESPACES = ("unshare", "--mount", "--uts", "--ipc", "--pid", "--net", "--cgroup", "--fork", "true")
INSTALL = "apt-get install --no-install-recommends mmdebstrap systemd-container dpkg"


def main() -> int:
    """Run it; 0 if nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("deb", type=Path, help="the package, as `make deb` builds it")
    parser.add_argument("--required", action="store_true", help="fail where the checks cannot run")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="build the system in this new folder and leave it there")
    arguments = parser.parse_args()
    obstacle = why_not()
    if obstacle:
        print(f"not run: {obstacle}", file=sys.stderr)
        return 1 if arguments.required else 0
    with tempfile.TemporaryDirectory(prefix="dms-booted-", dir="/var/tmp") as scratch:
        root = arguments.keep or Path(scratch) / "root"
        print("building a small Debian …", flush=True)
        build_system(root)
        prepare(root, arguments.deb)
        print("booting it …", flush=True)
        verdicts = list(boot(root))
    print(totals(verdicts))
    return 1 if not verdicts or Verdict.FAILED in verdicts else 0


def why_not() -> str | None:
    """What keeps a container from being booted here; None if nothing does."""
    if os.geteuid() != 0:
        return "booting a system takes root"
    missing = [tool for tool in NEEDED if shutil.which(tool) is None]
    if missing:
        return f"{', '.join(missing)} missing: {INSTALL}"
    tried = subprocess.run(NAMESPACES, capture_output=True, text=True, check=False)
    return f"this machine gives a container no namespaces: {tried.stderr.strip()}" if tried.returncode else None


if __name__ == "__main__":
    sys.exit(main())
