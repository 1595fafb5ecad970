"""The consumer magazine's lap: town, country road and a piece of motorway, one after the other, attentively."""

from __future__ import annotations

from tools.traffic.glances import attentively
from tools.traffic.manoeuvres import bend, lane_change, roundabout, turn
from tools.traffic.story import Story


def attentive_stretch(story: Story, for_s: float) -> None:
    """So many seconds (or the manoeuvre that is under way then) at 50 to 110 km/h with bends and junctions."""
    end = story.t + for_s
    while True:
        for piece in (_built_up, _open_road, _fast):
            if story.t >= end:
                return
            piece(story)


def _built_up(story: Story) -> None:
    story.speed(50, over_s=6)
    attentively(story, 20)
    if story.rng.random() < 0.5:
        turn(story, 1.0 if story.rng.random() < 0.5 else -1.0)
    else:
        roundabout(story)


def _open_road(story: Story) -> None:
    story.speed(80, over_s=8)
    attentively(story, 15)
    bend(story, float(story.rng.uniform(80, 250)), 1.0 if story.rng.random() < 0.5 else -1.0, float(story.rng.uniform(30, 80)))


def _fast(story: Story) -> None:
    story.speed(110, over_s=8)
    attentively(story, 25)
    lane_change(story, 1.0)
