"""On which day a drive was driven: what it says of itself, or what it or a folder is called. The times of files say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

RECORDED_UTC = "recorded_utc"
"""Under which a recorded drive says when it was begun."""
_IN_FOLDERS = 3
_DATE = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<between>[-_]?)(?P<month>[01]\d)(?P=between)(?P<day>[0-3]\d)(?!\d)")


def day_of(path: Path, metadata: Mapping[str, str]) -> date | None:
    """The day in UTC, or as the name has it; None if nothing says so."""
    names = (path.name, *(folder for folder in reversed(path.parent.parts[-_IN_FOLDERS:])))
    told = (metadata.get(RECORDED_UTC, ""), *names)
    return next((day for text in told for day in _days_in(text)), None)


def _days_in(text: str) -> Iterator[date]:
    for found in _DATE.finditer(text):
        try:
            yield date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:  # digits that are no day, such as a serial number
            continue
