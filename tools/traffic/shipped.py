"""The shipped command, run as a user would run it: `dms replay` over a drive, and what it said."""

from __future__ import annotations

import io
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

from dms.cli.app import main
from tools.traffic.expectations import Outcome, Told

Record = dict[str, Any]


class CommandFailedError(RuntimeError):
    """The command ended as no replay of a sound drive should: its messages say why."""


def replay(drive: Path, rules: str, options: Sequence[str] = ()) -> Outcome:
    """What was told of a drive under a pack.

    Raises:
        CommandFailedError: the command did not end with exit code 0.
    """
    outcome = attempt(drive, rules, options)
    if outcome.exit_code != 0:
        raise CommandFailedError(f"{drive}: exit code {outcome.exit_code}: {outcome.messages}")
    return outcome


def attempt(drive: Path, rules: str, options: Sequence[str] = ()) -> Outcome:
    """What was told of a drive, sound or not, with the exit code and the messages, in which the drive is called `drive`."""
    alerts, messages = io.BytesIO(), io.StringIO()
    with redirect_stdout(io.TextIOWrapper(alerts, write_through=True)) as stdout, redirect_stderr(messages):
        exit_code = _dms("replay", str(drive), "--rules", rules, "--jsonl", "-", "--processes", "1", *options)
        records = [json.loads(line) for line in alerts.getvalue().splitlines()]
        stdout.detach()
    return Outcome(_told(records), messages.getvalue().replace(str(drive), "drive"), exit_code)


def _dms(*arguments: str) -> int:
    """The entry point of the command line with those arguments; returns its exit code."""
    with _as_argv("dms", *arguments):
        try:
            main()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


@contextmanager
def _as_argv(*arguments: str) -> Iterator[None]:
    before = sys.argv
    sys.argv = list(arguments)
    try:
        yield
    finally:
        sys.argv = before


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
