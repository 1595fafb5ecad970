"""Move the pointer with the head: `python examples/head_cursor.py /dev/video0 | xdotool -`.

Each line is a command for xdotool (X11), which moves the pointer; any other program can read it as well. The head's direction in
the first second is the middle of the screen, and 20 degrees to a side are its edge. The pointer rests while nobody is seen.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from statistics import fmean

from dms.capture.factory import open_source
from dms.capture.source import Silence
from dms.perception.pipeline import Perception

EDGE_DEG = 20.0
MIDDLE_S = 1.0


class OneEuroFilter:
    """Smooths slow movements more than fast ones (Casiez, Roussel and Vogel, "1€ Filter", CHI 2012)."""

    def __init__(self, least_cutoff_hz: float = 0.8, slope: float = 0.08) -> None:
        self._least_cutoff_hz, self._slope = least_cutoff_hz, slope
        self._before: tuple[float, float, float] | None = None

    def __call__(self, t: float, value: float) -> float:
        """The smoothed value at `t` in seconds."""
        if self._before is None or t <= self._before[0]:
            self._before = (t, value, 0.0)
            return value
        before_t, before, speed = self._before
        step_s = t - before_t
        speed += _weight(1.0, step_s) * ((value - before) / step_s - speed)
        value = before + _weight(self._least_cutoff_hz + self._slope * abs(speed), step_s) * (value - before)
        self._before = (t, value, speed)
        return value


def _weight(cutoff_hz: float, step_s: float) -> float:
    return 1.0 / (1.0 + 1.0 / (2 * math.pi * cutoff_hz * step_s))


def pointer_places(source: str, width_px: int, height_px: int) -> Iterator[tuple[int, int]]:
    """Where the head points on a screen of that size, for every frame in which it is seen."""
    perception, smooth = Perception(), (OneEuroFilter(), OneEuroFilter())
    at_rest: list[tuple[float, float]] = []
    begun_s = math.nan
    with open_source(source) as frames:
        for frame in frames:
            if isinstance(frame, Silence) or (head := perception.observe(frame).head) is None:
                continue
            yaw_deg, pitch_deg = smooth[0](frame.t, head.yaw_deg), smooth[1](frame.t, head.pitch_deg)
            begun_s = frame.t if math.isnan(begun_s) else begun_s
            if frame.t - begun_s <= MIDDLE_S:
                at_rest.append((yaw_deg, pitch_deg))
            rest_yaw_deg, rest_pitch_deg = (fmean(angles) for angles in zip(*at_rest, strict=True))
            # Yaw above 0 is to the person's left, which is the left of the screen before them; pitch above 0 is up.
            yield _on_screen(rest_yaw_deg - yaw_deg, width_px), _on_screen(rest_pitch_deg - pitch_deg, height_px)


def _on_screen(turned_deg: float, size_px: int) -> int:
    share = min(max(turned_deg / EDGE_DEG, -1.0), 1.0)
    return round((share + 1.0) / 2 * (size_px - 1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", help="a camera, a video, a stream: whatever `dms run` takes")
    parser.add_argument("--screen", default="1920x1080", help="its size in pixels")
    arguments = parser.parse_args()
    for x_px, y_px in pointer_places(arguments.source, *map(int, arguments.screen.split("x"))):
        print(f"mousemove {x_px} {y_px}", flush=True)
