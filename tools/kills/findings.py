"""What is found on the disk after a death: whether the database is sound, and what it lacks."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from dms.durable import UNFINISHED
from dms.errors import DriveError
from dms.quantiles import quantile
from dms.recording.mcap_reader import McapDrive
from dms.service.calibration_store import CalibrationFileError, CalibrationStore
from tools.faults.service import AlertKey, journalled


@dataclass(slots=True)
class Findings:
    """Figures of all deaths so far. `restart_s` are the times from a start to the first observation."""

    deaths: int = 0
    alerts: int = 0
    acknowledged: set[AlertKey] = field(default_factory=set)
    lost: set[AlertKey] = field(default_factory=set)
    unsound: list[str] = field(default_factory=list)
    set_aside: int = 0
    calibrations_unreadable: int = 0
    drives_unreadable: list[str] = field(default_factory=list)
    drives_empty: int = 0
    unfinished: int = 0
    never_came: int = 0
    restart_s: list[float] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether everything is as it should be; how long a restart takes is for people to judge."""
        wrong = (self.lost, self.unsound, self.set_aside, self.calibrations_unreadable, self.drives_unreadable, self.never_came)
        return not any(wrong)

    def look_at(self, state: Path, *, deep: bool) -> None:
        """Look at what a death left in `state`. `deep` reads the whole database and all drive files, which takes longer."""
        journal = state / "journal.db"
        if journal.exists() and (problem := _unsound(journal, "integrity_check" if deep else "quick_check(1)")):
            self.unsound.append(problem)
        self.set_aside = len([*state.glob("journal.db.corrupt-*[0-9]")])
        self.unfinished = len([*state.rglob(f"*{UNFINISHED}")])
        try:
            CalibrationStore(state / "calibration.json").read()
        except CalibrationFileError:
            self.calibrations_unreadable += 1
        if deep:
            self.lost |= self.acknowledged - journalled(journal)
            self.drives_empty, self.drives_unreadable = 0, []
            for path in sorted((state / "drives").glob("*.mcap")):
                self._read(path)

    def _read(self, path: Path) -> None:
        """A file that was cut before its first record came to rest holds none; any other is to be read as far as it goes."""
        try:
            self.drives_empty += not any(True for _ in McapDrive(path))
        except DriveError as error:
            if path.stat().st_size == 0 or "no /dms/ channel" in str(error):
                self.drives_empty += 1
            else:
                self.drives_unreadable.append(str(error))

    def lines(self) -> Sequence[str]:
        """The figures, one a line."""
        p50, p95, most = (quantile(self.restart_s, share) for share in (0.5, 0.95, 1.0))
        took = f"p50 {p50:.2f} s, p95 {p95:.2f} s, at most {most:.2f} s" if p50 and p95 and most else "not measured"
        return (
            f"alerts heard: {self.alerts}, acknowledged: {len(self.acknowledged)}, of these lost: {len(self.lost)}",
            f"databases unsound: {len(self.unsound)}, set aside as damaged: {self.set_aside}",
            *sorted(set(self.unsound)),
            f"calibrations unreadable: {self.calibrations_unreadable}",
            f"drive files unreadable: {len(self.drives_unreadable)}, without a record: {self.drives_empty}",
            *self.drives_unreadable,
            f"half-written files left: {self.unfinished}",
            f"starts without an observation: {self.never_came}; start to first observation ({len(self.restart_s)}): {took}",
        )


def _unsound(journal: Path, check: str) -> str | None:
    """Why the database is not sound, None if it is: what the last death left is opened, as the next start opens it."""
    try:
        with closing(sqlite3.connect(journal)) as database:
            (verdict,) = database.execute(f"PRAGMA {check}").fetchone()
    except sqlite3.DatabaseError as error:
        return f"{journal.name}: {error}"
    return None if verdict == "ok" else f"{journal.name}: {verdict}"
