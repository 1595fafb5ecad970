"""How far apart alerts are raised: further and further while they come again and again."""

from __future__ import annotations


class Spacing:
    """The least time between two alerts, which doubles each time that the second comes soon after the first.

    It starts at `apart_s` and grows up to `up_to_s`: who has been told of the same thing several times in a few minutes has
    heard it. An alert that comes twice `up_to_s` after the last one, or later, finds it as it was in the beginning. Kinds of
    alert that are about the same thing may share one; `told_by` is the kind that was raised last, and is raised still.
    """

    __slots__ = ("_at", "_first_s", "_up_to_s", "apart_s", "told_by")

    def __init__(self, apart_s: float, up_to_s: float) -> None:
        self._first_s, self._up_to_s = apart_s, max(apart_s, up_to_s)
        self._at = float("-inf")
        self.apart_s = apart_s
        self.told_by: str | None = None

    def continue_from(self, earlier: Spacing) -> None:
        """Take over when an alert was raised last, when the pack is replaced."""
        self._at, self.told_by = earlier._at, earlier.told_by

    def left_s(self, t: float) -> float:
        """Returns for how many seconds no alert is to be raised yet; 0 if one may be."""
        return max(0.0, self._at + self.apart_s - t)

    def raised(self, kind: str, t: float) -> None:
        """Take note that an alert of this kind was raised at `t`."""
        comes_again = t - self._at < 2.0 * self._up_to_s
        self.apart_s = min(2.0 * self.apart_s, self._up_to_s) if comes_again else self._first_s
        self._at, self.told_by = t, kind

    def cleared(self, kind: str) -> None:
        """Take note that an alert of this kind is raised no more."""
        if self.told_by == kind:
            self.told_by = None
