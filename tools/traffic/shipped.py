"""The shipped command, run as a user would run it: `dms replay` over drives, and what it said of each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tools.traffic.expectations import Outcome, Told

Record = dict[str, Any]
COMMAND = (sys.executable, "-c", "from dms.cli.app import main; main()")
"""`dms` of this interpreter, whether or not it is on the path."""


class CommandFailedError(RuntimeError):
    """The command ended as no replay should: its messages say why."""


def replay_all(drives: Sequence[Path], rules: str, options: Sequence[str] = (), *, processes: int = 1) -> dict[Path, Outcome]:
    """What was told of each drive under a pack.

    Raises:
        CommandFailedError: the command could not replay all of them.
    """
    if len(drives) == 1:
        only = replay_alone(drives[0], rules, options)
        if only.exit_code != 0:
            raise CommandFailedError(only.messages)
        return {drives[0]: only}
    records: dict[Path, list[Record]] = {drive: [] for drive in drives}
    run = _run([*map(str, drives), "--rules", rules, "--processes", str(processes), "--quiet", *options])
    if run.returncode != 0:
        raise CommandFailedError(run.stderr)
    for line in run.stdout.splitlines():
        record = json.loads(line)
        records[Path(record["drive"])].append(record)
    return {drive: Outcome(_told(of_drive), run.stderr) for drive, of_drive in records.items()}


def replay_alone(drive: Path, rules: str, options: Sequence[str] = ()) -> Outcome:
    """What was told of one drive, with the exit code and the command's messages, in which the drive is called `drive`."""
    run = _run([str(drive), "--rules", rules, "--processes", "1", *options])
    records = [json.loads(line) for line in run.stdout.splitlines()]
    return Outcome(_told(records), run.stderr.replace(str(drive), "drive"), run.returncode)


def _run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, "replay", "--jsonl", "-", *arguments], capture_output=True, text=True, check=False)


def _told(records: Iterable[Record]) -> tuple[Told, ...]:
    """The alerts that reached the driver, raised or become more urgent, each with the time at which its rule let go of it."""
    told: list[Told] = []
    standing: dict[str, list[int]] = defaultdict(list)
    for record in records:
        rule, t = str(record["rule"]), float(record["t"])
        if record["phase"] in ("raise", "escalate"):
            standing[rule].append(len(told))
            told.append(Told(t, str(record["kind"]), str(record["level"]), float(record["onset"])))
        elif record["phase"] == "clear":
            for index in standing.pop(rule, []):
                told[index] = replace(told[index], until=t)
    return tuple(told)
