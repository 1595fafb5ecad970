"""T20: signals that lie or fail, and slow cameras: nothing is made up of them, and nobody who sleeps or reads is missed."""

from __future__ import annotations

import re

from tools.traffic.cases.bends import into_the_bend
from tools.traffic.cases.case import ACUTE, DISTRACTION, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet
from tools.traffic.person import Person
from tools.traffic.timeline import Span

LAP = (-5.0, -48.0)
BARE = Person(openness=0.8, eye_only_deg=9.0, head_gain=0.9)


def _turned_about(text: str) -> str:
    """The wheel's angle with the other sign, as from a vehicle that counts the other way."""
    return re.sub(r'("steering_deg":)(-?)([\d.]+)', lambda at: f"{at[1]}{'' if at[2] else '-'}{at[3]}", text)


def _without_sigma(text: str) -> str:
    """As from a perception that does not know how far it errs."""
    return re.sub(r',"sigma":[\d.]+', "", text)


def _lap(kph: float, *, steering_deg: float = 0.0, fps: float = 15.0, indicator: bool = False, late_s: float = 0.0) -> Telling:
    story = warmed_up(kph, fps=fps)
    if indicator:
        story.indicate("left")
        story.ahead(50)
    if steering_deg:
        story.steer(steering_deg, over_s=1.0)
        story.ahead(4)
    begin = story.look(*LAP, 6)
    story.ahead(6)
    return story, (Due(begin, begin + LONG_S + late_s, DISTRACTION),)


def _by_the_head_alone() -> Telling:
    """Sunglasses: the head is all that is seen, and it goes down to the phone."""
    story = warmed_up(70, person=BARE)
    begin = story.look(-8, -50, 7, head_pitch_deg=-30)
    story.ahead(6)
    return story, (Due(begin, begin + 6.0, DISTRACTION),)


def _speed_drops_out_at_the_light() -> Telling:
    """The vehicle says nothing for six seconds of a red light, as a bus that was overloaded."""
    story = warmed_up(50)
    story.speed(0, over_s=5)
    story.ahead(8)
    since = story.t
    story.no_vehicle.append(Span(since + 4, since + 10))
    story.look(70, -5, 9)
    story.look(*LAP, 9)
    story.ahead(2)
    story.speed(50, over_s=5)
    story.ahead(12)
    return story, (Quiet(since, level="urgent"),)


def _asleep(fps: float, for_s: float, by_s: float) -> Telling:
    story = warmed_up(90, fps=fps)
    begin = story.doze(for_s)
    story.ahead(6)
    return story, (Due(begin, begin + by_s, ACUTE, "urgent"),)


def _tunnel() -> Telling:
    """Into the dark: nobody can read the eyes for a few seconds, lids go up, and the light at the end makes them narrow."""
    story = warmed_up(80)
    since = story.t
    story.no_gaze.append(Span(since, since + 5))
    story.ahead(30)
    story.squint(0.45, 4)
    story.ahead(15)
    return story, (Quiet(since),)


def _shared_and_lost() -> Telling:
    """Looks at the screen, one after another, and the eyes not read for some of the time: what was seen still adds up."""
    story = warmed_up(80)
    begin = story.t
    for number in range(14):
        story.look(-33, -20, 1.7, head_yaw_deg=-9)
        if number == 3:
            story.no_gaze.append(Span(story.t, story.t + 2.6))
            story.ahead(0.5)
            story.look(-33, -20, 1.7, head_yaw_deg=-9)
        story.ahead(0.9)
    return story, (Due(begin, begin + 24, DISTRACTION),)


CASES = (
    Case("T20 ten frames a second, lap", "the lap for 6 s at 10 fps", lambda: _lap(90, fps=10, late_s=0.2)),
    Case("T20b ten frames a second, asleep", "lids down for 2.4 s at 10 fps", lambda: _asleep(10, 2.4, 2.2)),
    Case("T20c eight frames a second, asleep", "lids down for 5 s at 8 fps", lambda: _asleep(8, 5, 2.4)),
    Case("T20d wheel the wrong way round", "the lap in a bend", lambda: _lap(45, steering_deg=60), rewrite=_turned_about),
    Case("T20e indicator stuck", "on for a minute at 60, then the lap", lambda: _lap(60, indicator=True)),
    Case("T20f sunglasses", "the head alone, down to the phone", _by_the_head_alone, gaze=False),
    Case("T20g no sigma, ramp", "the ramp, errors not told", lambda: into_the_bend(45, -70, -28, 10), rewrite=_without_sigma),
    Case("T20h no sigma, bend", "a country bend, errors not told", lambda: into_the_bend(70, 25, 15, 8), rewrite=_without_sigma),
    Case("T20i no sigma, lap", "the lap, errors not told", lambda: _lap(70), rewrite=_without_sigma),
    Case("T20j speed drops out", "silent for 6 s at a red light", _speed_drops_out_at_the_light),
    Case("T20k tunnel", "eyes lost, wide, and narrow at its end", _tunnel),
    Case("T20l looks that are lost", "shared glances, eyes unreadable in between", _shared_and_lost),
)
