"""What is looked for in some frames only, kept for a moment in the frames between."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Held(Generic[Value]):
    """The last known value, for `hold_s` after it was last given. A detector of phones need not run at every frame."""

    __slots__ = ("_given_at", "_hold_s", "_value")

    def __init__(self, hold_s: float) -> None:
        self._hold_s = hold_s
        self._value: Value | None = None
        self._given_at = float("-inf")

    def update(self, t: float, value: Value | None) -> Value | None:
        """Take what is said at `t`, None if nobody looked; what to go by."""
        if value is not None:
            self._value, self._given_at = value, t
        elif self._value is not None and t - self._given_at > self._hold_s:
            self._value = None
        return self._value
