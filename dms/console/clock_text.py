"""Times of a drive as people write them."""

from __future__ import annotations

import re

from dms.errors import UsageError

_CLOCK = re.compile(r"(?:(?:(?P<hours>\d+):)?(?P<minutes>\d+):)?(?P<seconds>\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_LONGEST_CLOCK = 30


def seconds_of(option: str, text: str) -> float:
    """Return the seconds of `754.2`, `12:34.2` or `1:02:03`.

    Raises:
        UsageError: `option` has a value that is none of these.
    """
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None or len(text) > _LONGEST_CLOCK:
        raise UsageError(f"{option} {text}: expected seconds (754.2), minutes (12:34.2) or hours (1:02:03) of the drive")
    if (clock["minutes"] and float(clock["seconds"]) >= 60.0) or (clock["hours"] and int(clock["minutes"]) >= 60):
        raise UsageError(f"{option} {text}: no clock shows that: seconds, and minutes after hours, are below 60")
    return round(int(clock["hours"] or 0) * 3600 + int(clock["minutes"] or 0) * 60 + float(clock["seconds"]), 6)
