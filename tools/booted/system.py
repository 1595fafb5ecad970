"""Building the small Debian, laying out in it what the checks need, and booting it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.booted.checking import Verdict, read_checks
from tools.booted.places import CHECKS, DRIVE, NEWER, PACKAGE

ROOT = Path(__file__).resolve().parents[2]
SUITE = "bookworm"
"""The oldest Debian whose Python is new enough."""
PACKAGES = ("systemd", "systemd-sysv", "udev", "passwd", "python3", "libstdc++6", "zlib1g")
SHELLS = ("bash-completion", "zsh", "fish")
"""Of these it is tried whether they complete."""
BUNDLED_DRIVE = ROOT / "tests" / "data" / "drives" / "night_infrared.mp4"
END_WITHIN_S = 1800
UNIT = f"""[Unit]
Description=Checks of the driver monitor
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force

[Service]
Type=oneshot
WorkingDirectory={CHECKS}
ExecStart=/usr/bin/python3 -m tools.booted.inside
StandardOutput=file:{CHECKS}/report
StandardError=inherit

[Install]
WantedBy=multi-user.target
"""


def build_system(root: Path) -> None:
    """Put a Debian that boots into `root`, from the package sources of this machine."""
    command = ["mmdebstrap", "--quiet", "--variant=essential", f"--include={','.join(PACKAGES + SHELLS)}", SUITE, str(root)]
    subprocess.run(command, check=True)


def prepare(root: Path, deb: Path) -> None:
    """Lay out the package, a newer one, a drive and the checks, and have the checks run at boot."""
    for path, source in ((PACKAGE, deb), (DRIVE, BUNDLED_DRIVE)):
        _below(root, path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, _below(root, path))
    make_newer(deb, _below(root, NEWER))
    shutil.copytree(ROOT / "tools" / "booted", _below(root, CHECKS) / "tools" / "booted")
    shutil.copy(ROOT / "tools" / "__init__.py", _below(root, CHECKS) / "tools")
    unit = root / "etc/systemd/system/dms-checks.service"
    unit.write_text(UNIT)
    wanted = root / "etc/systemd/system/multi-user.target.wants" / unit.name
    wanted.parent.mkdir(exist_ok=True)
    wanted.symlink_to(f"../{unit.name}")


def make_newer(deb: Path, newer: Path) -> None:
    """The same package in a higher version, with a configuration file of its own, as the next release would have."""
    unpacked = newer.with_suffix(".unpacked")
    subprocess.run(["dpkg-deb", "--raw-extract", deb, unpacked], check=True)
    control = unpacked / "DEBIAN/control"
    control.write_text(control.read_text().replace("\nVersion: ", "\nVersion: 9999."))
    with (unpacked / "etc/dms/dms.yaml").open("a") as configuration:
        configuration.write("\n# What only the newer version says.\n")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", unpacked, newer], check=True, capture_output=True)
    shutil.rmtree(unpacked)


def boot(root: Path) -> Iterator[Verdict]:
    """Boot the system in `root`, and print and yield what its checks find, until it powers off.

    A system that does not power off in time is ended, and counts as a check that failed.
    """
    command = ["systemd-nspawn", "--quiet", f"--directory={root}", "--boot", "--register=no", "--keep-unit", "--private-network"]
    console = root.with_name(root.name + ".console")
    report = _below(root, CHECKS) / "report"
    report.touch()
    with console.open("w") as output, report.open() as lines:
        container = subprocess.Popen([*command, "--console=pipe"], stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        try:
            yield from _as_they_come(container, lines)
        except subprocess.TimeoutExpired:
            print(f"FAIL  boot: not powered off after {END_WITHIN_S} s")
            yield Verdict.FAILED
        finally:
            container.kill()
            container.wait()
    if container.returncode or not report.stat().st_size:
        sys.stdout.write(console.read_text(errors="replace")[-4000:])


def _as_they_come(container: subprocess.Popen[bytes], lines: Iterator[str]) -> Iterator[Verdict]:
    waited_s, step_s = 0.0, 0.5
    while True:
        ended = container.poll() is not None
        for verdict, text in read_checks(lines):
            print(f"{verdict:<5} {text}", flush=True)
            yield verdict
        if ended:
            return
        if waited_s >= END_WITHIN_S:
            raise subprocess.TimeoutExpired(container.args, waited_s)
        try:
            container.wait(step_s)
        except subprocess.TimeoutExpired:
            waited_s += step_s


def _below(root: Path, path: Path) -> Path:
    """Where `path` of the system lies on this machine."""
    return root / path.relative_to("/")
