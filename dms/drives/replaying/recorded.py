"""`dms replay --rules recorded`: a drive under the rules that it was recorded under."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dms.errors import DriveError
from dms.monitor.setup import RecordedMonitor
from dms.recording.drive import VIDEO_SUFFIXES, open_drive
from dms.types import Alert, DriveRecord, Observation, Setup


def recorded_monitor(path: Path) -> RecordedMonitor:
    """What decides on the drive at `path` as the live service did.

    Raises:
        DriveError: the drive cannot be read, or does not begin with a Setup.
    """
    setup = None if path.suffix.lower() in VIDEO_SUFFIXES else _first_setup(open_drive(path))
    if setup is None:
        raise DriveError(
            f"{path}: does not say under which rules it was recorded (it is not a recording of `dms run`, or of an older one): "
            "replay it under a pack, with --rules PACK"
        )
    try:
        return RecordedMonitor(setup)
    except DriveError as error:
        raise DriveError(f"{path}: {error}") from error


def _first_setup(records: Iterable[DriveRecord]) -> Setup | None:
    for record in records:
        if isinstance(record, Setup):
            return record
        if isinstance(record, Observation | Alert):
            return None
    return None
