"""Which moments of a drive deserve a picture. Where the pictures come from is the business of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.drives.report.episodes import Judgement, Verdict

MOST_PICTURES = 96
MOST_BYTES = 1_000_000
"""Of all pictures of a page together: a fifth of what an hour's page may weigh."""
_REGULAR = 60
_CLOSEST_S = 0.5


@dataclass(frozen=True, slots=True)
class Picture:
    """What the camera saw at `t`, as a JPEG file; size in pixels."""

    t: float
    jpeg: bytes
    width: int
    height: int


def moments(judgements: Sequence[Judgement], start_s: float, end_s: float) -> list[float]:
    """The times to look at, sorted: alerts and labels, what went wrong and what is worse first, and some at regular distances."""
    wanted: list[tuple[int, float]] = []
    for judgement in judgements:
        for episode in judgement.episodes:
            wrong = episode.verdict is Verdict.FALSE
            wanted.append((-episode.level.rank - 2 * wrong, episode.start.t))
        wanted += [(-5 * (label.verdict is Verdict.MISSED), (label.label.t + label.label.end) / 2) for label in judgement.labels]
    step_s = (end_s - start_s) / _REGULAR
    wanted += [(1, start_s + (index + 0.5) * step_s) for index in range(_REGULAR)]
    chosen: list[float] = []
    for _, t in sorted(wanted):
        if len(chosen) < MOST_PICTURES and start_s <= t <= end_s and all(abs(t - other) >= _CLOSEST_S for other in chosen):
            chosen.append(t)
    return sorted(chosen)


def within_limits(pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    """As many of the pictures, evenly spread, as a page may carry."""
    kept = tuple(pictures)
    while len(kept) > 1 and sum(len(picture.jpeg) for picture in kept) > MOST_BYTES:
        kept = kept[::2]
    return kept
