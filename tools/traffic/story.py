"""Telling a drive: verbs that move on in time (`ahead`, `look`, `doze`) and verbs that set the car going (`speed`, `steer`)."""

from __future__ import annotations

import numpy as np

from tools.traffic.person import PLAIN, STEADY, Camera, Person
from tools.traffic.timeline import Aim, Closure, Knot, MouthOpening, Signal, Span, interpolated

FAR_S = 1e9


class Story:
    """A drive in the telling. `t` is now, in seconds; what was told lies in the public lists, for `senses` to show."""

    def __init__(
        self, speed_kph: float, *, seed: int = 0, fps: float = 15.0, person: Person = PLAIN, camera: Camera = STEADY
    ) -> None:
        """Begins at that speed, looking ahead."""
        self.t = 0.0
        self.fps = fps
        self.camera = camera
        self.seed = seed
        self.rng = np.random.default_rng(seed)
        self.people: list[tuple[float, Person]] = [(0.0, person)]
        self.aims = [Aim(0.0, 0.0, 0.0)]
        self.closures: list[Closure] = []
        self.mouth: list[MouthOpening] = []
        self.speeds = [Knot(0.0, speed_kph)]
        self.steering = [Knot(0.0, 0.0)]
        self.signals: list[Span] = []
        self.gears: list[Span] = []
        self.mounts: list[Knot] = []
        self.mount_pitches: list[Knot] = []
        self.squints: list[Span] = []
        self.no_gaze: list[Span] = []
        self.no_face: list[Span] = []
        self.no_vehicle: list[Span] = []
        self.phones: list[Span] = []
        self.no_blinks: list[Span] = []
        self.inputs: list[tuple[float, str]] = []
        self.labels: list[Span] = []

    @property
    def person(self) -> Person:
        """Who drives now."""
        return self.people[-1][1]

    @property
    def kph(self) -> float:
        """The speed that was last asked for, whether it is reached or not."""
        return self.speeds[-1].value

    # -- the driver, moving on in time

    def ahead(self, for_s: float) -> float:
        """Eyes on the road for so long, wandering as eyes do. Returns the time at which that began."""
        begin, end = self.t, self.t + for_s
        while self.t < end:
            self._aim(Aim(self.t, float(self.rng.normal(0.0, 2.0)), float(self.rng.normal(0.0, 1.0))))
            self.t += float(self.rng.uniform(0.4, 1.6))
        self.t = end
        return begin

    def look(
        self,
        yaw_deg: float,
        pitch_deg: float,
        for_s: float,
        *,
        head_yaw_deg: float | None = None,
        head_pitch_deg: float | None = None,
        roll_deg: float = 0.0,
    ) -> float:
        """Eyes there for so long, then back on the road. Returns the time at which that began."""
        begin = self.t
        self._aim(Aim(begin, yaw_deg, pitch_deg, False, head_yaw_deg, head_pitch_deg, roll_deg))
        self.t += for_s
        self._aim(Aim(self.t, 0.0, 0.0))
        return begin

    def lean(self, head_yaw_deg: float, for_s: float, *, head_pitch_deg: float = 0.0, roll_deg: float = 0.0) -> float:
        """The head turned or bowed for so long while the eyes stay on the road. Returns the time at which that began."""
        begin = self.t
        self._aim(Aim(begin, 0.0, 0.0, True, head_yaw_deg, head_pitch_deg, roll_deg))
        self.t += for_s
        self._aim(Aim(self.t, 0.0, 0.0))
        return begin

    def doze(self, for_s: float) -> float:
        """Lids down for so long. Returns the time at which that began."""
        begin = self.t
        if not self.aims[-1].on_road:
            self._aim(Aim(begin, 0.0, 0.0))
        self.closures.append(Closure(begin, for_s))
        self.t += for_s
        return begin

    def nodding(self, closed_s: float, every_s: float, for_s: float) -> float:
        """Lids down for `closed_s` every `every_s`, over and over. Returns the time at which that began."""
        begin, end = self.t, self.t + for_s
        while self.t + every_s <= end + 1e-6:
            self.ahead(every_s - closed_s)
            self.doze(closed_s)
        return begin

    def open_mouth(self, openness: float, for_s: float) -> float:
        """The mouth open for so long, eyes on the road. Returns the time at which that began."""
        begin = self.t
        self.mouth.append(MouthOpening(begin, for_s, openness))
        self.ahead(for_s)
        return begin

    def _aim(self, aim: Aim) -> None:
        """The eyes turn there; what was aimed at for no time at all was never aimed at."""
        if self.aims[-1].t == aim.t:
            self.aims.pop()
        self.aims.append(aim)

    # -- the car, meanwhile

    def speed(self, kph: float, over_s: float = 0.05) -> None:
        """From now the car changes to that speed within so many seconds; time does not move on."""
        self.speeds = _from_now(self.speeds, self.t, kph, over_s)

    def steer(self, deg: float, over_s: float = 0.8) -> None:
        """From now the wheel turns to that angle within so many seconds; time does not move on."""
        self.steering = _from_now(self.steering, self.t, deg, over_s)

    def indicate(self, side: Signal, for_s: float = FAR_S) -> None:
        """From now the indicator is on that side for so long; time does not move on."""
        self.signals.append(Span(self.t, self.t + for_s, word=side))

    def gear(self, gear: str, for_s: float = FAR_S) -> None:
        """From now that gear is in for so long; time does not move on."""
        self.gears.append(Span(self.t, self.t + for_s, word=gear))

    # -- what else may befall a drive, from now on

    def knock(self, yaw_deg: float, pitch_deg: float = 0.0) -> None:
        """The camera is moved: whatever it sees is turned by so much more."""
        for knots, by in ((self.mounts, yaw_deg), (self.mount_pitches, pitch_deg)):
            before = knots[-1].value if knots else 0.0
            knots += [Knot(self.t - 0.2, before), Knot(self.t, before + by)]

    def vanish(self, for_s: float) -> None:
        """Nobody is before the camera for so long; time moves on."""
        self.no_face.append(Span(self.t, self.t + for_s))
        self.t += for_s

    def driver(self, person: Person) -> None:
        """Somebody else drives."""
        self.people.append((self.t, person))

    def squint(self, share: float, for_s: float) -> None:
        """Lids at that share of open for so long; time does not move on."""
        self.squints.append(Span(self.t, self.t + for_s, share))

    def says(self, action: str) -> None:
        """The driver acknowledges, touches the wheel, …"""
        self.inputs.append((self.t, action))

    def label(self, kind: str, begin: float, end: float) -> None:
        """What the driver did, for the score."""
        self.labels.append(Span(begin, end, word=kind))


def _from_now(knots: list[Knot], now: float, value: float, over_s: float) -> list[Knot]:
    """The knots until now, and a change to `value` that begins where the quantity is; what was still to come is off."""
    present = float(interpolated(knots, np.array([now]))[0])
    return [*(knot for knot in knots if knot.t < now), Knot(now, present), Knot(now + over_s, value)]
