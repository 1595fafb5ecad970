"""Timing: how early or late the events of a rendered drive are read, and how long they seem, against those of the exact driver.

Both go through the same fusion, so that a definition (closed is below a fifth) is no error; what is left is what pixels, frame
rate and smoothing do. A slower camera's longer exposure is not in it: pictures are sharp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dms.types import CueEvent, CueEventKind
from tools.evaluation.cue_events import of_kind

if TYPE_CHECKING:
    from tools.evaluation.timing_drive import Seen

CUES: dict[str, tuple[CueEventKind, ...]] = {
    "glance": ("glance",),
    "closure": ("closure", "long_blink"),
    "blink": ("blink",),
    "yawn": ("yawn",),
}
NEAR_S = 0.3
"""An event read so long before or after may still be the one that there was."""


@dataclass(frozen=True, slots=True)
class CueTiming:
    """One cue at one frame rate. Bias is read minus true, spread the standard deviation; in seconds, None if none was found."""

    cue: str
    fps: int
    there: int
    found: int
    invented: int
    onset_bias_s: float | None
    onset_spread_s: float | None
    length_bias_s: float | None
    length_spread_s: float | None


def timings(seen: Seen) -> list[CueTiming]:
    """Every cue at every frame rate."""
    return [
        timing(cue, fps, of_kind(seen.exact, *kinds), of_kind(read, *kinds))
        for cue, kinds in CUES.items()
        for fps, read in seen.read.items()
    ]


def timing(cue: str, fps: int, exact: Sequence[CueEvent], read: Sequence[CueEvent]) -> CueTiming:
    """One cue: each true event is given the event read nearest to it, each of those once."""
    pairs, left = [], list(read)
    for true in exact:
        near = [event for event in left if event.onset < true.end + NEAR_S and event.end > true.onset - NEAR_S]
        if near:
            best = min(near, key=lambda event: abs(event.onset - true.onset) + abs(event.end - true.end))
            left.remove(best)
            pairs.append((best.onset - true.onset, best.duration_s - true.duration_s))
    if not pairs:
        return CueTiming(cue, fps, len(exact), 0, len(left), None, None, None, None)
    onset, length = np.array(pairs).T
    return CueTiming(
        cue, fps, len(exact), len(pairs), len(left),
        float(onset.mean()), float(onset.std()), float(length.mean()), float(length.std()),
    )  # fmt: skip


def table(rows: Sequence[CueTiming]) -> str:
    """The table as Markdown, in milliseconds."""
    lines = ["| cue | frames a second | there | found | invented | onset, ms | length, ms |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        onset, length = _cell(row.onset_bias_s, row.onset_spread_s), _cell(row.length_bias_s, row.length_spread_s)
        lines.append(f"| {row.cue} | {row.fps} | {row.there} | {row.found} | {row.invented} | {onset} | {length} |")
    return "\n".join([*lines, "", "Bias (read minus true) ± standard deviation."])


def _cell(bias_s: float | None, spread_s: float | None) -> str:
    return "–" if bias_s is None or spread_s is None else f"{bias_s * 1000:+.0f} ± {spread_s * 1000:.0f}"
