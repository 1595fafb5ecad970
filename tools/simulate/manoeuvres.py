"""What traffic asks of a car and its driver: turns, crossings, roundabouts, lights, queues, lanes, ramps, parking.

How often and how long is [D] unless a source is named. A turn at a junction follows a circle of 9 to 14 m, a small roundabout
one of 12 to 18 m, a ramp one of 45 to 80 m (usual design values) [S2]; drivers take 1 to 4 m/s² sideways (Reymond et al. 2001).
"""

from __future__ import annotations

from math import degrees

from dms.types import TurnSignal
from tools.simulate import script as acts
from tools.simulate.journey import Journey
from tools.simulate.script import Target

LOOKS_WHILE_STANDING: tuple[Target, ...] = (
    acts.CENTRE_DISPLAY,
    acts.PASSENGER,
    acts.LAP,
    acts.SIDE_WINDOW,
    acts.JUNCTION_RIGHT,
    acts.INTERIOR_MIRROR,
)
RED_LIGHT_S = (8.0, 50.0)
STANDING_LOOK_S = (1.0, 12.0)
CAR_IN_QUEUE_S = (4.0, 20.0)


def turn(journey: Journey) -> None:
    """Turn at a junction, perhaps after standing there, and watch for whoever comes."""
    to_left = journey.is_likely(0.5)
    signal: TurnSignal = "left" if to_left else "right"
    speed_kph = journey.uniform(15.0, 22.0)
    begun = journey.now
    journey.look(acts.INTERIOR_MIRROR, 0.7)
    journey.reach(speed_kph, signal=signal)
    if journey.is_likely(0.4):
        stand(journey, journey.uniform(*RED_LIGHT_S))
    elif journey.is_likely(0.4):
        _give_way(journey)
    if journey.now - begun < 3.0:
        journey.drive(3.0 - journey.now + begun)
    sides = (acts.SIDE_WINDOW, acts.JUNCTION_RIGHT) if to_left else (acts.JUNCTION_RIGHT, acts.SIDE_WINDOW)
    journey.go(speed_kph)
    journey.drive(journey.look_in_turn((sides[1], sides[0])))
    into_the_road = Target("road to come", 48.0 if to_left else -48.0, -2.0)
    journey.look(into_the_road, journey.uniform(0.6, 1.5), 0.1)
    journey.drive(0.6)
    _round_corner(journey, journey.uniform(75.0, 100.0) * (1 if to_left else -1), journey.uniform(9.0, 14.0))
    journey.go(journey.speed_kph, signal="off")


def crossing(journey: Journey) -> None:
    """Straight on over a junction, with a look to each side."""
    journey.reach(journey.uniform(24.0, 38.0))
    journey.drive(journey.look_in_turn((acts.SIDE_WINDOW, acts.JUNCTION_RIGHT)))


def red_light(journey: Journey) -> None:
    """Stop at a light, and go straight on."""
    journey.reach(0.0)
    stand(journey, journey.uniform(*RED_LIGHT_S))


def roundabout(journey: Journey) -> None:
    """Give way to the left, round the island, out to the right."""
    journey.reach(journey.uniform(20.0, 26.0))
    journey.drive(journey.look_in_turn((Target("who comes round", 62.0, 0.0), Target("who comes round", 55.0, 0.0))))
    if journey.is_likely(0.3):
        _give_way(journey)
        journey.go(22.0)
        journey.drive(1.5)
    journey.bend(-journey.uniform(25.0, 45.0), 1.6)
    around_deg, radius_m = journey.uniform(90.0, 280.0), journey.uniform(12.0, 18.0)
    per_s = degrees(journey.speed_kph / 3.6 / radius_m)
    before_exit_s = max(0.5, around_deg / per_s - 2.0)
    journey.bend(around_deg * before_exit_s / (before_exit_s + 2.0), before_exit_s)
    journey.go(journey.speed_kph, signal="right")
    journey.look(acts.PASSENGER_MIRROR, 0.6, 0.2)
    journey.bend(around_deg * 2.0 / (before_exit_s + 2.0), 2.0)
    journey.bend(-journey.uniform(25.0, 45.0), 1.6)
    journey.go(journey.speed_kph, signal="off")


def queue(journey: Journey) -> None:
    """Stop and go."""
    for _ in range(int(journey.rng.integers(2, 7))):
        journey.reach(0.0)
        stand(journey, journey.uniform(*CAR_IN_QUEUE_S))
        journey.reach(journey.uniform(5.0, 15.0))
        if journey.is_likely(0.5):
            journey.look(journey.one_of(acts.CENTRE_DISPLAY, acts.PASSENGER, acts.LAP), journey.uniform(0.6, 2.0))
        journey.drive(journey.uniform(2.5, 8.0))


def park(journey: Journey) -> None:
    """Back into a gap at the right kerb, wait, and leave it again."""
    journey.reach(6.0, signal="right")
    journey.look(acts.PASSENGER_MIRROR, journey.side_look_s())
    journey.drive(4.0)
    journey.reach(0.0)
    journey.go(4.0, gear="R", steering_deg=-250.0)
    looked_s = 0.3
    for target in (acts.BEHIND, acts.PASSENGER_MIRROR, acts.BEHIND):
        looked_s = journey.look(target, journey.uniform(1.5, 4.0), looked_s) + journey.uniform(0.3, 0.8)
    journey.drive(looked_s / 2)
    journey.go(4.0, gear="R", steering_deg=250.0)
    journey.drive(looked_s / 2)
    journey.go(0.0, signal="off")
    stand(journey, journey.uniform(10.0, 40.0))
    journey.go(0.0, signal="left")
    journey.drive(journey.shoulder_looks("left"))
    journey.go(12.0, signal="left", steering_deg=120.0)
    journey.drive(2.5)
    journey.reach(30.0, signal="off")


def change_lanes(journey: Journey) -> None:
    """Indicator, mirror, over the shoulder, mirror, and across."""
    to_left = journey.is_likely(0.5)
    signal: TurnSignal = "left" if to_left else "right"
    journey.go(journey.speed_kph, signal=signal)
    journey.drive(journey.shoulder_looks(signal))
    _move_over(journey, 1 if to_left else -1)
    journey.go(journey.speed_kph, signal="off")


def ramp(journey: Journey) -> None:
    """Leave the motorway, go round a ramp, and merge into another one."""
    cruising_kph = journey.speed_kph
    journey.go(cruising_kph, signal="right")
    journey.drive(journey.shoulder_looks("right"))
    _move_over(journey, -1)
    journey.reach(journey.uniform(45.0, 60.0), signal="off")
    radius_m, around_deg = journey.uniform(45.0, 80.0), journey.uniform(80.0, 270.0)
    limit_kph = 3.6 * (3.0 * radius_m) ** 0.5
    if journey.speed_kph > limit_kph:
        journey.reach(limit_kph)
    way = -1 if journey.is_likely(0.7) else 1
    journey.bend(way * around_deg, around_deg / degrees(journey.speed_kph / 3.6 / radius_m))
    journey.go(85.0, signal="left")
    journey.drive(2.0)
    journey.look_in_turn((acts.DRIVER_MIRROR, acts.SIDE_WINDOW, acts.DRIVER_MIRROR))
    journey.drive(5.0)
    journey.drive(journey.shoulder_looks("left", 0.2))
    _move_over(journey, 1)
    journey.go(cruising_kph, signal="off")


def stand(journey: Journey, seconds: float) -> None:
    """At a standstill drivers look at whatever they like, for as long as they like, sometimes until after they pull off."""
    journey.go(0.0)
    until = journey.now + seconds
    journey.drive(1.0)
    while journey.now + 3.0 < until:
        look_s = min(journey.uniform(*STANDING_LOOK_S) * journey.uniform(0.3, 1.0), until - journey.now - 1.0)
        journey.drive(journey.look(journey.one_of(*LOOKS_WHILE_STANDING), look_s))
        journey.drive(journey.uniform(0.8, 4.0))
    journey.now = until


def _give_way(journey: Journey) -> None:
    """Stop and watch for a gap, from side to side."""
    journey.reach(0.0)
    for _ in range(int(journey.rng.integers(1, 4))):
        side = journey.one_of(acts.SIDE_WINDOW, acts.JUNCTION_RIGHT)
        journey.drive(journey.look(side, journey.uniform(1.0, 4.0)))
        journey.drive(journey.uniform(0.3, 1.0))


def _round_corner(journey: Journey, heading_deg: float, radius_m: float) -> None:
    per_s = degrees(max(12.0, journey.speed_kph) / 3.6 / radius_m)
    journey.bend(heading_deg, max(2.0, abs(heading_deg) / per_s))


def _move_over(journey: Journey, to_left: int) -> None:
    """A lane of 3.5 m, in about 5 s (Toledo & Zohar 2007)."""
    heading_deg = degrees(3.5 / 2.5 / (max(journey.speed_kph, 20.0) / 3.6))
    journey.bend(to_left * heading_deg, 2.5)
    journey.bend(-to_left * heading_deg, 2.5)
