"""What the vehicle says of itself while it plays a script."""

from __future__ import annotations

import numpy as np

from dms.types import VehicleState
from tools.simulate.road_course import turn_rate_deg_s
from tools.simulate.script import Car, Script

ACCELERATION_KPH_PER_S = 7.2  # 2 m/s² up and down: brisk and comfortable [D]
LEAST_TURNING_KPH = 4.0  # slower cars are turned by hand: `VehicleChange.steering_deg`


def vehicle_states(script: Script, until_s: float) -> list[VehicleState]:
    """The vehicle's word, every so often; its speed follows what the script asks for, its wheel the bends."""
    if not script.vehicle:
        return []
    car, changes = script.car, list(script.vehicle)
    times = np.arange(0.0, until_s, car.word_every_s)
    rates = turn_rate_deg_s(script.bends, times).tolist() if script.bends else [0.0] * times.size
    wanted = changes.pop(0)
    speed_kph = wanted.speed_kph
    most_kph = ACCELERATION_KPH_PER_S * car.word_every_s
    states = []
    for now, rate in zip(times.tolist(), rates, strict=True):
        while changes and changes[0].t <= now:
            wanted = changes.pop(0)
        speed_kph += min(most_kph, max(-most_kph, wanted.speed_kph - speed_kph))
        steering_deg = wanted.steering_deg + (round(_wheel_deg(rate, speed_kph, car), 1) if rate else 0.0)
        states.append(VehicleState(now, round(speed_kph, 1), wanted.turn_signal, steering_deg, wanted.gear))
    return states


def _wheel_deg(rate_deg_s: float, speed_kph: float, car: Car) -> float:
    """The steering angle of a single-track model that understeers: what turns the car so fast at this speed."""
    if speed_kph < LEAST_TURNING_KPH:
        return 0.0
    curvature_per_m = np.radians(rate_deg_s) / (speed_kph / 3.6)
    understeer = 1.0 + (speed_kph / car.characteristic_kph) ** 2
    return float(car.steering_ratio * np.degrees(np.arctan(car.wheelbase_m * curvature_per_m * understeer)))
