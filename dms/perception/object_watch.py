"""Looking for phones, smoke, cups and food a few times a second, and believing only what several looks agree on."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from dms.perception import crops
from dms.perception.crops import Picture
from dms.perception.decode import Box
from dms.perception.objects import NOBODY_LOOKED, Objects, said_of
from dms.perception.reader import NetworkReader
from dms.perception.settings import PerceptionSettings
from dms.types import Phone

LOOKS, AGREEING = 3, 2
"""So many of the last looks must say the same: one look that errs is never published, and a phone is two looks late."""
LOOK_COUNTS_S = 1.5
"""A look older than this says nothing about now."""

Value = TypeVar("Value")


class Agreement(Generic[Value]):
    """What the last looks agree on."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, Value | None]] = deque(maxlen=LOOKS)

    def update(self, t: float, value: Value | None) -> Value | None:
        """Take in what the look at `t` says, None if it is unsure. Returns what the looks agree on, None if they do not."""
        self._looks.append((t, value))
        said = [value for at, value in self._looks if value is not None and 0 <= t - at <= LOOK_COUNTS_S]
        return next((one for one in said if said.count(one) >= AGREEING), None)


class ObjectWatch:
    """Watches what the driver holds. Without an objects network in the weights it reports nothing."""

    def __init__(self, reader: NetworkReader, settings: PerceptionSettings) -> None:
        self._reader = reader
        self._settings = settings
        self.forget()

    def forget(self) -> None:
        """Another driver may be sitting there: look immediately, and trust no earlier look."""
        self._looked_at = float("-inf")
        self._phone: Agreement[Phone] = Agreement()
        self._smoking: Agreement[bool] = Agreement()
        self._drinking: Agreement[bool] = Agreement()

    def look(self, grey: Picture, t: float, box: Box | None) -> Objects:
        """Returns what is seen at `t`; between two looks, nothing is known.

        `box` is the driver's face, or its last place while it cannot be found (turned away, behind a hand). Without one, the
        look takes in the largest square of the picture around the driver's region.
        """
        thresholds = self._reader.object_thresholds
        if thresholds is None or 0 <= t - self._looked_at < self._settings.look_for_objects_every_s:
            return NOBODY_LOOKED
        self._looked_at = t
        crop = crops.objects_crop(box) if box else crops.objects_crop_without_face(grey.shape, self._settings.region.middle)
        reading = self._reader.objects(grey, crop)
        seen = said_of(reading, thresholds) if reading else NOBODY_LOOKED
        return Objects(
            self._phone.update(t, seen.phone), self._smoking.update(t, seen.smoking), self._drinking.update(t, seen.drinking)
        )
