"""An estimate of sleepiness on the Karolinska scale (KSS, 1 to 9): published relations combined, not a measurement.

PERCLOS without blinks: alert drivers 1-2 %; below 7.5 % awake (Wierwille), where the first signs of sleepiness (KSS 6) are put;
10-15 % is JDS 6.70 and KSS 8 is JDS 6.26 (NSTSCE 25-UI-177), so that 12.5 % is about 8.3 at 1.6 JDS a level (Optalert); measures
correlate with each other by 0.45-0.69, which leaves 1.6 of the scale's spread of about 2 levels unexplained. These relations
are for many slow closures; the median microsleep lasts 3.4 s. So a closure counts for 3 s at most: a single long sleep, which has
a warning of its own, does not read as sleepiness for the next three minutes.

Blink duration: 102 ms at KSS 1 to 151 ms at KSS 9, 6.1 ms a level, with individuals spread by 1.7 levels: used against the
driver's own blinks while alert (KSS 3). Single blinks spread by 51 ms, so that the mean of 85 of them (5 minutes) is known to
0.9 levels, twice: now and while alert. Normal blinks do not outweigh long closures.
"""

from __future__ import annotations

from itertools import pairwise

from dms.fusion.settings import FusionSettings

_PERCLOS_TO_KSS = ((0.0, 2.5), (0.02, 3.0), (0.075, 6.0), (0.125, 8.3), (0.20, 9.0))
_PERCLOS_SIGMA = 1.6
_BLINK_S_PER_LEVEL = (0.151 - 0.102) / 8
_BLINK_SIGMA = 2.1  # the root of 1.7² + 2 · 0.9²
_ALERT_KSS = 3.0
# The two cues share their causes: together they cannot be more certain than this.
_LEAST_SIGMA = 1.3


class DrowsinessEstimator:
    """Remembers how long this driver blinks while alert, and weights the two cues by their certainty."""

    __slots__ = ("_alert_blink_s", "_settings")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._alert_blink_s: float | None = None

    def estimate(self, perclos: float | None, blink_s: float | None) -> tuple[float | None, float | None]:
        """Returns KSS and its standard error, from PERCLOS over 3 minutes and the mean blink duration; None while unknown."""
        if perclos is None:
            return None, None
        kss = _interpolate(perclos)
        if blink_s is None:
            return kss, _PERCLOS_SIGMA
        if self._alert_blink_s is None:
            if perclos > self._settings.drowsy_start:
                return kss, _PERCLOS_SIGMA
            self._alert_blink_s = blink_s
        by_blinks = min(9.0, max(1.0, _ALERT_KSS + (blink_s - self._alert_blink_s) / _BLINK_S_PER_LEVEL))
        weight = _BLINK_SIGMA**-2 / (_BLINK_SIGMA**-2 + _PERCLOS_SIGMA**-2)
        return max(kss, kss + weight * (by_blinks - kss)), _LEAST_SIGMA


def _interpolate(perclos: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(_PERCLOS_TO_KSS):
        if perclos <= x1:
            return y0 + (perclos - x0) / (x1 - x0) * (y1 - y0)
    return _PERCLOS_TO_KSS[-1][1]
