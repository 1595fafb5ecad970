"""Curves of a training as a table (CSV) and as a picture (PNG): every measure over the samples seen."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from dms.durable import WholeFile, write_whole
from tools.picture_files import Picture
from tools.train.running.state import Row

TABLE, PICTURE = "curves.csv", "curves.png"
COLUMNS, PANEL_WIDTH, PANEL_HEIGHT, MARGIN = 3, 320, 200, 28
INK, FRAME, PAPER = (160, 60, 20), (170, 170, 170), 255


def write_curves(rows: Sequence[Row], folder: Path) -> None:
    """Write `curves.csv` and `curves.png` into a folder; nothing before there is a row."""
    if not rows:
        return
    write_whole(folder / TABLE, as_csv(rows))
    with WholeFile(folder / PICTURE) as file:
        _, content = cv2.imencode(".png", picture(rows))
        file.path.write_bytes(content.tobytes())


def measures(rows: Sequence[Row]) -> list[str]:
    """The names of what was measured, in the order in which they came."""
    return [name for name in dict.fromkeys(name for row in rows for name in row) if name not in ("samples", "minutes")]


def as_csv(rows: Sequence[Row]) -> str:
    """The table; a cell is empty where a row does not have that measure."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ["samples", "minutes", *measures(rows)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: f"{value:.6g}" if name != "samples" else int(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def picture(rows: Sequence[Row]) -> Picture:
    """A panel for each measure, BGR."""
    names = measures(rows)
    panels = [_panel(name, [(row["samples"], row[name]) for row in rows if name in row]) for name in names]
    panels += [np.full_like(panels[0], PAPER)] * (-len(panels) % COLUMNS)
    return np.vstack([np.hstack(panels[start : start + COLUMNS]) for start in range(0, len(panels), COLUMNS)])


def _panel(name: str, points: Sequence[tuple[float, float]]) -> Picture:
    """One measure over the samples, its last value beside its name; logarithmic where it never reaches 0 and falls far."""
    panel = np.full((PANEL_HEIGHT, PANEL_WIDTH, 3), PAPER, np.uint8)
    samples, values = (np.array(column, np.float64) for column in zip(*points, strict=True))
    known = np.isfinite(values)
    if not known.any():
        return panel
    low, high = float(values[known].min()), float(values[known].max())
    is_logarithmic = low > 0.0 and high / low > 10.0
    scaled = np.log(np.maximum(values, low)) if is_logarithmic else values
    bottom, top = float(scaled[known].min()), float(scaled[known].max())
    across = (samples - samples[0]) / max(samples[-1] - samples[0], 1.0)
    up = (scaled - bottom) / max(top - bottom, 1e-12)
    left, right, ceiling, floor = MARGIN, PANEL_WIDTH - MARGIN, MARGIN, PANEL_HEIGHT - MARGIN
    cv2.rectangle(panel, (left, ceiling), (right, floor), FRAME, 1)
    line = np.column_stack([left + across * (right - left), floor - up * (floor - ceiling)])[known]
    cv2.polylines(panel, [line.round().astype(np.int32)], False, INK, 1, cv2.LINE_AA)
    if len(line) == 1:
        cv2.circle(panel, tuple(line[0].round().astype(int).tolist()), 2, INK, -1, cv2.LINE_AA)
    _write(panel, f"{name}  {values[known][-1]:.4g}{'  (log)' if is_logarithmic else ''}", (left, ceiling - 8))
    _write(panel, f"{_short(samples[0])} .. {_short(samples[-1])} samples, {low:.3g} .. {high:.3g}", (left, floor + 16))
    return panel


def _short(samples: float) -> str:
    return f"{samples / 1000:.4g}k" if samples >= 1000 else f"{math.floor(samples)}"


def _write(panel: Picture, text: str, place: tuple[int, int]) -> None:
    cv2.putText(panel, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.38, (0, 0, 0), 1, cv2.LINE_AA)
