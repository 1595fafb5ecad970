"""A drive in the making: the car goes on from where it is, and the driver looks where that asks for."""

from __future__ import annotations

import numpy as np

from dms.types import TurnSignal
from tools.simulate import script as acts
from tools.simulate.script import Bend, Glance, Script, Target, VehicleChange
from tools.simulate.traffic import lognormal_s
from tools.simulate.vehicle import ACCELERATION_KPH_PER_S

Rng = np.random.Generator

SIDE_LOOK_S, SIDE_LOOK_SD_S, SIDE_LOOK_MOST_S = 1.0, 0.35, 2.4  # with the turn of the head 2.4 s at most (FHWA) [S1]; mean [D]
SHOULDER_LOOK_S = (0.5, 1.0)  # [D] over the shoulder into the blind spot
TARGET_SPREAD_DEG = 5.0  # [D] nobody looks at just the same spot


class Journey:
    """Writes into `script` what happens next. `now` is how far it is, `speed_kph` what the car heads for."""

    def __init__(self, script: Script, rng: Rng) -> None:
        self.script, self.rng = script, rng
        self.now = 0.0
        self.speed_kph = 0.0
        self.signal: TurnSignal = "off"
        self.gear = "D"

    @property
    def is_over(self) -> bool:
        """Whether the script's time is filled."""
        return self.now >= self.script.duration_s

    def go(self, speed_kph: float, *, signal: TurnSignal | None = None, gear: str = "D", steering_deg: float = 0.0) -> None:
        """Head for a speed, from now on."""
        self.speed_kph, self.gear = speed_kph, gear
        self.signal = self.signal if signal is None else signal
        self.script.vehicle.append(VehicleChange(self.now, speed_kph, steering_deg, self.signal, gear))

    def reach(self, speed_kph: float, *, signal: TurnSignal | None = None) -> None:
        """Head for a speed, and drive until it is reached."""
        change_s = abs(speed_kph - self.speed_kph) / ACCELERATION_KPH_PER_S
        self.go(speed_kph, signal=signal)
        self.drive(change_s + 0.5)

    def drive(self, seconds: float) -> None:
        """Go on like this."""
        self.now += seconds

    def bend(self, heading_deg: float, seconds: float) -> None:
        """Drive through a bend, > 0 to the left."""
        self.script.bends.append(Bend(self.now, seconds, heading_deg))
        self.now += seconds

    def look(self, target: Target, length_s: float, in_s: float = 0.0) -> float:
        """Look there, `in_s` from now, for so long; when the look is over, seconds from now."""
        yaw_deg, pitch_deg = self.rng.normal([target.yaw_deg, target.pitch_deg], TARGET_SPREAD_DEG).tolist()
        self.script.glances.append(Glance(self.now + in_s, length_s, Target(target.name, yaw_deg, pitch_deg)))
        return in_s + length_s

    def look_in_turn(self, targets: tuple[Target, ...], in_s: float = 0.0) -> float:
        """Look at one after the other, with a look ahead between; when the last look is over, seconds from now."""
        for target in targets:
            in_s = self.look(target, self.side_look_s(), in_s) + self.uniform(0.4, 1.0)
        return in_s

    def side_look_s(self) -> float:
        """How long a look to the side at a junction is."""
        return lognormal_s(SIDE_LOOK_S, SIDE_LOOK_SD_S, self.rng, SIDE_LOOK_MOST_S)

    def shoulder_looks(self, signal: TurnSignal, in_s: float = 0.5) -> float:
        """Mirror, over the shoulder, mirror; when that is over, seconds from now."""
        to_left = signal == "left"
        mirror, window = (acts.DRIVER_MIRROR, acts.SIDE_WINDOW) if to_left else (acts.PASSENGER_MIRROR, acts.JUNCTION_RIGHT)
        lengths = lognormal_s(1.1, 0.3, self.rng), self.uniform(*SHOULDER_LOOK_S), lognormal_s(1.1, 0.3, self.rng)
        for target, length_s in zip((mirror, window, mirror), lengths, strict=True):
            in_s = self.look(target, length_s, in_s) + self.uniform(0.4, 1.0)
        return in_s

    def is_likely(self, share: float) -> bool:
        """Whether something that happens so often happens now."""
        return bool(self.rng.random() < share)

    def uniform(self, low: float, high: float) -> float:
        """A number between the two."""
        return float(self.rng.uniform(low, high))

    def one_of(self, *choices: Target) -> Target:
        """One of them."""
        return choices[int(self.rng.integers(len(choices)))]
