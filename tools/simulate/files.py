"""Simulated drives as files: JSON lines that are the same bytes everywhere, or MCAP as the service records it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dms.durable import WholeFile
from dms.errors import DriveError
from dms.recording.mcap_writer import DriveFile
from dms.types import DriveRecord
from dms.wire import to_json
from tools.simulate.corpus import Known, Mood, as_known, draw_driver, draw_script, generator, simulate
from tools.simulate.roads import Roads


@dataclass(frozen=True)
class SimulatedDrive:
    """Which drive: everything that it depends on. `turn` tells the drives of one driver apart."""

    seed: int
    driver: int
    mood: Mood
    minutes: float
    fps: float = 30.0
    phone_reader: bool = False
    turn: int = 0
    roads: Roads = "main"
    known: Known = "all"

    def records(self) -> Iterator[DriveRecord]:
        """The drive in the order of time."""
        driver = draw_driver(self.seed, self.driver, phone_reader=self.phone_reader)
        script = draw_script(driver, self.mood, self.minutes * 60, self._generator("script"), self.roads)
        records = simulate(driver, script, self._generator("sensor"), self.fps)
        return records if self.known == "all" else as_known(records, self.known)

    def _generator(self, use: str) -> np.random.Generator:
        return generator(self.seed, use, self.driver, self.mood, self.turn)


def write_drive(path: Path, drive: SimulatedDrive) -> int:
    """Write the drive to `path`, `.jsonl` or `.mcap`; the number of records. The file appears when it is whole, in place of
    an old one.

    Raises:
        DriveError: the file cannot be written, or its name ends otherwise.
    """
    if path.suffix not in (".jsonl", ".mcap"):
        raise DriveError(f"{path}: a simulated drive is a .jsonl or an .mcap file")
    try:
        with WholeFile(path) as file:
            return _write_lines(file.path, drive) if path.suffix == ".jsonl" else _write_mcap(file.path, drive)
    except OSError as error:
        raise DriveError(f"{path}: {error.strerror}") from error


def _write_lines(path: Path, drive: SimulatedDrive) -> int:
    count = 0
    with path.open("wb") as file:
        for record in drive.records():
            file.write(to_json(record) + b"\n")
            count += 1
    return count


def _write_mcap(path: Path, drive: SimulatedDrive) -> int:
    count = 0
    file = DriveFile(path, {"driver": f"driver{drive.driver:02d}", "simulated": f"seed {drive.seed}, {drive.mood}"})
    for record in drive.records():
        file.write(record)
        count += 1
    file.close()
    return count
