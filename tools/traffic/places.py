"""Attentive driving by place: each function tells so many seconds of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tools.traffic.glances import attentively
from tools.traffic.manoeuvres import bend, crossing, lane_change, park, pull_off, queue, red_light, roundabout, turn
from tools.traffic.person import some_person
from tools.traffic.story import Story
from tools.traffic.timeline import Span

Place = Callable[[Story, float], None]


def _side(story: Story) -> float:
    return 1.0 if story.rng.random() < 0.5 else -1.0


def motorway(story: Story, for_s: float) -> None:
    """100 to 130 km/h, wide bends, a lane change a minute or so."""
    end = story.t + for_s
    while story.t < end:
        story.speed(float(story.rng.uniform(100, 130)), over_s=8)
        story.steer(float(story.rng.normal(0, 2.0)), over_s=4)
        attentively(story, float(story.rng.uniform(30, 90)))
        story.steer(0.0, over_s=2)
        lane_change(story, _side(story))


def town(story: Story, for_s: float) -> None:
    """30 to 50 km/h between red lights, queues, turns, roundabouts and crossings."""
    end = story.t + for_s
    chances = ((red_light, 0.3), (queue, 0.1), (roundabout, 0.15), (crossing, 0.2))
    while story.t < end:
        story.speed(float(story.rng.uniform(32, 50)), over_s=6)
        attentively(story, float(story.rng.uniform(12, 40)), every_s=5.0)
        chance = float(story.rng.random())
        for manoeuvre, share in chances:
            chance -= share
            if chance < 0:
                manoeuvre(story)
                break
        else:
            turn(story, _side(story))


def country(story: Story, for_s: float) -> None:
    """60 to 95 km/h, a bend every quarter of a minute."""
    end = story.t + for_s
    while story.t < end:
        story.speed(float(story.rng.uniform(65, 95)), over_s=6)
        attentively(story, float(story.rng.uniform(6, 22)))
        bend(story, float(story.rng.uniform(60, 350)), _side(story), float(story.rng.uniform(20, 80)))


def ramps(story: Story, for_s: float) -> None:
    """Ramps of motorways, and the hairpins of a pass."""
    end = story.t + for_s
    while story.t < end:
        if story.rng.random() < 0.5:
            story.speed(60, over_s=5)
            attentively(story, 15)
            bend(story, float(story.rng.uniform(38, 70)), _side(story), float(story.rng.uniform(120, 270)))
        else:
            story.speed(40, over_s=5)
            attentively(story, 12)
            bend(story, float(story.rng.uniform(9, 16)), _side(story), float(story.rng.uniform(150, 180)))


def parking(story: Story, for_s: float) -> None:
    """Side streets and car parks: backwards, standing, off again."""
    end = story.t + for_s
    while story.t < end:
        story.speed(28, over_s=4)
        attentively(story, 40)
        park(story)


def night_with_glasses(story: Story, for_s: float) -> None:
    """A country road by night: reflections in the glasses, and gaze is lost for a third of the time."""
    begin = story.t
    country(story, for_s)
    t = begin
    while t < story.t:
        t += float(story.rng.exponential(8.0))
        gone = float(story.rng.exponential(4.0))
        story.no_gaze.append(Span(t, t + gone))
        t += gone


def low_sun(story: Story, for_s: float) -> None:
    """A motorway into the sun: lids at a quarter to a third of open for minutes, with ordinary blinks."""
    end = story.t + for_s
    while story.t < end:
        story.squint(float(story.rng.uniform(0.24, 0.36)), float(story.rng.uniform(40, 240)))
        motorway(story, 150)
        motorway(story, 60)


def lively(story: Story, for_s: float) -> None:
    """A motorway with music, company and a sandwich."""
    end = story.t + for_s
    while story.t < end:
        story.speed(float(story.rng.uniform(90, 125)), over_s=8)
        for _ in range(25):
            story.open_mouth(float(story.rng.uniform(0.4, 0.8)), float(story.rng.uniform(0.8, 2.4)))
            story.ahead(float(story.rng.uniform(0.3, 1.2)))
        attentively(story, 30)
        for _ in range(60):
            story.open_mouth(float(story.rng.uniform(0.15, 0.45)), float(story.rng.uniform(0.15, 0.5)))
            story.ahead(0.3)
        for _ in range(4):
            story.squint(0.5, 2.0)
            story.open_mouth(0.6, 2.0)
            attentively(story, 8)
        lane_change(story, _side(story))


def leaning(story: Story, for_s: float) -> None:
    """A motorway, elbow on the window sill: the head turned or tipped for a minute, eyes on the road."""
    end = story.t + for_s
    while story.t < end:
        story.speed(float(story.rng.uniform(95, 125)), over_s=8)
        attentively(story, 40)
        for _ in range(6):
            story.lean(float(story.rng.uniform(14, 20)), float(story.rng.uniform(6, 14)), roll_deg=-8)
            story.look(0, -24, 0.7, head_yaw_deg=15)


def changes(story: Story, for_s: float) -> None:
    """A knocked camera, another driver after a stop, a lowered seat: six minutes of attentive driving after each."""
    end = story.t + for_s
    while story.t < end:
        _mixed(story, 240)
        story.knock(float(story.rng.choice([-14.0, 12.0, 16.0])), float(story.rng.normal(0, 3)))
        _mixed(story, 360)
        story.speed(0.0, over_s=8)
        story.ahead(40)
        story.vanish(25)
        story.driver(replace(some_person(story.rng), forward_yaw_deg=float(story.rng.choice([-12.0, 14.0]))))
        story.ahead(15)
        pull_off(story, 60)
        _mixed(story, 360)
        story.knock(0.0, -6.0)
        _mixed(story, 240)


def _mixed(story: Story, for_s: float) -> None:
    country(story, for_s / 2)
    motorway(story, for_s / 2)


PLACES: dict[str, Place] = {
    "motorway": motorway,
    "town": town,
    "country": country,
    "ramps": ramps,
    "parking": parking,
    "night, glasses": night_with_glasses,
    "low sun": low_sun,
    "lively": lively,
    "leaning": leaning,
    "changes": changes,
}
