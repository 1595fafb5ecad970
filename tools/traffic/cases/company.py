"""T19: traffic and company: passengers, radios, who drives behind, hills, fog, rails, and driving on the other side."""

from __future__ import annotations

from tools.traffic.cases.case import DISTRACTION, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet

SCREEN = (-33.0, -20.0)
PASSENGER = (-78.0, -3.0)


def _again_and_again(kph: float, look: tuple[float, float], off_s: float, on_s: float, times: int) -> Telling:
    story = warmed_up(kph)
    since = story.t
    for _ in range(times):
        story.look(*look, off_s)
        story.ahead(on_s)
    story.ahead(6)
    return story, (Quiet(since, level="warning"),)


def _too_long(kph: float, look: tuple[float, float], for_s: float) -> Telling:
    story = warmed_up(kph)
    begin = story.look(*look, for_s)
    story.ahead(6)
    return story, (Due(begin, begin + LONG_S, DISTRACTION),)


def _overtaking(side: float) -> Telling:
    """Mirror, mirror, shoulder, and out, as many drivers do it: without a word to the others."""
    story = warmed_up(100)
    since = story.look(side * 39, -11, 0.9)
    story.ahead(0.7)
    story.look(-29, 16, 0.8)
    story.ahead(0.7)
    story.look(side * 39, -11, 1.1)
    story.look(side * 78, -6, 0.9)
    story.steer(side * 6, over_s=0.8)
    story.ahead(1.6)
    story.steer(-side * 6, over_s=1.0)
    story.ahead(1.5)
    story.steer(0, over_s=0.6)
    story.ahead(6)
    story.look(-side * 46, -6, 1.0)
    story.ahead(10)
    # To the other side the look over the shoulder goes to the passenger as well: an advisory may come of it.
    return story, (Quiet(since, level="advisory" if side > 0 else "warning"),)


def _hill(up_deg: float, for_s: float) -> Telling:
    """The road lies higher than the bonnet, or lower, for a while; head and eyes go along."""
    story = warmed_up(60)
    since = story.look(0, up_deg, for_s, head_pitch_deg=0.4 * up_deg)
    story.ahead(10)
    return story, (Quiet(since),)


def _fog() -> Telling:
    """The kerb line just ahead of the bonnet, lids narrowed, at 35 km/h."""
    story = warmed_up(60)
    story.speed(35, over_s=6)
    story.ahead(6)
    since = story.t
    story.squint(0.7, 45)
    for _ in range(9):
        story.look(-4, -8, 4)
        story.ahead(1)
    story.ahead(10)
    return story, (Quiet(since),)


def _filtering() -> Telling:
    """Motorcycles between the lanes of a jam: the mirror every few seconds at 12 km/h."""
    story = warmed_up(80)
    story.speed(12, over_s=8)
    story.ahead(8)
    since = story.t
    for _ in range(14):
        story.look(39, -11, 1.1)
        story.ahead(1.7)
    story.ahead(5)
    return story, (Quiet(since, level="warning"),)


def _rails() -> Telling:
    """Tram tracks: along the rails, the stop on the right, the mirror, round the tram."""
    story = warmed_up(42)
    since = story.look(3, -11, 2.5)
    story.ahead(0.8)
    story.look(-35, -5, 1.1)
    story.ahead(0.9)
    story.look(39, -11, 0.9)
    story.steer(20, over_s=0.8)
    story.ahead(1.5)
    story.look(-30, -6, 1.2)
    story.steer(0, over_s=0.8)
    story.ahead(10)
    return story, (Quiet(since),)


def _on_the_right_hand_seat(look: tuple[float, float], for_s: float, due: bool) -> Telling:
    story = warmed_up(50)
    begin = story.look(*look, for_s)
    story.ahead(8)
    return story, ((Due(begin, begin + LONG_S, DISTRACTION),) if due else (Quiet(begin),))


RIGHT_HAND_DRIVE = ("--cabin", "right_hand_drive")
CASES = (
    Case("T19 radio", "three looks of 1.2 s at the screen at 90", lambda: _again_and_again(90, SCREEN, 1.2, 2.2, 3)),
    Case("T19b radio, too long", "4.6 s at the screen at 90", lambda: _too_long(90, SCREEN, 4.6)),
    Case("T19c talk", "0.9 s at the passenger every 4 s for a minute", lambda: _again_and_again(80, PASSENGER, 0.9, 3.1, 15)),
    Case("T19d quarrel", "4.6 s at the passenger at 50", lambda: _too_long(50, PASSENGER, 4.6)),
    Case("T19e tailgated", "0.8 s in the mirror every 3 s", lambda: _again_and_again(110, (-29, 16), 0.8, 2.2, 12)),
    Case("T19f overtaking", "mirrors and shoulder without indicator, 100 km/h", lambda: _overtaking(1)),
    Case("T19g undertaken", "the mirror image", lambda: _overtaking(-1)),
    Case("T19h uphill", "the road 11 degrees up for 12 s", lambda: _hill(11, 12)),
    Case("T19i downhill", "the road 9 degrees down for 12 s", lambda: _hill(-9, 12)),
    Case("T19j fog", "the kerb just ahead, lids narrowed, 35 km/h", _fog),
    Case("T19k filtering motorcycles", "the mirror every 3 s in a jam at 12 km/h", _filtering),
    Case("T19l tram tracks", "the rails, the stop, the mirror, round the tram", _rails),
    Case("T19m sun visor", "1.4 s up to the visor at 70", lambda: _again_and_again(70, (0, 32), 1.4, 5, 1)),
    Case("T19n dials at 120", "1.8 s at the dials, twice", lambda: _again_and_again(120, (0, -24), 1.8, 3, 2)),
    Case(
        "T19o driver on the right, mirror",
        "the left mirror, far away now, for 1.8 s",
        lambda: _on_the_right_hand_seat((46, -6), 1.8, due=False),
        options=RIGHT_HAND_DRIVE,
    ),
    Case(
        "T19p driver on the right, passenger",
        "the passenger sits on the left: 4.6 s",
        lambda: _on_the_right_hand_seat((80, -3), 4.6, due=True),
        options=RIGHT_HAND_DRIVE,
    ),
)
