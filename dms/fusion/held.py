"""What is looked for in some frames only, and kept for a moment in the frames between."""

from __future__ import annotations

from typing import Generic, TypeVar

from dms.fusion.readings import Reading
from dms.types import Phone

Value = TypeVar("Value")

_NEVER = float("-inf")
# A detector that is late by more than this has stopped looking; twice and a half its pace forgives a lost frame [D].
_LATE = 2.5


class Held(Generic[Value]):
    """The last known value, until its detector is due to look again, and for `hold_s` at most.

    A detector of phones need not look at every frame. One that does says at once when there is nothing left to see.
    """

    __slots__ = ("_given_at", "_hold_s", "_kept_s", "_step_s", "_value")

    def __init__(self, hold_s: float) -> None:
        self._hold_s = self._kept_s = self._step_s = hold_s
        self._value: Value | None = None
        self._given_at = _NEVER

    def update(self, t: float, value: Value | None) -> Value | None:
        """Take what was detected at `t`, None if nobody looked. Returns the value that counts now."""
        if value is not None:
            step_s = t - self._given_at
            self._kept_s = min(self._hold_s, _LATE * max(step_s, self._step_s))
            self._step_s = step_s
            self._value, self._given_at = value, t
        elif self._value is not None and t - self._given_at > self._kept_s:
            self._value = None
        return self._value


class HeldThings:
    """What the driver holds: `phone`, `smoking`, `drinking`, each None while nobody looks.

    What was seen in a hand beside a face is held between two looks at the hand while the face is there. What was seen without a
    face, by a perception that looks at hands on its own, is held in any case.
    """

    __slots__ = ("_drinking", "_phone", "_sees_hands_alone", "_smoking", "drinking", "phone", "smoking")

    def __init__(self, hold_s: float) -> None:
        self._phone: Held[Phone] = Held(hold_s)
        self._smoking: Held[bool] = Held(hold_s)
        self._drinking: Held[bool] = Held(hold_s)
        self._sees_hands_alone = False
        self.phone: Phone | None = None
        self.smoking: bool | None = None
        self.drinking: bool | None = None

    def update(self, t: float, reading: Reading) -> None:
        """Take what was read at `t`."""
        if reading.phone is not None or reading.smoking is not None or reading.drinking is not None:
            self._sees_hands_alone = not reading.has_face
        elif not reading.has_face and not self._sees_hands_alone:
            self.phone = self.smoking = self.drinking = None
            return
        self.phone = self._phone.update(t, reading.phone)
        self.smoking = self._smoking.update(t, reading.smoking)
        self.drinking = self._drinking.update(t, reading.drinking)
