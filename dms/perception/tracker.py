"""Tracking one face from frame to frame, and knowing which face is the driver's.

The driver is whoever sits in the driver's place: at first the nearest (largest) face where the driver can be (`driver_search`),
then whoever continues where that face was. A face elsewhere is taken for the driver's only after a hold-off, and a passenger
who was seen beside the driver only after a long one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from dms.perception import crops
from dms.perception.crops import Crop
from dms.perception.decode import Box, overlap

LONGEST_PREDICTION_S = 0.5
"""A track not renewed for longer is lost: a head may be anywhere by then."""
SPEED_MEMORY_S = 0.1
SIZE_MEMORY_S = 0.1
"""The size of the crop follows that of the face with this delay: one reading that is too small would otherwise cut the next
crop too small, and so on until the face is lost."""
UPRIGHT_DEG = 20.0
"""Face crops are left upright up to this roll, which the network knows; a crop that turned with every frame would make the
readings tremble."""
CROP_SLACK = 0.04
"""A crop is kept while the wanted one differs by less than this share of its side, for the same reason."""

REACH = 1.0
"""A driver's face moves this many face sizes about its place within a blink of the tracker, and"""
REACH_PER_S = 1.0
"""so many more with every second it was out of sight, up to"""
FARTHEST_REACH = 2.5
SIZE_RATIO = 2.0
REMEMBERED_S = 10.0
HOLD_OFF_S = 5.0
PASSENGER_HOLD_OFF_S = 60.0
SAME_PLACE = 0.2
"""Overlap (intersection over union) from which a face is one that was seen before."""


@dataclass(slots=True)
class Track:
    """The tracked face: its box in pixels and roll in degrees at `t`, when tracking started, when it was last certainly a face,
    its recent size, its speed, and the crop it was last read from."""

    box: Box
    roll_deg: float
    t: float
    started: float
    sure_at: float = 0.0
    size_px: float = 0.0
    crop: Crop | None = None
    speed_px_s: tuple[float, float] = (0.0, 0.0)

    def is_out_of_date(self, t: float) -> bool:
        """Whether the last place is no longer of use: too much time has passed, or time has gone backwards."""
        return not 0 <= t - self.t <= LONGEST_PREDICTION_S

    def next_crop(self, t: float) -> Crop:
        """Where to read the face at `t`."""
        x, y = center_of(self.box)
        dt_s = t - self.t
        wanted = Crop(
            x + self.speed_px_s[0] * dt_s,
            y + self.speed_px_s[1] * dt_s,
            max(self.size_px or size_of(self.box), 1.0) * crops.FACE_MARGIN,
            self.roll_deg if abs(self.roll_deg) > UPRIGHT_DEG else 0.0,
        )
        if self.crop is None or not _nearly_equal(self.crop, wanted):
            self.crop = wanted
        return self.crop

    def follow(self, box: Box, roll_deg: float, t: float) -> None:
        """Remember where the face was found at `t`."""
        dt_s = t - self.t
        old_size_px = self.size_px or size_of(self.box)
        self.size_px = old_size_px - math.expm1(-max(dt_s, 0.0) / SIZE_MEMORY_S) * (size_of(box) - old_size_px)
        if dt_s > 0:
            share = -math.expm1(-dt_s / SPEED_MEMORY_S)
            (x, y), (old_x, old_y) = center_of(box), center_of(self.box)
            speed_x, speed_y = self.speed_px_s
            self.speed_px_s = (
                speed_x + share * ((x - old_x) / dt_s - speed_x),
                speed_y + share * ((y - old_y) / dt_s - speed_y),
            )
        self.box, self.roll_deg, self.t = box, roll_deg, t


def _nearly_equal(kept: Crop, wanted: Crop) -> bool:
    slack = CROP_SLACK * kept.side
    return (
        abs(kept.center_x - wanted.center_x) < slack
        and abs(kept.center_y - wanted.center_y) < slack
        and abs(kept.side - wanted.side) < slack
        and abs(kept.roll_deg - wanted.roll_deg) < 100 * CROP_SLACK
    )


def size_of(box: Box) -> float:
    """The longer side of a box in pixels."""
    return max(box[2], box[3])


def center_of(box: Box) -> tuple[float, float]:
    """The middle of a box in pixels."""
    return box[0] + box[2] / 2, box[1] + box[3] / 2


@dataclass(slots=True)
class _Passenger:
    box: Box
    t: float


class DriversPlace:
    """Where the driver's face was last, and who else has been seen since."""

    def __init__(self) -> None:
        self._box: Box | None = None
        self._t = 0.0
        self._passengers: list[_Passenger] = []

    def last_box(self, t: float) -> Box | None:
        """Where the driver's face was, if recent enough to look there first."""
        return self._box if 0 <= t - self._t <= REMEMBERED_S else None

    def driver_seen(self, box: Box, t: float) -> None:
        """The driver's face is in `box`."""
        self._box, self._t = box, t

    def passengers_seen(self, boxes: list[Box], t: float) -> None:
        """These faces were seen at the same time as the driver's."""
        known = [one for one in self._passengers if t - one.t < PASSENGER_HOLD_OFF_S]
        known = [one for one in known if not any(overlap(one.box, box) > SAME_PLACE for box in boxes)]
        self._passengers = known + [_Passenger(box, t) for box in boxes]

    def passengers_moved(self, boxes: list[Box], t: float) -> None:
        """Faces were seen while the driver's is out of sight. Known passengers are among them, and may have moved a little.

        This makes nobody a passenger, and moves no passenger to where the driver sits: that would be the driver, back again.
        """
        elsewhere = [box for box in boxes if not self._is_near(box, 0.0)]
        for one in self._passengers:
            nearest = max(elsewhere, key=lambda box: overlap(one.box, box), default=one.box)
            if overlap(one.box, nearest) > SAME_PLACE:
                one.box = nearest

    def may_be_driver(self, box: Box, t: float) -> bool:
        """Whether a face found at `t`, while the driver's is out of sight, may be taken for the driver's."""
        if self._box is None:
            return True
        away_s = max(0.0, t - self._t)
        if any(overlap(one.box, box) > SAME_PLACE and t - one.t < PASSENGER_HOLD_OFF_S for one in self._passengers):
            return False
        return self._is_near(box, away_s) or away_s >= HOLD_OFF_S

    def _is_near(self, box: Box, away_s: float) -> bool:
        if self._box is None:
            return False
        size = size_of(self._box)
        ratio = size_of(box) / size
        distance = math.dist(center_of(box), center_of(self._box))
        return 1 / SIZE_RATIO <= ratio <= SIZE_RATIO and distance <= size * min(REACH + REACH_PER_S * away_s, FARTHEST_REACH)
