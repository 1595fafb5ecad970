"""T9 and T10: forward can be learned again, by those whose eyes are on the road."""

from __future__ import annotations

from dataclasses import replace

from tools.traffic.cases.case import DISTRACTION, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Expectation, Over, Quiet
from tools.traffic.person import HOURLY, PLAIN, Person
from tools.traffic.story import Story

RELEARNED_S = 120.0


def _knocked(yaw_deg: float, pitch_deg: float, before_s: float, after_s: float) -> Telling:
    story = warmed_up(100, for_s=before_s, camera=HOURLY)
    knocked = story.t
    story.knock(yaw_deg, pitch_deg)
    _drive(story, after_s)
    return story, (Quiet(knocked, at_most=2), Quiet(knocked + RELEARNED_S), Over(knocked + RELEARNED_S))


def _knocked_then(pitch_deg: float, yaw_deg: float, look: tuple[float, float]) -> Telling:
    """What was knocked is relearned after three minutes at the latest; what lies away from the new forward is away."""
    story = warmed_up(100, for_s=120, camera=HOURLY)
    knocked = story.t
    story.knock(yaw_deg, pitch_deg)
    _drive(story, 165)
    story.ahead(15)
    begin = story.look(*look, 6)
    story.ahead(6)
    return story, (Quiet(knocked, begin, at_most=2), Over(begin), Due(begin, begin + LONG_S + 0.3, DISTRACTION))


def _drive(story: Story, for_s: float) -> None:
    """Attentive driving with a mirror or the dials now and then."""
    end = story.t + for_s
    mirrors = ((38.0, -10.0), (-28.0, 14.0), (0.0, -23.0))
    at = 0
    while story.t < end:
        story.ahead(9.0)
        story.look(*mirrors[at % 3], 0.8)
        at += 1


def _busy_elsewhere(look: tuple[float, float], away_s: float, on_s: float) -> Telling:
    """Whoever looks elsewhere most of the time does not move the road there: told to the last."""
    story = warmed_up(90, for_s=90)
    for _ in range(round(160 / (away_s + on_s))):
        story.look(*look, away_s)
        story.ahead(on_s)
    return story, (Due(story.t - 40, story.t, DISTRACTION),)


def _another_driver(person: Person, look_later: bool = False, gear: bool = False) -> Telling:
    story = warmed_up(60, for_s=100, camera=HOURLY)
    story.speed(0, over_s=6)
    story.ahead(6)
    story.ahead(54)
    if gear:
        story.gear("P", for_s=60)
    story.vanish(25)
    story.driver(person)
    story.ahead(15)
    story.speed(60, over_s=8)
    away = story.t
    story.ahead(8)
    expected: tuple[Expectation, ...] = (Quiet(away, at_most=2), Quiet(away + RELEARNED_S), Over(away + RELEARNED_S))
    if not look_later:
        _drive(story, 170)
        return story, expected
    _drive(story, 150)
    story.ahead(10)
    begin = story.look(-5, -48, 6)
    story.ahead(5)
    return story, (Quiet(away + RELEARNED_S, begin), Over(begin), Due(begin, begin + LONG_S, DISTRACTION))


def _same_driver_after_a_stop() -> Telling:
    story = warmed_up(60, for_s=120)
    story.speed(0, over_s=6)
    story.ahead(6)
    story.vanish(12)
    story.ahead(10)
    story.speed(60, over_s=8)
    away = story.t
    story.ahead(12)
    begin = story.look(-5, -48, 6)
    story.ahead(5)
    return story, (Quiet(away, begin), Due(begin, begin + LONG_S, DISTRACTION))


def _lowered_seat() -> Telling:
    """Whoever sits lower is seen a few degrees from above and is as attentive as before."""
    story = warmed_up(100, for_s=100, camera=HOURLY)
    since = story.t
    for _ in range(3):
        story.knock(0.0, -2.0)
        story.ahead(2)
    _drive(story, 160)
    return story, (Quiet(since, at_most=1), Quiet(since + RELEARNED_S), Over(since + RELEARNED_S))


NEXT = replace(PLAIN, forward_yaw_deg=PLAIN.forward_yaw_deg + 14, openness=0.6)

CASES = (
    Case("T9 knocked, yaw +12", "after ten minutes, then five attentive ones", lambda: _knocked(12, 0, 600, 300)),
    Case("T9b knocked, yaw -18", "after two and a half minutes", lambda: _knocked(-18, 0, 150, 170)),
    Case("T9c knocked, pitch +12", "after two and a half minutes", lambda: _knocked(0, 12, 150, 170)),
    Case("T9d knocked both ways", "yaw +10, pitch -10", lambda: _knocked(10, -10, 150, 170)),
    Case(
        "T9e wheel-top phone after a knock",
        "pitch +12; later 6 s at the top of the wheel",
        lambda: _knocked_then(12, 0, (-2, -26)),
    ),
    Case("T9f screen after a knock", "yaw -14; later 6 s at the centre screen", lambda: _knocked_then(0, -14, (-35, -20))),
    Case("T9g lowered seat", "6 degrees in three steps", _lowered_seat),
    Case("T9h phoning never moves it", "4 s lap, 1.5 s road", lambda: _busy_elsewhere((-4, -40), 4.0, 1.5)),
    Case("T9i a passenger never moves it", "5 s passenger, 2 s road", lambda: _busy_elsewhere((-70, -4), 5.0, 2.0)),
    Case("T9j a screen never moves it", "4 s screen, 1.5 s road", lambda: _busy_elsewhere((-33, -20), 4.0, 1.5)),
    Case("T10 another driver", "stop, empty seat for 25 s, 14 degrees aside, narrower eyes", lambda: _another_driver(NEXT)),
    Case(
        "T10b to the other side",
        "14 degrees to the right, in P",
        lambda: _another_driver(replace(NEXT, forward_yaw_deg=-11.0), gear=True),
    ),
    Case(
        "T10c a smaller driver",
        "10 degrees lower, eyes as wide",
        lambda: _another_driver(replace(PLAIN, forward_pitch_deg=-13.0)),
    ),
    Case("T10d narrow eyes only", "the same seat, eyes half as wide", lambda: _another_driver(replace(PLAIN, openness=0.5))),
    Case("T10e another driver looks away", "the other driver, later the lap", lambda: _another_driver(NEXT, look_later=True)),
    Case("T10f the same driver", "out for 12 s and back, then the lap", _same_driver_after_a_stop),
)
