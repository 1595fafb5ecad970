"""What a picture shows of things in hand, and of things that are there and hidden."""

from __future__ import annotations

from dataclasses import dataclass, field

CANNOT_BE_SEEN = -1
"""Truth of a thing that is there and hidden: naming it would be guessing, and so would saying that there is none."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the picture shows of things in hand: phone 0 none, 1 at the ear, 2 in the hand; smoking and drinking 0 or 1; each
    `CANNOT_BE_SEEN` of a thing that is there but hidden. `centre_px` is where the thing is, if it is named."""

    phone: int = 0
    smoking: int = 0
    drinking: int = 0
    centre_px: tuple[float, float] | None = field(default=None, compare=False)

    @property
    def is_hidden(self) -> bool:
        """Whether something is there that cannot be seen."""
        return CANNOT_BE_SEEN in (self.phone, self.smoking, self.drinking)
