"""How attentive were people in a folder of videos? `python examples/attention_report.py lectures/ > report.csv`.

A line for every five minutes of each video: for how much of the time somebody was seen, looked ahead, smiled (interest) and drew
their brows together (confusion). Ahead is where the head of this video points most of the time; brows are drawn when they are
nearer to each other than in nineteen of twenty of this person's frames with a neutral face. Both are signs, not proof.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dms.capture.factory import open_source
from dms.capture.source import Silence
from dms.errors import SourceError
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.types import Observation

SPAN_S = 300.0
AHEAD_DEG = 20.0
SMILES, NEUTRAL = 0.5, 0.5
INNER_BROWS, OUTER_EYES = (21, 22), (36, 45)


@dataclass(frozen=True, slots=True)
class Span:
    """Shares in [0, 1] of some minutes of a video; all but `seen` are of the time in which somebody was seen."""

    from_s: float
    seen: float
    attention: float
    interest: float
    confusion: float


def report(video: Path) -> Iterator[Span]:
    """The spans of a video, in order of time."""
    perception = Perception(PerceptionSettings(landmarks=True))
    with open_source(video) as frames:
        seen = [perception.observe(frame) for frame in frames if not isinstance(frame, Silence)]
    t = np.array([one.t for one in seen])
    heads = np.array([(one.head.yaw_deg, one.head.pitch_deg) if one.head else (np.nan, np.nan) for one in seen])
    smiles = np.array([one.emotion["happiness"] if one.emotion else np.nan for one in seen])
    neutral = np.array([one.emotion["neutral"] if one.emotion else np.nan for one in seen])
    brows = np.array([_brow_gap(one) for one in seen])
    ahead = np.hypot(*(heads - np.nanmedian(heads, axis=0)).T) <= AHEAD_DEG
    at_rest = brows[neutral >= NEUTRAL]
    drawn = brows < (np.nanpercentile(at_rest, 5) if np.isfinite(at_rest).any() else -np.inf)
    for start_s in np.arange(0.0, t[-1] + 1e-9, SPAN_S) if len(t) else ():
        now = (t >= start_s) & (t < start_s + SPAN_S)
        there = now & np.isfinite(heads[:, 0])
        shares = [float(sign[there].mean()) if there.any() else np.nan for sign in (ahead, smiles >= SMILES, drawn)]
        yield Span(float(start_s), float(there.sum() / now.sum()), *shares)


def _brow_gap(seen: Observation) -> float:
    """The gap between the brows over the distance between the eyes' outer corners, NaN without landmarks."""
    if seen.landmarks is None:
        return np.nan
    points = np.array(seen.landmarks)
    gap, width = (np.linalg.norm(points[a] - points[b]) for a, b in (INNER_BROWS, OUTER_EYES))
    return float(gap / width)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    table = csv.writer(sys.stdout)
    table.writerow(["video", "from_s", "seen", "attention", "interest", "confusion"])
    for path in sorted(path for path in parser.parse_args().folder.iterdir() if path.is_file()):
        try:
            for span in report(path):
                shares = (f"{share:.2f}" for share in (span.seen, span.attention, span.interest, span.confusion))
                table.writerow([path.name, f"{span.from_s:.0f}", *shares])
        except SourceError as error:
            print(error, file=sys.stderr)
