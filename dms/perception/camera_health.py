"""Whether the camera can see, measured from the picture itself and never guessed from a missing face.

Every measure is taken on the picture's luminance reduced to an eighth (for 640 by 480), where sensor noise and compression
have averaged out, and compares the picture with itself, so it means the same by day, in infrared and at any gain:

- *saturated*: share of pixels at the top of the scale. A window behind the driver may take a third; more than half means that
  the picture is washed out.
- *structure*: the strongest edges (99th percentile of the gradient) relative to the brightest parts. A finger, a sticker or
  dirt on the lens leaves smooth shading without edges, and so does tape that makes the picture black. A view of a cabin, in any
  light, has edges that are a good part of its brightness. A step of one grey level does not count, so the noise of a black
  picture is not structure.
- *brightness*: how light the brightest twentieth is. A dark cabin with a face lit by an infrared lamp has it; if even that is
  only a few grey levels above black, there is nothing to read a face from.
- *sharpness*: the strongest edges at a half of the resolution over those at an eighth. A sharp edge is equally steep at both.
  When there is nothing but blur, it is a quarter as steep at the former, and an eye of 30 pixels can no longer be read; the
  limit lies just above that.
- *coherence*: the correlation of neighbouring pixels at half the resolution (`picture_faults`). Below one half there is more
  noise than view. Real and rendered pictures, infrared ones at night included, have 0.885 to 0.996; white noise has 0.
- *missing*: the share of a picture that is grey, black or one row repeated up to a straight edge (`picture_faults`): what a
  truncated JPEG or a bus that loses packets leaves. None of 1,291 real photographs has more than 0.20.
- *stale*: samples of the full picture that do not change by a single grey level, which the noise of a working sensor never
  allows. A timestamp that does not advance counts as the same.
- *frozen*: the samples change only as noise does, equally everywhere, and nothing has moved for seconds (`stillness`). An
  empty cabin may be that still, but a driver is not: a face that does not stir, not even to blink, is a picture of one.

Whether a picture is turned cannot be told without knowing what it shows, so `orientation` asks the networks. Whether it is
mirrored cannot be told even then: cabins exist in both mirror images, and a face is nearly its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception.crops import Picture
from dms.perception.picture_faults import coherence, missing_share
from dms.perception.stillness import Stillness
from dms.types import CameraHealth

COARSE_LONG_SIDE = 80
FINE_LONG_SIDE = 320
SATURATED_LEVEL = 250
BLACK_LEVELS = 4.0
"""Added to a brightness that something is divided by: a picture is never blacker than its sensor's offset."""


@dataclass(frozen=True, slots=True)
class PictureMeasures:
    """The measures of one picture, as the module defines them: `brightness` in grey levels, `saturated` and `missing` as shares
    of the picture, the others as ratios."""

    saturated: float
    structure: float
    brightness: float
    sharpness: float
    coherence: float
    missing: float


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """The limits beyond which a measure is bad, how far it must recover to be good again (`relief`, a factor), how long a state
    must last to be believed, and how often the picture is measured."""

    saturated: float = 0.5
    structure: float = 0.12
    brightness: float = 24.0
    sharpness: float = 0.32
    coherence: float = 0.5
    missing: float = 0.28
    relief: float = 1.25
    believed_after_s: float = 0.5
    stale_after_s: float = 1.0
    frozen_after_s: float = 6.0
    measured_every_s: float = 0.2


LIMITS = HealthLimits()
READABLE = frozenset({CameraHealth.OK, CameraHealth.BLURRED})
"""States that a picture may be in that is frozen as well; in the others nobody reads a face from it anyway."""


def reduced(grey: Picture, long_side: int) -> Picture:
    """The picture with its longer side reduced to `long_side` by averaging; smaller pictures are returned unchanged."""
    scale = long_side / max(grey.shape)
    if scale >= 1:
        return grey
    size = (max(4, round(grey.shape[1] * scale)), max(4, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def strongest_edges(picture: Picture) -> float:
    """99th percentile of the difference between neighbours, across or down, in grey levels."""
    across = cv2.absdiff(picture[:-1, 1:], picture[:-1, :-1])
    down = cv2.absdiff(picture[1:, :-1], picture[:-1, :-1])
    return _percentile(cv2.max(across, down), 0.99)


def _percentile(values: NDArray[np.generic], share: float) -> float:
    """Percentile of 8-bit values from their histogram, a hundred times faster than by sorting."""
    counts = np.bincount(np.asarray(values, dtype=np.uint8).ravel(), minlength=256).cumsum()
    return float(np.searchsorted(counts, share * counts[-1]))


def measure(grey: Picture) -> PictureMeasures:
    """The measures of a grey picture (height, width)."""
    fine = reduced(grey, FINE_LONG_SIDE)
    return _measured(fine, reduced(fine, COARSE_LONG_SIDE))


def _measured(fine: Picture, coarse: Picture) -> PictureMeasures:
    brightness = _percentile(coarse, 0.95)
    edges = strongest_edges(coarse)
    return PictureMeasures(
        saturated=float(np.count_nonzero(coarse >= SATURATED_LEVEL)) / coarse.size,
        structure=max(edges - 1.0, 0.0) / (brightness + BLACK_LEVELS),
        brightness=brightness,
        sharpness=strongest_edges(fine) / (edges + 1.0),
        coherence=coherence(fine),
        missing=missing_share(coarse),
    )


def judge(measures: PictureMeasures, current: CameraHealth = CameraHealth.OK, limits: HealthLimits = LIMITS) -> CameraHealth:
    """Returns the state that one picture's measures indicate. `relief` moves the limits of the `current` state, so that it does
    not flicker."""

    def relief(state: CameraHealth) -> float:
        return limits.relief if current is state else 1.0

    if measures.saturated > limits.saturated / relief(CameraHealth.OVEREXPOSED):
        return CameraHealth.OVEREXPOSED
    if measures.structure < limits.structure * relief(CameraHealth.COVERED):
        return CameraHealth.COVERED
    if measures.missing > limits.missing / relief(CameraHealth.TORN):
        return CameraHealth.TORN
    if measures.coherence < limits.coherence * relief(CameraHealth.NOISY):
        return CameraHealth.NOISY
    if measures.brightness < limits.brightness * relief(CameraHealth.DARK):
        return CameraHealth.DARK
    if measures.sharpness < limits.sharpness * relief(CameraHealth.BLURRED):
        return CameraHealth.BLURRED
    return CameraHealth.OK


class CameraWatch:
    """The state of the camera over time. A change is believed once it has lasted `believed_after_s`."""

    def __init__(self, limits: HealthLimits = LIMITS) -> None:
        self._limits = limits
        self._state = CameraHealth.OK
        self._seen = CameraHealth.OK
        self._seen_since = 0.0
        self._measured_at: float | None = None
        self._samples = b""
        self._fresh_at = 0.0
        self._latest_t = -1.0
        self._stillness = Stillness(limits.frozen_after_s)

    def look(self, grey: Picture, t: float, face_seen: bool = True) -> CameraHealth:
        """Take in a grey picture (height, width) captured at `t` seconds. Returns the state of the camera.

        `face_seen` says whether the previous picture showed a face; without one, nothing has to move.
        """
        if self._is_stale(grey, t):
            return CameraHealth.STALE
        if self._measured_at is None or not 0 <= t - self._measured_at < self._limits.measured_every_s:
            self._measured_at = t
            self._take_in(self._judge(grey, t, face_seen), t)
        return self._state

    def _judge(self, grey: Picture, t: float, face_seen: bool) -> CameraHealth:
        fine = reduced(grey, FINE_LONG_SIDE)
        coarse = reduced(fine, COARSE_LONG_SIDE)
        seen = judge(_measured(fine, coarse), self._state, self._limits)
        is_still = self._stillness.look(fine, (coarse.shape[1], coarse.shape[0]), t)
        may_freeze = face_seen or CameraHealth.FROZEN in (self._seen, self._state)
        return CameraHealth.FROZEN if is_still and may_freeze and seen in READABLE else seen

    def _is_stale(self, grey: Picture, t: float) -> bool:
        if t <= self._latest_t:
            return True
        samples = grey[::8, ::8].tobytes()
        if samples != self._samples:
            self._fresh_at = t
        self._samples, self._latest_t = samples, t
        return t - self._fresh_at >= self._limits.stale_after_s

    def _take_in(self, seen: CameraHealth, t: float) -> None:
        if seen is not self._seen:
            self._seen, self._seen_since = seen, t
        if t - self._seen_since >= self._limits.believed_after_s:
            self._state = seen
