"""The conditions under which drivers are rendered, one change at a time, to see where and for whom perception fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Wear = Literal["nothing", "glasses", "mirroring_glasses", "sunglasses", "mask", "hat"]
Hand = Literal["away", "on_the_face", "over_the_eyes"]
LightKind = Literal["day", "sun_edge", "night_infrared", "dusk"]
Place = Literal["mirror", "cluster", "a_pillar"]

SKIN_BANDS = 6
"""Bands of equal ratio between the lightest and the darkest skin that the renderer draws; 1 is the lightest."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One level of one axis, and everything about the picture that does not come from the person's seed."""

    axis: str = "plain"
    level: str = "plain"
    skin_band: int | None = None
    wear: Wear = "nothing"
    beard: bool = False
    hand: Hand = "away"
    light: LightKind = "day"
    place: Place = "cluster"
    distance_cm: float = 70.0

    @property
    def infrared(self) -> bool:
        """Whether an infrared lamp lights the driver."""
        return self.light == "night_infrared"


def _levels() -> tuple[Condition, ...]:
    plain = Condition()
    wears: tuple[Wear, ...] = ("glasses", "mirroring_glasses", "sunglasses", "mask", "hat")
    hands: tuple[Hand, ...] = ("on_the_face", "over_the_eyes")
    lights: tuple[LightKind, ...] = ("sun_edge", "dusk", "night_infrared")
    places: tuple[Place, ...] = ("mirror", "a_pillar")
    return (
        plain,
        *(replace(plain, axis="skin tone", level=f"{band} of {SKIN_BANDS}", skin_band=band) for band in range(1, SKIN_BANDS + 1)),
        *(replace(plain, axis="worn", level=wear.replace("_", " "), wear=wear) for wear in wears),
        replace(plain, axis="worn", level="beard", beard=True),
        *(replace(plain, axis="light", level=light.replace("_", " "), light=light) for light in lights),
        *(replace(plain, axis="hand", level=hand.replace("_", " "), hand=hand) for hand in hands),
        *(replace(plain, axis="camera", level=place.replace("_", " "), place=place) for place in places),
        *(replace(plain, axis="distance", level=f"{far_cm} cm", distance_cm=float(far_cm)) for far_cm in (45, 100, 140)),
    )


CONDITIONS = _levels()
"""The first is the plain one: a shaven or female driver with nothing on, by day, 70 cm before a camera at the cluster."""
