"""What a simulated driver does and when: glances, closures of the eyes, yawns, talk, and what the vehicle does meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dms.types import Label, Phone, TurnSignal
from tools.simulate.sensor_profile import FAITHFUL, SensorProfile


@dataclass(frozen=True)
class Target:
    """Something to look at, degrees from the driver's forward (left-hand drive: the centre of the car is to the right)."""

    name: str
    yaw_deg: float
    pitch_deg: float


# Geometric estimates of common cabins; yaw > 0 is the driver's left.
ROAD = Target("road", 0.0, 0.0)
DRIVER_MIRROR = Target("driver_mirror", 39.0, -11.0)
PASSENGER_MIRROR = Target("passenger_mirror", -46.0, -6.0)
INTERIOR_MIRROR = Target("interior_mirror", -29.0, 16.0)
CLUSTER = Target("cluster", 0.0, -25.0)
CENTRE_DISPLAY = Target("centre_display", -33.0, -20.0)
LAP = Target("lap", -5.0, -50.0)
WHEEL_TOP = Target("a phone on the wheel", 0.0, -24.0)
GLOVEBOX = Target("glovebox", -53.0, -23.0)
SIDE_WINDOW = Target("side_window", 70.0, 0.0)
JUNCTION_RIGHT = Target("junction_right", -70.0, 0.0)
PASSENGER = Target("passenger", -75.0, -3.0)
KERB_RIGHT = Target("kerb_right", -27.0, -4.0)
ACROSS_LEFT = Target("across_left", 24.0, -3.0)
TRAFFIC_SIGN = Target("traffic_sign", -14.0, 6.0)
BEHIND = Target("behind", -125.0, -4.0)


@dataclass(frozen=True)
class Glance:
    """The eyes, and the head as far as this driver moves it, go to `target` for `duration_s` from `onset`."""

    onset: float
    duration_s: float
    target: Target


@dataclass(frozen=True)
class Closure:
    """The lids come down: a blink, or a longer closure. `depth` 1 closes the eye completely."""

    onset: float
    duration_s: float
    depth: float = 1.0


@dataclass(frozen=True)
class Nod:
    """The head sinks by so much, slowly, and comes up again at the end."""

    onset: float
    duration_s: float
    depth_deg: float


@dataclass(frozen=True)
class MouthMovement:
    """A yawn (one slow wide opening), talk (a chain of small ones), or one quick wide opening: a sung vowel, a laugh, a bite.

    What is covered is behind a hand.
    """

    onset: float
    duration_s: float
    peak: float
    kind: Literal["yawn", "talk", "quick"]
    covered: bool = False


@dataclass(frozen=True)
class PhoneUse:
    """A phone is at the ear or in the hand for so long."""

    onset: float
    duration_s: float
    state: Phone


@dataclass(frozen=True)
class VehicleChange:
    """From `t` on the vehicle heads for this speed, with this indicator and gear; `steering_deg` is besides that of bends."""

    t: float
    speed_kph: float
    steering_deg: float = 0.0
    turn_signal: TurnSignal = "off"
    gear: str = "D"


@dataclass(frozen=True)
class Bend:
    """The road turns by so much, > 0 to the left, within so long."""

    onset: float
    duration_s: float
    heading_deg: float


@dataclass(frozen=True)
class Car:
    """What a bend asks of the steering wheel. `word_every_s`: how often the vehicle tells its state."""

    steering_ratio: float = 15.0
    wheelbase_m: float = 2.7
    characteristic_kph: float = 100.0
    word_every_s: float = 0.5


@dataclass(frozen=True)
class Shift:
    """From `t` on, within `over_s`, straight ahead comes to be seen by so much elsewhere: a knocked camera, a lowered seat."""

    t: float
    yaw_deg: float
    pitch_deg: float
    over_s: float


@dataclass(frozen=True)
class Successor:
    """From `t` on somebody else drives: seen elsewhere, with eyes that are wider or narrower, who turns the head more or less."""

    t: float
    yaw_deg: float
    pitch_deg: float
    eye_width: float
    head_gain: float


@dataclass(frozen=True)
class Absence:
    """Nobody is in the picture."""

    onset: float
    duration_s: float


@dataclass(frozen=True)
class Squint:
    """The lids are this far open, as a share of the usual: the sun stands low."""

    onset: float
    duration_s: float
    open_share: float


@dataclass(frozen=True)
class Lean:
    """The head leans on the window or a hand, the eyes stay on the road."""

    onset: float
    duration_s: float
    yaw_deg: float
    roll_deg: float


@dataclass
class Script:
    """One drive: everything that happens, in seconds from its start, and the labels that are its ground truth.

    `sleepiness`: (time, level on the Karolinska scale), linear in between. `steady`: from when to when the car drives on without
    a manoeuvre. `scanning`: (from when on, standard deviation in degrees), how far the eyes roam over the road ahead.
    """

    duration_s: float
    glances: list[Glance] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    nods: list[Nod] = field(default_factory=list)
    mouth: list[MouthMovement] = field(default_factory=list)
    phone: list[PhoneUse] = field(default_factory=list)
    vehicle: list[VehicleChange] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    sleepiness: list[tuple[float, float]] = field(default_factory=list)
    car: Car = Car()
    bends: list[Bend] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    successors: list[Successor] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    squints: list[Squint] = field(default_factory=list)
    leans: list[Lean] = field(default_factory=list)
    steady: list[tuple[float, float]] = field(default_factory=list)
    scanning: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class DriverProfile:
    """What differs from driver to driver, and from one mounting of the camera to the next.

    `forward_*` is where the head points on a straight road, seen from the camera. `head_gain` is the part of a glance beyond
    10° that the head makes: low for those who move their eyes ("lizard"), high for those who turn their heads ("owl").
    `lid_per_deg_down` is the share of the open eye that each degree of gaze below forward takes off it, down to `lid_lowest`.
    `preview_s`: in a bend the eyes are where the car will be so much later.
    """

    name: str
    forward_yaw_deg: float = 0.0
    forward_pitch_deg: float = 0.0
    head_gain: float = 0.7
    blinks_per_min: float = 17.0
    blink_longer_s: float = 0.0
    closing_factor: float = 1.0
    lid_per_deg_down: float = 0.01
    lid_lowest: float = 0.25
    lid_while_yawning: float = 0.7
    head_up_while_yawning_deg: float = 8.0
    preview_s: float = 2.0
    sensor: SensorProfile = FAITHFUL
