"""The figures as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.outside.judge import Bars, Judged, bars_of
from tools.outside.seconds import Second

HEAD = "| drive | seconds moving | called moving | called standing | seconds standing | called standing | called moving |"
TURNS_FROM_DEG_S = 2.0


@dataclass(frozen=True, slots=True)
class Count:
    """Seconds by what was true and what was said."""

    moving: int = 0
    moving_right: int = 0
    moving_wrong: int = 0
    standing: int = 0
    standing_right: int = 0
    standing_wrong: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def count(judged: Judged, bars: Bars) -> Count:
    """What was said of a drive. `moving_wrong` are moving seconds called standing, `standing_wrong` the other way round."""
    says_moving, says_standing = judged.probability >= bars.moving, judged.probability <= bars.standing
    moves, stands = judged.moves == 1.0, judged.moves == 0.0
    return Count(*(
        int(part.sum()) for part in (
            moves, moves & says_moving, moves & says_standing, stands, stands & says_standing, stands & says_moving,
        )
    ))  # fmt: skip


def table(judged: Sequence[Judged], bars: Sequence[Bars]) -> list[str]:
    """One line for every drive, each by bars of its own, and one for all."""
    counts = [count(one, each) for one, each in zip(judged, bars, strict=True)]
    lines = [HEAD, "|---|---|---|---|---|---|---|"]
    return [
        *lines,
        *(_line(one.drive, of) for one, of in zip(judged, counts, strict=True)),
        _line("**all**", total(judged, bars)),
    ]


def total(judged: Sequence[Judged], bars: Sequence[Bars]) -> Count:
    """What was said of all drives together."""
    return sum((count(one, each) for one, each in zip(judged, bars, strict=True)), Count())


def _line(name: str, of: Count) -> str:
    cells = (of.moving, of.moving_right, of.moving_wrong, of.standing, of.standing_right, of.standing_wrong)
    return f"| {name} | " + " | ".join(str(cell) if cell else "·" for cell in cells) + " |"


def others_bars(judged: Sequence[Judged]) -> list[Bars]:
    """For every drive the bars that the other drives allow."""
    return [bars_of([other for other in judged if other is not one]) for one in judged]


def precisions(counts: Count) -> str:
    """Precision and recall of both claims in a sentence."""
    return (
        f"moving: precision {_share(counts.moving_right, counts.moving_right + counts.standing_wrong)}, "
        f"recall {_share(counts.moving_right, counts.moving)}; "
        f"standing: precision {_share(counts.standing_right, counts.standing_right + counts.moving_wrong)}, "
        f"recall {_share(counts.standing_right, counts.standing)}"
    )


def _share(part: int, of: int) -> str:
    return f"{100 * part / of:.1f} % ({part} of {of})" if of else "never claimed"


def turning(seconds: Sequence[Second]) -> list[str]:
    """How the flow in the windows goes with the yaw rate, in drives that turn."""
    lines = []
    for drive in dict.fromkeys(one.drive for one in seconds):
        of_drive = [one for one in seconds if one.drive == drive and one.seen is not None and one.yaw_rate_deg_s is not None]
        rates = np.array([one.yaw_rate_deg_s for one in of_drive], np.float64)
        if len(of_drive) > 10 and np.abs(rates).max() > TURNS_FROM_DEG_S:
            flow = np.array([one.flow_px for one in of_drive])
            turns = np.abs(rates) > TURNS_FROM_DEG_S
            sign = np.sign(np.corrcoef(flow, rates)[0, 1])
            right = int((np.sign(flow[turns]) == sign * np.sign(rates[turns])).sum())
            lines.append(
                f"{drive}: correlation of flow and yaw rate {np.corrcoef(flow, rates)[0, 1]:+.2f}; "
                f"the side is right in {right} of {int(turns.sum())} turning seconds"
            )
    return lines
