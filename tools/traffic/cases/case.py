"""A case: a short drive, told in words and as a story, and what ought to be said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.traffic.expectations import Expectation
from tools.traffic.person import PLAIN, STEADY, Camera, Person
from tools.traffic.story import Story

WARM_UP_S = 75.0
"""Attentive driving before anything happens: longer than any arming or learning of a minute (acceptance scenarios)."""
LONG_S = 4.2
"""A look away of three to four seconds is told by then: 4.0 s is Euro NCAP's and ADDW's latest, 0.2 s SD 202's tolerance."""
DISTRACTION = ("distraction",)
ACUTE = ("fatigue.microsleep", "fatigue.sleep")
FATIGUE = ("fatigue",)

Telling = tuple[Story, tuple[Expectation, ...]]


@dataclass(frozen=True)
class Case:
    """`tell` makes the story and the expectations. `pack` is set where the case is about that pack's own words.

    `gaze` and `vehicle` say whether the drive has such data, `options` what the command is given besides,
    and `rewrite` what became of the drive's text on its way.
    """

    name: str
    what: str
    tell: Callable[[], Telling]
    pack: str | None = None
    gaze: bool = True
    vehicle: bool = True
    options: tuple[str, ...] = ()
    rewrite: Callable[[str], str] | None = None


def warmed_up(
    kph: float,
    *,
    seed: int = 1,
    fps: float = 15.0,
    person: Person = PLAIN,
    camera: Camera = STEADY,
    for_s: float = WARM_UP_S,
) -> Story:
    """A story that begins with attentive driving at that speed; at 15 fps, as cases must not hang on more."""
    story = Story(kph, seed=seed, fps=fps, person=person, camera=camera)
    story.ahead(for_s)
    return story
