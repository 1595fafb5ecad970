"""The direction that a head or gaze keeps returning to: the mode of a histogram over time, which glances cannot shift."""

from __future__ import annotations

from dataclasses import dataclass

_RIVAL_SHARE = 0.25
_RIVAL_ABOVE_DEG = 8.0
_Bin = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mode:
    """Mean direction around the mode, degrees, and the share of the time spent there."""

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    share: float


class DirectionMode:
    """Adds up the seconds in each bin of yaw and pitch. Memory is bounded by the number of bins that the limits allow."""

    __slots__ = ("_bin_deg", "_bins", "seconds")

    def __init__(self, bin_deg: float) -> None:
        self._bin_deg = bin_deg
        self._bins: dict[tuple[int, int], list[float]] = {}
        self.seconds = 0.0

    def add(self, held_s: float, yaw_deg: float, pitch_deg: float, roll_deg: float = 0.0) -> None:
        """Take `held_s` seconds in this direction."""
        key = (round(yaw_deg / self._bin_deg), round(pitch_deg / self._bin_deg))
        sums = self._bins.setdefault(key, [0.0, 0.0, 0.0, 0.0])
        sums[0] += held_s
        sums[1] += held_s * yaw_deg
        sums[2] += held_s * pitch_deg
        sums[3] += held_s * roll_deg
        self.seconds += held_s

    def mode(self) -> Mode | None:
        """Returns the mean over the 5 x 5 bins that hold the most time; None if there is no time yet.

        A driver busy with a phone or a display may look down for longer than ahead, but nobody looks up for long: if another
        direction is clearly higher and holds a quarter of the time, that one is the road.
        """
        if self.seconds <= 0.0:
            return None
        crowds = {key: self._around(key, 1)[0] for key in self._bins}
        mode = self._mean_around(max(crowds, key=lambda key: (crowds[key], key)))
        if mode.share > 1.0 - _RIVAL_SHARE:
            return mode
        for key, time_s in crowds.items():
            is_higher = key[1] * self._bin_deg >= mode.pitch_deg + _RIVAL_ABOVE_DEG
            if is_higher and time_s >= 0.5 * _RIVAL_SHARE * self.seconds and _is_peak(key, crowds):
                rival = self._mean_around(key)
                if rival.share >= _RIVAL_SHARE and rival.pitch_deg >= mode.pitch_deg + _RIVAL_ABOVE_DEG:
                    mode = rival
        return mode

    def _mean_around(self, centre: _Bin) -> Mode:
        # The heaviest bin may lie beside the middle of the crowd: look once more from where the crowd's mean is.
        time_s, yaw, pitch, _ = self._around(centre, 2)
        centre = (round(yaw / time_s / self._bin_deg), round(pitch / time_s / self._bin_deg))
        time_s, yaw, pitch, roll = self._around(centre, 2)
        return Mode(yaw / time_s, pitch / time_s, roll / time_s, time_s / self.seconds)

    def _around(self, centre: _Bin, reach: int) -> tuple[float, float, float, float]:
        time_s = yaw = pitch = roll = 0.0
        for column in range(centre[0] - reach, centre[0] + reach + 1):
            for row in range(centre[1] - reach, centre[1] + reach + 1):
                sums = self._bins.get((column, row))
                if sums is not None:
                    time_s += sums[0]
                    yaw += sums[1]
                    pitch += sums[2]
                    roll += sums[3]
        return time_s, yaw, pitch, roll


def _is_peak(key: _Bin, crowds: dict[_Bin, float]) -> bool:
    """Returns whether no neighbour of this bin has more time around it."""
    column, row = key
    return all(crowds.get((column + right, row + up), 0.0) <= crowds[key] for right in (-1, 0, 1) for up in (-1, 0, 1))
