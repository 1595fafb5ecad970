"""Journals in processes of their own, for what cannot be tried within the test's: `python -m tests.outputs.journal_processes`."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from dms.outputs.journal import Journal
from tests.outputs.journal_examples import A_DRIVE, rows, wait_for
from tests.outputs.output_examples import PATIENCE_S, an_alert


def to_be_killed(path: Path, session: str) -> None:
    """Write alerts for ever, and say of each that is acknowledged which it was."""
    journal = Journal(path)
    journal.begin_drive(**A_DRIVE | {"session": session})
    for number in range(1_000_000):
        if journal.record_alert(an_alert(float(number))).wait(PATIENCE_S):
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


def disk_full(folder: Path) -> dict[str, Any]:
    """Someone else fills the disk, and clears up again."""
    filler = folder / "filler"

    def fill() -> None:
        with filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096) == 4096:
                pass

    def fill_until_error() -> None:
        try:
            fill()
        except OSError as error:
            sys.stderr.write(f"{error}\n")

    return _go_through(folder / "journal.db", fill_until_error, filler.unlink)


def disk_full_at_start(folder: Path) -> dict[str, Any]:
    """The service starts on a disk that somebody else has filled to the last byte, and clears up later."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    journal = Journal(folder / "journal.db", retry_delays_s=(0.05,))
    journal.begin_drive(**A_DRIVE)
    acknowledged = journal.record_alert(an_alert(7.0)).wait(PATIENCE_S)
    wait_for(lambda: False, 0.5)  # several attempts, each of which must let go of what it took
    during = asdict(journal.health())
    filler.unlink()
    recovered = wait_for(lambda: journal.health().backlog == 0 and journal.health().status == "ok")
    journal.close()
    stored = [alert["t"] for alert in rows(folder / "journal.db", "alerts")]
    return {"acknowledged": acknowledged, "during": during, "recovered": recovered, "stored": stored}


def file_may_not_grow(folder: Path) -> dict[str, Any]:
    """The limit on the size of files is reached, and lifted again."""

    def limit(size: int) -> Callable[[], None]:
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return _go_through(folder / "journal.db", limit(100_000), limit(resource.RLIM_INFINITY))


def read_only(path: Path, target: str) -> dict[str, Any]:
    """What may not be written to at first (`target`) may be later."""
    journal = Journal(path, retry_delays_s=(0.05,))
    journal.begin_drive(**A_DRIVE)
    acknowledged = journal.record_alert(an_alert(100.0)).wait(PATIENCE_S)
    during = asdict(journal.health())
    Path(target).chmod(0o700)
    recovered = wait_for(lambda: journal.health().backlog == 0)
    return {"acknowledged": acknowledged, "during": during, "recovered": recovered, "closed": journal.close()}


def _go_through(path: Path, trouble_begins: Callable[[], None], trouble_ends: Callable[[], None]) -> dict[str, Any]:
    journal = Journal(path, retry_delays_s=(0.05,))
    journal.begin_drive(**A_DRIVE)
    acknowledged = [journal.record_alert(an_alert(0.0)).wait(PATIENCE_S)]
    trouble_begins()
    for number in range(1, 60):
        acknowledged.append(journal.record_alert(an_alert(float(number), story="x" * 3000)).wait(PATIENCE_S))
    during = asdict(journal.health())
    trouble_ends()
    recovered = wait_for(lambda: journal.health().backlog == 0 and journal.health().status == "ok")
    journal.close()
    stored = [alert["t"] for alert in rows(path, "alerts")]
    return {
        "acknowledged": acknowledged,
        "during": during,
        "recovered": recovered,
        "after": asdict(journal.health()),
        "stored": stored,
    }


if __name__ == "__main__":
    story = {play.__name__: play for play in (to_be_killed, disk_full, disk_full_at_start, file_may_not_grow, read_only)}[
        sys.argv[1]
    ]
    sys.stdout.write(json.dumps(story(Path(sys.argv[2]), *sys.argv[3:])))
