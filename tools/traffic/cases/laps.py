"""T17: the consumer magazine's test: an attentive lap, and a lap with four acts of three seconds each."""

from __future__ import annotations

from collections.abc import Callable

from tools.traffic.cases.case import DISTRACTION, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Expectation, Quiet
from tools.traffic.lap import attentive_stretch
from tools.traffic.story import Story

ACT_S = 3.0
TOLD_S = 3.5
Act = Callable[[Story], float]


def _screen(story: Story) -> float:
    return story.look(-33, -20, ACT_S)


def _lean_to_screen(story: Story) -> float:
    return story.look(-36, -22, ACT_S, head_yaw_deg=-26, head_pitch_deg=-14, roll_deg=9)


def _side_window(story: Story) -> float:
    return story.look(75, -5, ACT_S)


def _lap_of_the_driver(story: Story) -> float:
    return story.look(-4, -55, ACT_S)


ACTS: dict[str, Act] = {
    "screen": _screen,
    "leaning": _lean_to_screen,
    "side window": _side_window,
    "lap": _lap_of_the_driver,
}


def _attentive_lap(minutes: float, seed: int) -> Telling:
    """Most of ten miles; a hint about a look of two seconds into a side street is none of the false warnings."""
    story = warmed_up(60, seed=seed)
    attentive_stretch(story, minutes * 60)
    return story, (Quiet(level="warning"), Quiet(at_most=3))


def _lap_with_acts(seed: int, *, level: str = "advisory") -> Telling:
    story = warmed_up(60, seed=seed)
    due: list[Expectation] = []
    for act in ACTS.values():
        attentive_stretch(story, 60)
        story.steer(0)
        story.ahead(12)
        begin = act(story)
        due.append(Due(begin, begin + TOLD_S, DISTRACTION, level))
        story.ahead(8)
    return story, tuple(due)


def _one_act(act: Act, kph: float) -> Telling:
    story = warmed_up(kph)
    begin = act(story)
    story.ahead(8)
    return story, (Due(begin, begin + TOLD_S, DISTRACTION, "advisory"),)


def _act(name: str, kph: float) -> Case:
    return Case(f"T17 {name}, {kph:.0f}", f"one act of 3 s at {kph:.0f} km/h", lambda: _one_act(ACTS[name], kph))


CASES = (
    Case("T17 first lap", "nine attentive minutes, bends and junctions", lambda: _attentive_lap(9, 5)),
    Case("T17 first lap, other seed", "six attentive minutes", lambda: _attentive_lap(6, 6)),
    Case("T17 first lap, head only", "six attentive minutes without gaze", lambda: _attentive_lap(6, 7), gaze=False),
    Case("T17 second lap", "four acts of 3 s, each told within 3.5 s", lambda: _lap_with_acts(8)),
    Case("T17 second lap, other seed", "the same", lambda: _lap_with_acts(9)),
    *(_act(name, kph) for name in ACTS for kph in (50.0, 90.0)),
)
