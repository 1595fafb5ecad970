"""The figures as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.outside.judge import PRECISION_ASKED, Bars, Judged, bars_of
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


def table(judged: Sequence[Judged], bars: Bars) -> list[str]:
    """One line for every drive, and one for all."""
    lines = [_line(one.drive, count(one, bars)) for one in judged]
    return [HEAD, "|---|---|---|---|---|---|---|", *lines, _line("**all**", total(judged, [bars] * len(judged)))]


def total(judged: Sequence[Judged], bars: Sequence[Bars]) -> Count:
    """What was said of all drives together."""
    return sum((count(one, each) for one, each in zip(judged, bars, strict=True)), Count())


def _line(name: str, of: Count) -> str:
    cells = (of.moving, of.moving_right, of.moving_wrong, of.standing, of.standing_right, of.standing_wrong)
    return f"| {name} | " + " | ".join(str(cell) if cell else "·" for cell in cells) + " |"


def curve(judged: Sequence[Judged]) -> list[str]:
    """Precision and recall of all drives together, the surer the model has to be the further down; last, each drive by bars that
    reach the precision asked on all others."""
    lines = [
        f"sure to {sure:.0%}: {precisions(total(judged, [Bars(1.0 - sure, sure)] * len(judged)))}"
        for sure in (0.5, 0.8, 0.95, 0.99)
    ]
    others = [bars_of([other for other in judged if other is not one]) for one in judged]
    return [*lines, f"as sure as {PRECISION_ASKED:.0%} on the other drives takes: {precisions(total(judged, others))}"]


def precisions(counts: Count) -> str:
    """Precision and recall of both claims in a sentence."""
    moving = _claim(counts.moving_right, counts.standing_wrong, counts.moving)
    return f"moving: {moving}; standing: {_claim(counts.standing_right, counts.moving_wrong, counts.standing)}"


def _claim(right: int, wrong: int, of: int) -> str:
    precision = f"precision {_share(right, right + wrong)}" if right + wrong else "never claimed"
    return f"{precision}, recall {_share(right, of)}" if of else f"{precision}, none to find"


def _share(part: int, of: int) -> str:
    return f"{100 * part / of:.1f} % ({part} of {of})"


def turning(seconds: Sequence[Second]) -> list[str]:
    """How the flow in the windows goes with the yaw rate, and how often there is as much of it without a turn."""
    known = [one for one in seconds if one.seen is not None and one.yaw_rate_deg_s is not None]
    rates, flow = (np.array([getattr(one, name) for one in known], np.float64) for name in ("yaw_rate_deg_s", "flow_px"))
    turns = np.abs(rates) > TURNS_FROM_DEG_S
    if not turns.any():
        return []
    lines = []
    for drive in dict.fromkeys(one.drive for one, is_turn in zip(known, turns, strict=True) if is_turn):
        of_drive = np.array([one.drive == drive for one in known])
        right = int((np.sign(flow) == np.sign(rates))[of_drive & turns].sum())
        together = float(np.corrcoef(flow[of_drive], rates[of_drive])[0, 1])
        lines.append(
            f"{drive}: correlation {together:+.2f}, the side is right in {right} of {int((of_drive & turns).sum())} seconds"
        )
    usual = float(np.median(np.abs(flow[turns])))
    as_much = int((np.abs(flow[~turns]) >= usual).sum())
    return [
        *lines,
        f"all drives: as much flow as in half of the turns in {as_much} of {int((~turns).sum())} seconds without a turn",
    ]
