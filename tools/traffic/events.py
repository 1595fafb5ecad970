"""Planted events: what a driver does who ought to be told, and what counts as having been told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.traffic.manoeuvres import COMFORT_M_S2
from tools.traffic.story import Story
from tools.traffic.timeline import steering_for

ACUTE = ("fatigue.microsleep", "fatigue.sleep")


@dataclass(frozen=True)
class Planted:
    """From `begin` to `end` the driver did it; told in time is an alert of `kinds`, at least `level`, until `due`. Seconds."""

    name: str
    begin: float
    end: float
    due: float
    kinds: tuple[str, ...]
    level: str = "warning"


Plant = Callable[[Story], Planted]


def microsleep(story: Story) -> Planted:
    """Lids down for 1.7 to 3 s."""
    closed_s = float(story.rng.uniform(1.7, 3.0))
    begin = story.doze(closed_s)
    story.label("fatigue.microsleep", begin, story.t)
    return Planted("microsleep, 1.7 s and more", begin, story.t, story.t + 0.5, ACUTE)


def short_microsleep(story: Story) -> Planted:
    """Lids down for 1.0 to 1.6 s: research counts it, and protocols leave it open."""
    begin = story.doze(float(story.rng.uniform(1.0, 1.6)))
    return Planted("microsleep, 1.0 to 1.6 s", begin, story.t, story.t + 0.5, ACUTE)


def sleep(story: Story) -> Planted:
    """Lids down for 3.6 to 8 s."""
    begin = story.doze(float(story.rng.uniform(3.6, 8.0)))
    story.label("fatigue.sleep", begin, story.t)
    return Planted("sleep", begin, story.t, min(story.t, begin + 3.5), ("fatigue.sleep",))


def long_glance(story: Story) -> Planted:
    """Screen, passenger, glove box or side window for 3.2 to 6 s (Euro NCAP: three to four seconds)."""
    yaw, pitch = ((-33, -20), (-78, -4), (-53, -24), (72, -5))[int(story.rng.integers(4))]
    begin = story.look(yaw, pitch, float(story.rng.uniform(3.2, 6.0)))
    story.label("distraction.long", begin, story.t)
    return Planted("long glance, 3.2 s and more", begin, story.t, min(story.t + 0.5, begin + 4.2), ("distraction",))


def phone_in_the_lap(story: Story) -> Planted:
    """Eyes in the lap for 4 to 8 s; nobody's camera sees the phone."""
    begin = story.look(float(story.rng.uniform(-12, 10)), float(story.rng.uniform(-55, -42)), float(story.rng.uniform(4.0, 8.0)))
    story.label("distraction.long", begin, story.t)
    return Planted("phone in the lap", begin, story.t, begin + 4.2, ("distraction",))


def phone_in_a_bend(story: Story) -> Planted:
    """The same with the wheel turned: a bend is not an excuse for looking down."""
    kph, side = story.kph, float(story.rng.choice([-1.0, 1.0]))
    radius_m = max(90.0, (kph / 3.6) ** 2 / COMFORT_M_S2)
    story.steer(side * steering_for(radius_m), over_s=1.5)
    story.ahead(3)
    begin = story.look(side * 12, float(story.rng.uniform(-52, -42)), float(story.rng.uniform(4.2, 7.0)))
    story.label("distraction.long", begin, story.t)
    story.steer(0.0, over_s=1.5)
    return Planted("phone in a bend", begin, story.t, begin + 4.2, ("distraction",))


def time_sharing(story: Story) -> Planted:
    """1.5 to 1.8 s on the screen, 1.0 s on the road, twelve times: more than ten seconds in thirty."""
    begin = story.t
    for _ in range(12):
        story.look(-33, -20, float(story.rng.uniform(1.5, 1.8)))
        story.ahead(1.0)
    story.label("distraction.cumulative", begin, story.t)
    return Planted("time sharing", begin, story.t, story.t, ("distraction",))


def growing_drowsiness(story: Story) -> Planted:
    """Eight minutes in which lids are down for 4, 8, 14, 20 and at last 28 % of the time, 0.5 to 0.8 s at a time."""
    begin = story.t
    for minutes, closed_s, share in ((1.5, 0.5, 0.04), (1.5, 0.6, 0.08), (1.5, 0.7, 0.14), (1.5, 0.7, 0.20), (2.0, 0.8, 0.28)):
        story.nodding(closed_s, closed_s / share, minutes * 60)
    story.label("fatigue.drowsiness", begin + 180, story.t)
    return Planted("growing drowsiness", begin, story.t, story.t, ("fatigue.drowsiness",))


def repeated_closures(story: Story) -> Planted:
    """Twenty closures of 1.3 s in ten minutes: each too short for a microsleep of 1.5 s, together a tired driver."""
    begin = story.nodding(1.3, 30.0, 600)
    story.label("fatigue.drowsiness", begin, story.t)
    return Planted("repeated closures of 1.3 s", begin, story.t, story.t, ("fatigue",))


def yawns(story: Story) -> Planted:
    """Six yawns of 5 to 7 s in four minutes."""
    begin = story.t
    for _ in range(6):
        story.open_mouth(0.85, float(story.rng.uniform(5.0, 7.0)))
        story.ahead(34)
    story.label("fatigue.yawning", begin, story.t)
    return Planted("yawns", begin, story.t, story.t, ("fatigue.yawning",), "info")
