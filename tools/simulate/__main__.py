"""`dms simulate`, or `python -m tools.simulate`: write simulated drives.

dms simulate drive --mood attentive --minutes 60 --seed 1 -o drive.jsonl
dms simulate corpus --drivers 20 --minutes 30 --seed 1 -o corpus/

A corpus that was interrupted goes on where it stopped. Existing files are kept unless `--force` is given.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, get_args

from dms.durable import UNFINISHED
from dms.errors import EXIT_DONE, DmsError, UsageError
from tools.simulate.corpus import Known, Mood, known_of, mood_of
from tools.simulate.files import SimulatedDrive, write_drive
from tools.simulate.roads import Roads

SETTINGS_FILE = "corpus.json"


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and write; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _write_one(options) if options.command == "drive" else _write_corpus(options)
    except DmsError as error:
        sys.stderr.write(f"simulate: {error}\n")
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dms simulate", description="Simulated drivers as observations.")
    commands = parser.add_subparsers(dest="command", required=True)
    drive = commands.add_parser("drive", help="one drive")
    drive.add_argument("--mood", choices=get_args(Mood), default="attentive")
    drive.add_argument("--driver", type=int, default=0, help="which of the seed's drivers")
    drive.add_argument("-o", "--out", type=Path, required=True, help="a .jsonl or .mcap file")
    corpus = commands.add_parser("corpus", help="many drivers")
    corpus.add_argument("--drivers", type=int, default=20)
    corpus.add_argument("--drives", type=int, default=1, help="of each driver, their moods in turn (default: 1)")
    corpus.add_argument("--format", choices=("mcap", "jsonl"), default="mcap")
    corpus.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="default: one per core")
    corpus.add_argument("-o", "--out", type=Path, required=True, help="a folder")
    drive.add_argument("--roads", choices=get_args(Roads), default="main")
    drive.add_argument("--known", choices=get_args(Known), default="all", help="what the installation knows (default: all)")
    corpus.add_argument("--roads", choices=get_args(Roads), default="mixed")
    for command in (drive, corpus):
        command.add_argument("--minutes", type=float, default=30.0, help="of each drive (default: 30)")
        command.add_argument("--fps", type=float, default=30.0)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--phone-reader", action="store_true", help="as if perception also looked for phones")
        command.add_argument("--force", action="store_true", help="replace what is there")
    return parser


def _write_one(options: argparse.Namespace) -> int:
    if options.out.exists() and not options.force:
        raise UsageError(f"{options.out}: exists; --force replaces it")
    drive = SimulatedDrive(
        options.seed,
        options.driver,
        options.mood,
        options.minutes,
        options.fps,
        options.phone_reader,
        roads=options.roads,
        known=options.known,
    )
    sys.stderr.write(f"{options.out}: {write_drive(options.out, drive)} records\n")
    return EXIT_DONE


def _write_corpus(options: argparse.Namespace) -> int:
    _keep_settings(options)
    planned = dict(_planned(options))
    missing = {path: drive for path, drive in planned.items() if options.force or not path.exists()}
    if len(missing) < len(planned):
        sys.stderr.write(f"{options.out}: {len(planned) - len(missing)} of {len(planned)} drives are there already\n")
    started = time.monotonic()
    # Not forked: a fork of a process with threads may hang.
    with ProcessPoolExecutor(max(1, options.processes), mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(write_drive, path, drive): path for path, drive in missing.items()}
        for done, written in enumerate(as_completed(running), start=1):
            left_s = (time.monotonic() - started) / done * (len(missing) - done)
            name = running[written].name
            sys.stderr.write(f"{done}/{len(missing)} {name}: {written.result()} records, {left_s:.0f} s left\n")
    return EXIT_DONE


def _planned(options: argparse.Namespace) -> Iterator[tuple[Path, SimulatedDrive]]:
    for number in range(options.drivers):
        for turn in range(options.drives):
            mood = mood_of(number + turn)
            name = f"driver{number:02d}-{mood}" if turn == 0 else f"driver{number:02d}-{turn + 1}-{mood}"
            known = "all" if options.roads == "main" else known_of(number)
            drive = SimulatedDrive(
                options.seed, number, mood, options.minutes, options.fps, options.phone_reader, turn, options.roads, known
            )
            yield options.out / f"{name}.{options.format}", drive


def _keep_settings(options: argparse.Namespace) -> None:
    """A folder holds one corpus: another one's drives must not be mixed in when an interrupted one goes on."""
    names = ("minutes", "fps", "seed", "phone_reader", "format", "roads")
    settings: dict[str, Any] = {name: getattr(options, name) for name in names}
    path = options.out / SETTINGS_FILE
    options.out.mkdir(parents=True, exist_ok=True)
    if path.exists() and not options.force and (there := json.loads(path.read_text())) != settings:
        differing = ", ".join(
            f"{name} {there.get(name)}, not {settings[name]}" for name in names if there.get(name) != settings[name]
        )
        raise UsageError(f"{options.out}: holds another corpus ({differing}); choose another folder, or --force replaces it")
    for unfinished in options.out.glob(f"driver*{UNFINISHED}"):
        unfinished.unlink()
    path.write_text(json.dumps(settings, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
