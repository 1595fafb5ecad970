"""`python -m tools.kills`: `kill -9` at random moments, then cuts of power; what was lost, and how long starts take.

Ctrl-C or SIGTERM ends it early and prints the figures so far. Exit code 1 if anything acknowledged was lost or is unsound.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from dms.errors import DmsError
from tools.kills.cuts import Disk
from tools.kills.findings import Findings
from tools.kills.life import Life

IN_STARTING_SHARE = 0.25
"""So many of the deaths come before the service is there."""
LONGEST_LIFE_S = 1.5
STARTING_S = 60.0
APART = "DMS_KILLS_APART"
"""The environment variable that says that this process has a mount namespace of its own."""
LOOK_DEEP_EVERY = 25


class Enough:
    """Whether somebody has asked to stop."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: setattr(self, "asked", True))


def main() -> None:
    """Run the trials that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tools.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--played", action="store_true", help="kill the service without its networks, which starts faster")
    options = parser.parse_args()
    if options.cuts:
        _mount_apart()
    enough, chance = Enough(), random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="dms-kills-") as folder:
        kills = partial(_kills, Path(folder) / "kills", chance, options.played, enough)
        cuts = partial(_cuts, Path(folder) / "cuts", chance, enough)
        good = [_trials("kills", options.kills, kills), _trials("cuts of power", options.cuts, cuts)]
    sys.exit(not all(good))


def _mount_apart() -> None:
    """Begin anew in a mount namespace of its own: a container that starts meanwhile would keep a copy of what is mounted here."""
    if os.geteuid() == 0 and (unshare := shutil.which("unshare")) and APART not in os.environ:
        os.environ[APART] = "1"
        os.execv(unshare, [unshare, "--mount", sys.executable, "-m", "tools.kills", *sys.argv[1:]])  # noqa: S606


def _trials(name: str, number: int, run: Callable[[int], Findings]) -> bool:
    if number == 0:
        return True
    began_s = time.monotonic()
    try:
        findings = run(number)
    except DmsError as error:
        print(f"{name}: {error}")
        return False
    load, took_min = os.getloadavg()[0], (time.monotonic() - began_s) / 60
    print(f"\n{findings.deaths} of {number} {name}, in {took_min:.0f} min, {load:.1f} programs running beside it")
    print("\n".join(findings.lines()), flush=True)
    return findings.is_good


def _kills(folder: Path, chance: random.Random, played: bool, enough: Enough, number: int) -> Findings:
    findings = Findings()
    state = folder / "state"
    while findings.deaths < number and not enough.asked:
        with Life(state, folder, real=not played) as life:
            _live(life, chance, findings)
            life.kill()
        _bury(life, state, findings)
    findings.look_at(state, deep=True)
    return findings


def _cuts(folder: Path, chance: random.Random, enough: Enough, number: int) -> Findings:
    findings = Findings()
    folder.mkdir(parents=True)
    disk = Disk(folder / "image", folder / "disk")
    try:
        while findings.deaths < number and not enough.asked:
            with Life(folder / "disk" / "state", folder, real=False) as life:
                _live(life, chance, findings)
                life.freeze()  # a call that the disk has not answered yet stays unanswered
                disk.cut()
                life.kill()
            disk.come_back()
            _bury(life, folder / "disk" / "state", findings)
        findings.look_at(folder / "disk" / "state", deep=True)
    finally:
        disk.close()
    return findings


def _live(life: Life, chance: random.Random, findings: Findings) -> None:
    """Let the service live until a random moment, in a quarter of the cases before it is there."""
    if chance.random() < IN_STARTING_SHARE:
        typical_s = findings.restart_s[-1] if findings.restart_s else 1.0
        time.sleep(chance.uniform(0.0, typical_s))
        return
    if not life.wait_for_observation(STARTING_S):
        findings.never_came += 1
        print(f"no observation within {STARTING_S:g} s:\n{life.last_words()}", flush=True)
        return
    assert life.first_observation_s is not None
    findings.restart_s.append(life.first_observation_s)
    time.sleep(chance.uniform(0.0, LONGEST_LIFE_S))


def _bury(life: Life, state: Path, findings: Findings) -> None:
    findings.deaths += 1
    findings.alerts += life.alerts
    findings.acknowledged |= life.acknowledged
    deep = findings.deaths % LOOK_DEEP_EVERY == 0
    findings.look_at(state, deep=deep)
    if deep:
        print(f"{findings.deaths}: {'; '.join(findings.lines())}", flush=True)


if __name__ == "__main__":
    main()
