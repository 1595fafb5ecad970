"""Moments as people write them on a command line."""

from __future__ import annotations

import re
import time

from dms.errors import UsageError
from dms.wall_clock import utc_from_text

_SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def moment_ns(option: str, text: str) -> int:
    """Nanoseconds since 1970 of `2h` (ago), a date, or a date and time; without a zone it is UTC.

    Raises:
        UsageError: it is none of these; the message names the option.
    """
    ago = _AGO.fullmatch(text)
    if ago:
        return time.time_ns() - int(float(ago[1]) * _SECONDS_PER_UNIT[ago[2]] * 1e9)
    try:
        return utc_from_text(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option} '{text}': expected 90s, 30m, 2h, 3d, 1w, 2026-11-21 or 2026-11-21T09:30:00Z") from error
