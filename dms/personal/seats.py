"""Which of the kept calibrations are meant."""

from __future__ import annotations

import time
from collections.abc import Sequence

from dms.personal.selection import Selection
from dms.service.calibration_file import KeptSeat
from dms.wall_clock import utc_from_text


def meant_seats(seats: Sequence[KeptSeat], selection: Selection) -> list[KeptSeat]:
    """The seats that are meant, or may be. One that is still kept has been in use from when it was learned until now."""
    now_ns = time.time_ns()
    return [seat for seat in seats if selection.covers(seat.source, _learned_ns(seat), now_ns) is not False]


def _learned_ns(seat: KeptSeat) -> int | None:
    try:
        return utc_from_text(seat.learned_utc or "")
    except ValueError:
        return None
