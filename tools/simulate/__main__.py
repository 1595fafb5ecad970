"""`python -m tools.simulate`: write simulated drives as JSON lines.

python -m tools.simulate drive --mood attentive --minutes 60 --seed 1 -o drive.jsonl
python -m tools.simulate corpus --drivers 20 --minutes 30 --seed 1 -o corpus/
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from dms.wire import to_json
from tools.simulate.corpus import Mood, draw_driver, draw_script, generator, mood_of, simulate


def write_drive(path: Path, seed: int, number: int, mood: Mood, minutes: float, fps: float) -> int:
    """One drive of driver `number` into `path`; the number of records written."""
    driver = draw_driver(seed, number)
    script = draw_script(driver, mood, minutes * 60, generator(seed, "script", number, mood))
    count = 0
    with path.open("wb") as file:
        for record in simulate(driver, script, generator(seed, "sensor", number, mood), fps):
            file.write(to_json(record) + b"\n")
            count += 1
    return count


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(prog="python -m tools.simulate", description="Simulated drivers as observations.")
    commands = parser.add_subparsers(dest="command", required=True)
    drive = commands.add_parser("drive", help="one drive")
    drive.add_argument("--mood", choices=get_args(Mood), default="attentive")
    drive.add_argument("--driver", type=int, default=0)
    corpus = commands.add_parser("corpus", help="many drivers, one drive each")
    corpus.add_argument("--drivers", type=int, default=20)
    for command in (drive, corpus):
        command.add_argument("--minutes", type=float, default=30.0)
        command.add_argument("--fps", type=float, default=30.0)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("-o", "--out", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "drive":
        written = write_drive(options.out, options.seed, options.driver, options.mood, options.minutes, options.fps)
        sys.stderr.write(f"{options.out}: {written} records\n")
        return
    options.out.mkdir(parents=True, exist_ok=True)
    for number in range(options.drivers):
        mood = mood_of(number)
        path = options.out / f"driver{number:02d}-{mood}.jsonl"
        written = write_drive(path, options.seed, number, mood, options.minutes, options.fps)
        sys.stderr.write(f"{number + 1}/{options.drivers} {path}: {written} records\n")


if __name__ == "__main__":
    main()
