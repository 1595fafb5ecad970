"""Alerts of every drive under every pack, the words about them, scores, and pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.identical.commands import Commands
from tools.identical.drives import EVENTFUL
from tools.identical.manifest import Output
from tools.identical.packs import packs

STRICTEST, OTHER = "default", "euroncap-2026-inspired"
_LIMITS = """\
limits:
  all: {recall_min: 1.0, false_per_hour_max: 0.0, labels_min: 50}
  fatigue.microsleep: {recall_min: 0.5, latency_p95_max_s: 0.01}
  distraction.phone: {f1_min: 0.5}
ddaw_sensitivity: {met: true, drivers_min: 10}
availability_min: 0.999
"""


def alert_outputs(commands: Commands, drives: Sequence[Path]) -> Iterator[Output]:
    """`dms replay DRIVE --rules PACK --jsonl -`: each drive under each pack."""
    for drive in drives:
        for pack in packs():
            ran = commands.run("replay", drive.name, "--rules", pack, "--jsonl", "-", "--quiet")
            yield Output(f"alerts/{drive.stem}/{pack}", ran.text)


def replay_outputs(commands: Commands, drives: Sequence[Path]) -> Iterator[Output]:
    """What `dms replay` says to people, and its options."""
    eventful = next(drive for drive in drives if EVENTFUL in drive.stem).name
    names = [drive.name for drive in drives]
    everything = ("--explain", "--trip")
    for drive in drives:
        yield Output(f"replay/{drive.stem}", commands.run("replay", drive.name, *everything).text)
    for pack in ("attend", "unece-r171-inspired"):
        yield Output(f"replay/{EVENTFUL}/{pack}", commands.run("replay", eventful, "--rules", pack, *everything).text)
    bench = commands.run("replay", eventful, "--cabin", "right_hand_drive", "--speed-kph", "90", *everything)
    yield Output("replay/right_hand_drive", bench.text)
    yield Output("replay/several", commands.run("replay", *names[:3], "no-such.jsonl", "--processes", "1", "--jsonl", "-").text)
    several = commands.run("replay", *names, "--processes", "1", "--jsonl", "several.out", "--rules", OTHER)
    yield Output("replay/several/alerts", several.text + (commands.folder / "several.out").read_text())


def score_outputs(commands: Commands, drives: Sequence[Path]) -> Iterator[Output]:
    """`dms score`: as JSON, as a table, against limits."""
    names = [drive.name for drive in drives]
    (commands.folder / "limits.yaml").write_text(_LIMITS)
    for pack in (STRICTEST, OTHER):
        yield Output(f"score/{pack}/json", commands.run("score", *names, "--rules", pack, "--json", "--processes", "1").text)
    limited = commands.run("score", *names, "--limits", "limits.yaml", "--processes", "1")
    yield Output(f"score/{STRICTEST}/table", limited.text)


def page_outputs(commands: Commands, drives: Sequence[Path]) -> Iterator[Output]:
    """`dms report`: one pack, and two of them side by side."""
    for drive in drives:
        words = ("--compare", OTHER) if EVENTFUL in drive.stem else ()
        page = commands.folder / f"{drive.stem}.html"
        yield Output(f"report/{drive.stem}/said", commands.run("report", drive.name, "-o", page.name, *words).text)
        yield Output(f"report/{drive.stem}", page.read_text())
