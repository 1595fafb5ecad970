"""`python -m tools.booted.quadlet`: what the podman of a newer Debian makes of the Quadlet file, and what systemd says of that.

Debian 12 has podman 4.3, which knows no Quadlet. So a small Debian 13 is built, its generator writes the unit, and
`systemd-analyze verify` reads it. Exit code 1 if one of them complains; where it cannot run it says so and exits with 0, with
`--required` 1. `--keep FOLDER` keeps the system, `--system FOLDER` takes one that was kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUADLET = ROOT / "packaging" / "container" / "dms.container"
SUITE = "trixie"
PACKAGES = ("podman", "systemd")
_GENERATOR = "/usr/lib/systemd/system-generators/podman-system-generator"
_FOUND_IN, _WRITTEN_TO = Path("etc/containers/systemd"), Path("run/quadlet")


def main() -> int:
    """Run it; 0 if nobody complains."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--required", action="store_true", help="fail where it cannot run")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="build the system in this new folder and leave it there")
    parser.add_argument("--system", type=Path, metavar="FOLDER", help="a system that was kept")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        print("not run: it takes root and mmdebstrap", file=sys.stderr)
        return 1 if arguments.required else 0
    with tempfile.TemporaryDirectory(prefix="dms-quadlet-", dir="/var/tmp") as scratch:
        system = arguments.system or arguments.keep or Path(scratch) / "system"
        if arguments.system is None:
            print("building a small Debian …", flush=True)
            include = ",".join(PACKAGES)
            subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={include}", SUITE, str(system)], check=True)
        return 0 if verified(system) else 1


def verified(system: Path) -> bool:
    """Whether the generator in `system` writes a unit of which systemd has nothing to say; both are printed."""
    found_in, written_to = system / _FOUND_IN, system / _WRITTEN_TO
    for folder in (found_in, written_to):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(QUADLET, found_in)
    print(_inside(system, "podman", "--version").stdout.strip())
    told = _inside(system, _GENERATOR, *[f"/{_WRITTEN_TO}"] * 3)
    unit = written_to / "dms.service"
    if told.returncode or not unit.is_file():
        print(f"no unit is written:\n{told.stdout}{told.stderr}")
        return False
    print(unit.read_text())
    said = _inside(system, "systemd-analyze", "verify", f"/{_WRITTEN_TO}/dms.service")
    print(f"systemd-analyze verify: {(said.stdout + said.stderr).strip() or 'nothing to say'}")
    return said.returncode == 0 and not (said.stdout + said.stderr).strip()


def _inside(system: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["chroot", str(system), *command], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
