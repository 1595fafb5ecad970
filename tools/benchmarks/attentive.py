"""`python -m tools.benchmarks.attentive`: how often the rules disturb attentive drivers.

Simulates attentive drivers with `tools.simulate` (who cites every distribution), an hour each, and replays every drive under
each pack. Prints alerts an hour by kind and level, then every alert from the level `warning` on; exits 1 when one is urgent or
when there is more than one warning an hour. `--keep` writes the drives with such an alert, for `dms replay --explain`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.monitor.monitor import Monitor
from dms.types import Alert, Level, Phase
from tools.simulate.corpus import Mood
from tools.simulate.files import SimulatedDrive, write_drive

PACKS = ("default", "euroncap-2026-inspired")
MOOD: Mood = "attentive"
WARNINGS_PER_HOUR_AT_MOST = 1.0


@dataclass(frozen=True)
class Heard:
    """What one driver heard from one pack."""

    number: int
    pack: str
    alerts: tuple[Alert, ...]


def replay_driver(seed: int, number: int, minutes: float, packs: Sequence[str], keep: Path | None) -> list[Heard]:
    """Drive once, and listen to every pack."""
    drive = SimulatedDrive(seed, number, MOOD, minutes)
    cabin = load_cabin("left_hand_drive")
    monitors = {name: Monitor(load_pack(name), cabin) for name in packs}
    alerts: dict[str, list[Alert]] = {name: [] for name in packs}
    for record in drive.records():
        for name, monitor in monitors.items():
            alerts[name] += monitor.feed(record)
    heard = [Heard(number, name, tuple(alerts[name])) for name in packs]
    if keep and any(loud(each.alerts) for each in heard):
        write_drive(keep / f"driver{number:02d}-{MOOD}.jsonl", drive)
    return heard


def spoken(alerts: Iterable[Alert]) -> list[Alert]:
    """Each time that an alert begins or grows worse."""
    return [alert for alert in alerts if alert.phase in (Phase.RAISE, Phase.ESCALATE)]


def loud(alerts: Iterable[Alert]) -> list[Alert]:
    """Those that disturb."""
    return [alert for alert in spoken(alerts) if alert.level.rank >= Level.WARNING.rank]


def report(heard: Sequence[Heard], pack: str, hours: float) -> tuple[str, bool]:
    """The table of one pack, and whether it stays within what is wanted."""
    alerts = [(each.number, alert) for each in heard if each.pack == pack for alert in spoken(each.alerts)]
    counts = Counter((str(alert.kind), alert.level) for _, alert in alerts)
    disturbing = [(number, alert) for number, alert in alerts if alert.level.rank >= Level.WARNING.rank]
    urgent = [alert for _, alert in disturbing if alert.level.rank >= Level.URGENT.rank]
    warnings_per_hour = len(disturbing) / hours
    lines = [f"\n{pack}: {hours:g} h of {len({each.number for each in heard})} attentive drivers"]
    lines.append(f"  {'alert':28}{'level':12}{'count':>6}{'an hour':>10}")
    for (kind, level), count in sorted(counts.items()):
        lines.append(f"  {kind:28}{level:12}{count:>6}{count / hours:>10.2f}")
    lines.append(f"  {'warnings and above':40}{len(disturbing):>6}{warnings_per_hour:>10.2f}")
    lines.append(f"  {'urgent and above':40}{len(urgent):>6}{len(urgent) / hours:>10.2f}")
    for number, alert in sorted(disturbing, key=lambda item: (item[0], item[1].t)):
        lines.append(f"    driver {number} at {alert.t:.1f} s: {alert.level} {alert.kind} ({alert.rule})")
    return "\n".join(lines) + "\n", not urgent and warnings_per_hour <= WARNINGS_PER_HOUR_AT_MOST


def main() -> None:
    """Parse the command line, drive, print."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.benchmarks.attentive", description="False alarms of attentive drivers."
    )
    parser.add_argument("--drivers", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=60.0, help="of each driver")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", nargs="+", default=PACKS)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="write drives with a warning into this folder")
    options = parser.parse_args()
    started = time.monotonic()
    heard: list[Heard] = []
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(options.processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [
            pool.submit(replay_driver, options.seed, number, options.minutes, options.rules, options.keep)
            for number in range(options.drivers)
        ]
        for done, drive in enumerate(as_completed(running), start=1):
            heard += drive.result()
            left_s = (time.monotonic() - started) / done * (options.drivers - done)
            sys.stderr.write(f"{done}/{options.drivers} drivers, {left_s:.0f} s left\n")
    within = []
    for pack in options.rules:
        text, well = report(heard, pack, options.drivers * options.minutes / 60)
        sys.stdout.write(text)
        within.append(well)
    sys.exit(0 if all(within) else 1)


if __name__ == "__main__":
    main()
