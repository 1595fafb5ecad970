"""Whether eyes that open only a little after a closure are open: those of somebody who squints into the sun are."""

from __future__ import annotations

from dms.fusion.event_time import EventTime
from dms.fusion.settings import FusionSettings


class NarrowOpening:
    """Watches, during a closure, for lids that stay a little way up.

    Closed is at most a fifth of the open aperture, but a reading that has just left that fifth may be noise: a closure goes on
    until the eyes are clearly open. Somebody who squints never gets there. What tells them from a sleeper is time: for
    `narrow_confirm_s` the openness stays above the fifth, in the mean, without coming near the closed eye in between. A sleeper's
    reading is noise around a closed eye, and does not stay up; lids that sink again soon close the eye again.
    """

    __slots__ = ("_area", "_before", "_held_s", "_narrow_until", "_now", "_settings", "_since")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._now = 0.0
        self._narrow_until = float("-inf")
        self.forget()

    @property
    def is_likely(self) -> bool:
        """Whether the eyes may be open narrowly now: they just left the fifth, and this driver has squinted lately."""
        return self._since is not None and self._now <= self._narrow_until

    def forget(self) -> None:
        """A closure begins, or nothing is known of the moment before."""
        self._since: float | None = None
        self._area = self._held_s = self._before = 0.0

    def update(self, now: EventTime, edge: float, openness: float, least: float) -> float | None:
        """Take the openness relative to the open eye, of which `least` is closed.

        Returns since when the eyes are open, once that is sure, None before.
        """
        settings = self._settings
        self._now = now.t
        if not now.held_s or openness < settings.narrow_least * least:
            self.forget()
            return None
        if self._since is None:
            if openness > least:
                self._since, self._before = edge, openness
            return None
        self._area += self._before * now.held_s
        self._held_s += now.held_s
        self._before = openness
        if self._area <= least * self._held_s:
            self.forget()
            return None
        if now.t - self._since < settings.narrow_confirm_s or self._area <= settings.narrow_mean * least * self._held_s:
            return None
        self._narrow_until = now.t + settings.narrow_memory_s
        return self._since
