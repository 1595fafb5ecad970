"""`python -m tools.benchmarks.packs`: every pack that ships, in one table: how often it disturbs, and what it finds.

Simulates attentive drivers and others who ought to be told (`tools.simulate`), on roads of every kind, and lets every pack
listen in four installations: with and without gaze, with and without vehicle data. Prints, for each, the alerts an hour in
attentive time by level, and for each kind of planted event how many were told in time, and how long beyond the rule's own time
nineteen of twenty of them took. `--list` names every false warning and every miss. The same seed gives the same table, on any
number of cores.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import get_args

from dms.config.shipped import rules_folder, shipped_files
from dms.quantiles import quantile
from dms.types import AlertKind, Level
from tools.benchmarks.pack_hours import ATTENTIVE, INSTALLATIONS, Tallies, Tally, listen
from tools.simulate.corpus import Mood
from tools.simulate.files import SimulatedDrive
from tools.simulate.roads import Roads

LEVELS = (Level.ADVISORY, Level.WARNING, Level.URGENT, Level.EMERGENCY)
KINDS = (
    (AlertKind.DISTRACTION_HEAD_AWAY, "head away"),
    (AlertKind.DISTRACTION_LONG, "long glance"),
    (AlertKind.DISTRACTION_CUMULATIVE, "shared glances"),
    (AlertKind.DISTRACTION_PHONE, "phone"),
    (AlertKind.FATIGUE_MICROSLEEP, "microsleep"),
    (AlertKind.FATIGUE_SLEEP, "sleep"),
    (AlertKind.FATIGUE_DROWSINESS, "drowsiness"),
    (AlertKind.FATIGUE_YAWNING, "yawning"),
)
LATE_SHARE = 0.95


def main() -> None:
    """Parse the command line, drive, print."""
    options = _parser().parse_args()
    packs = options.rules or shipped_packs()
    drives = list(planned(options))
    tallies = listen_to_all(drives, packs, options)
    sys.stdout.write(table(tallies, packs))
    if options.list:
        sys.stdout.write("".join(f"{line}\n" for line in incidents(tallies)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.packs", description="Every pack in one table.")
    parser.add_argument("--attentive", type=int, default=20, help="attentive drivers (default: 20)")
    parser.add_argument("--planted", type=int, default=16, help="drivers who ought to be told, half of them drowsy (default: 16)")
    parser.add_argument("--minutes", type=float, default=30.0, help="of each driver (default: 30)")
    parser.add_argument("--roads", choices=get_args(Roads), default="mixed")
    parser.add_argument("--fps", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", nargs="+", metavar="PACK", help="packs (default: all that ship)")
    parser.add_argument("--known", nargs="+", choices=tuple(INSTALLATIONS), default=tuple(INSTALLATIONS), help="installations")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="default: one per core")
    parser.add_argument("--list", action="store_true", help="name every false alarm from warning up and every miss")
    return parser


def shipped_packs() -> list[str]:
    """The names of the packs that ship, `default` first."""
    names = [path.stem for path in shipped_files(rules_folder())]
    return ["default", *(name for name in names if name != "default")]


def planned(options: argparse.Namespace) -> Iterator[SimulatedDrive]:
    """The drives: attentive ones, then drowsy and distracted ones in turn."""
    moods: list[Mood] = [ATTENTIVE] * options.attentive
    for number in range(options.planted):
        moods.append("drowsy" if number % 2 else "distracted")
    for number, mood in enumerate(moods):
        yield SimulatedDrive(options.seed, number, mood, options.minutes, options.fps, phone_reader=True, roads=options.roads)


def listen_to_all(drives: Sequence[SimulatedDrive], packs: Sequence[str], options: argparse.Namespace) -> Tallies:
    """All drives, shared among the cores, added up in the order in which they were planned."""
    started = time.monotonic()
    with ProcessPoolExecutor(options.processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [pool.submit(listen, drive, packs, options.known) for drive in drives]
        for done, _ in enumerate(as_completed(running), start=1):
            left_s = (time.monotonic() - started) / done * (len(drives) - done)
            sys.stderr.write(f"{done}/{len(drives)} drives, {left_s:.0f} s left\n")
    tallies: Tallies = {}
    for ran in running:
        for key, tally in ran.result().items():
            tallies.setdefault(key, Tally()).add(tally)
    return tallies


def table(tallies: Tallies, packs: Sequence[str]) -> str:
    """The table, as Markdown, and over how many hours it is: alerts an hour by level; events told of those planted, and how long
    beyond the rule's own time at the 95th percentile."""
    any_tally = next(iter(tallies.values()))
    names = [name for _, name in KINDS]
    lines = [
        f"{any_tally.hours:.1f} h of attentive driving, {any_tally.planted_hours:.1f} h with planted events, each installation",
        "",
        f"| pack | known | {' | '.join(LEVELS)} | {' | '.join(names)} |",
        f"|{'---|' * (2 + len(LEVELS) + len(names))}",
    ]
    for pack in packs:
        for known, words in INSTALLATIONS.items():
            if (tally := tallies.get((pack, known))) is not None:
                lines.append(f"| {pack} | {words} | {' | '.join(_cells(tally))} |")
    return "\n".join(lines) + "\n"


def _cells(tally: Tally) -> Iterator[str]:
    for level in LEVELS:
        yield f"{tally.alerts[level] / tally.hours:.1f}" if tally.hours else "–"
    for kind, _ in KINDS:
        late_s = quantile(tally.latencies_s.get(kind, []), LATE_SHARE)
        late = "" if late_s is None else f", {late_s:+.2f} s"
        yield f"{tally.answered[kind]}/{tally.labels[kind]}{late}" if tally.labels[kind] else "–"


def incidents(tallies: Tallies) -> Iterator[str]:
    """Each false warning and each miss in a line."""
    for (pack, known), tally in tallies.items():
        for one in tally.incidents:
            drive = one.drive
            yield f"{pack}, {INSTALLATIONS[known]}, {drive.mood} driver {drive.driver} at {one.t:.1f} s: {one.what}"


if __name__ == "__main__":
    main()
