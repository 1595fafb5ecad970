"""Where in the picture the driver sits: a fact that the installer states, not a preference.

Imports only the standard library, so that commands can check it before they load a network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Literal, get_args

PictureSide = Literal["any", "left", "right"]
SMALLEST_SHARE = 0.05
"""A region less wide or high than this share of the picture holds no face that could be read."""
ROUNDING = 1e-6
"""Shares such as 0.7 + 0.3 may exceed 1 by as much."""


@dataclass(frozen=True, slots=True)
class DriverRegion:
    """A rectangle of the picture: left and upper edge, width and height in shares of the picture's width and height."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole picture, because nobody said where the driver sits."""
        return self == WHOLE_PICTURE

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle in shares of width and height."""
        return self.x + self.width / 2, self.y + self.height / 2

    def __str__(self) -> str:
        """As `--region` takes it: `0.5,0,0.5,1`."""
        return ",".join(f"{share:g}" for share in astuple(self))


WHOLE_PICTURE = DriverRegion()
_HALVES: dict[PictureSide, DriverRegion] = {
    "any": WHOLE_PICTURE,
    "left": DriverRegion(width=0.5),
    "right": DriverRegion(x=0.5, width=0.5),
}


def driver_region(side: PictureSide = "any", shares: Sequence[float] | None = None) -> DriverRegion:
    """Returns the region in force: `shares` (x, y, width, height) if given, else the half of the picture on `side`.

    Raises:
        ValueError: the shares are not a rectangle of the picture, or it is not on that side.
    """
    half = _HALVES[side]
    if shares is None:
        return half
    if len(shares) != 4:
        raise ValueError(f"[x, y, width, height] is wanted, four numbers, not {len(shares)}")
    region = DriverRegion(*map(float, shares))
    if not all(0 <= share <= 1 for share in astuple(region)):
        wrong = next(share for share in astuple(region) if not 0 <= share <= 1)
        raise ValueError(f"{region}: {wrong:g} is no share of the picture, 0 to 1")
    if min(region.width, region.height) < SMALLEST_SHARE:
        raise ValueError(f"{region}: width and height are at least {SMALLEST_SHARE:g}")
    for axis, begin, extent in (("x + width", region.x, region.width), ("y + height", region.y, region.height)):
        if begin + extent > 1 + ROUNDING:
            raise ValueError(f"{region}: {axis} is {begin + extent:g}, and the picture ends at 1")
    if region.x < half.x - ROUNDING or region.x + region.width > half.x + half.width + ROUNDING:
        reach = f"from {region.x:g} to {region.x + region.width:g} of the width"
        raise ValueError(f"{region}: reaches {reach}, and driver_side says {side}")
    return region


def parse_region(text: str) -> tuple[float, ...]:
    """The numbers of `X,Y,WIDTH,HEIGHT`.

    Raises:
        ValueError: part of it is not a finite number.
    """
    numbers: list[float] = []
    for part in text.split(","):
        try:
            numbers.append(float(part))
        except ValueError:
            raise ValueError(f"{text}: X,Y,WIDTH,HEIGHT is wanted, and {part.strip()!r} is not a number") from None
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"{text}: a number must be finite")
    return tuple(numbers)


def parse_side(text: str) -> PictureSide:
    """`any`, `left` or `right`.

    Raises:
        ValueError: it is none of them.
    """
    for side in get_args(PictureSide):
        if text == side:
            found: PictureSide = side
            return found
    raise ValueError(f"{text!r}: any, left or right is wanted")
