"""How wide this driver's open eye is, learned while awake."""

from __future__ import annotations

from dms.fusion.settings import FusionSettings

_BINS = 64
_WIDEST = 1.28


class OpenEyeLearner:
    """A histogram of the openness over time, and how much of that time the eyes were closed for longer than a blink."""

    __slots__ = ("_closed_s", "_closure_counted_s", "_deep_closures", "_seconds", "_settings", "seconds")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self.restart()

    def restart(self) -> None:
        """Forget what was learned."""
        self._seconds = [0.0] * _BINS
        self._closed_s = 0.0
        self._closure_counted_s = 0.0
        self._deep_closures = 0
        self.seconds = 0.0

    def add(self, held_s: float, openness: float, closure_s: float) -> None:
        """Take `held_s` seconds at this openness, as the network reads it. `closure_s` is the age of a closure, 0 without one."""
        self.seconds += held_s
        if closure_s <= 0.0:
            self._closure_counted_s = 0.0
            self._seconds[min(_BINS - 1, max(0, int(openness / _WIDEST * _BINS)))] += held_s
            return
        settings = self._settings
        if closure_s >= settings.perclos_exclude_s:
            self._closed_s += closure_s - self._closure_counted_s
            if self._closure_counted_s < settings.closure_s <= closure_s:
                self._deep_closures += 1
            self._closure_counted_s = closure_s

    def is_drowsy(self) -> bool:
        """Returns whether the driver was tired in this time: eyes closed for too long in total, or for one microsleep."""
        return self._deep_closures > 0 or self._closed_s > self._settings.drowsy_start * self.seconds

    def open_eye(self) -> float:
        """Returns the usual openness of the open eye: a high quantile, because half-closed moments only pull it down."""
        goal_s = self._settings.open_eye_quantile * sum(self._seconds)
        passed_s = 0.0
        for index, seconds in enumerate(self._seconds):
            if seconds > 0.0 and passed_s + seconds >= goal_s:
                within = (goal_s - passed_s) / seconds
                return (index + within) * _WIDEST / _BINS
            passed_s += seconds
        return 1.0
