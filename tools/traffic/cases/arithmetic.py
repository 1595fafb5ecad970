"""T14, T15 and T16: ten seconds are ten seconds, at any frame rate, and clocks that cannot be right are said to be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable

from tools.traffic.cases.case import ACUTE, DISTRACTION, FATIGUE, LONG_S, Case, Telling, warmed_up
from tools.traffic.expectations import Due, Quiet, Says
from tools.traffic.person import Person

SHARED = ("distraction.cumulative",)
NCAP = "euroncap-2026-inspired"
CLOCK = Says(r"clock|time.*(back|restart|again)|(back|restart).*time|two drives|split", "tells of a clock that went back")
MILLISECONDS = Says(r"\bms\b|millisecond", "tells that these look like milliseconds")
EPOCH = Says(r"epoch|1970|unix|wall.?clock|seconds since", "tells that these look like seconds of an epoch")

PERCLOS = Says(r"PERCLOS (unknown|–|[01] %)", "gives a PERCLOS of at most 1 %, or none")
"""Blinks are no closures: at 30 fps the same driver has a PERCLOS of 0 %."""


def _glances(off_s: float, on_s: float, for_s: float = 120.0, kph: float = 70.0) -> Telling:
    story = warmed_up(kph, fps=30)
    since, end = story.t, story.t + for_s
    while story.t < end:
        story.look(-33, -20, off_s)
        story.ahead(on_s)
    return story, (Quiet(since, kinds=DISTRACTION),)


def _too_many_glances(off_s: float, on_s: float, within_s: float) -> Telling:
    story = warmed_up(70, fps=30)
    begin, end = story.t, story.t + 60
    while story.t < end:
        story.look(-33, -20, off_s)
        story.ahead(on_s)
    full = begin + 10.0 / off_s * (off_s + on_s) - on_s
    return story, (Quiet(begin, full - 0.5, "warning", SHARED), Due(begin, full + within_s, SHARED))


def _blinking(fps: float, blinks_per_min: float, blink_s: float) -> Telling:
    story = warmed_up(80, fps=fps, person=Person(blinks_per_min=blinks_per_min, blink_s=blink_s))
    story.ahead(200)
    return story, (Quiet(kinds=FATIGUE), PERCLOS)


def _asleep(fps: float, closed_s: float) -> Telling:
    story = warmed_up(80, fps=fps)
    begin = story.doze(closed_s)
    story.ahead(6)
    return story, (Quiet(0, begin + 0.9, kinds=FATIGUE), Due(begin, begin + 2.2 + 1 / fps, ACUTE, "urgent"))


def _long_glance(fps: float) -> Telling:
    story = warmed_up(80, fps=fps)
    begin = story.look(-5, -45, 6)
    story.ahead(6)
    return story, (Quiet(0, begin + 2.7, "warning"), Due(begin, begin + LONG_S + 1 / fps, DISTRACTION))


def _with_a_lap_look(says: Says, before_s: float = 75.0, after_s: float = 40.0) -> Callable[[], Telling]:
    def tell() -> Telling:
        story = warmed_up(80, for_s=before_s)
        story.look(-5, -45, 6)
        story.ahead(after_s)
        return story, (says,)

    return tell


def restarted(text: str) -> str:
    """The recorder's clock goes back to 0 in the middle of the drive."""
    return _with_times(text, lambda t, middle: t if t < middle else t - middle)


def _in_ms(text: str) -> str:
    return _with_times(text, lambda t, _: t * 1000)


def _since_epoch(text: str) -> str:
    return _with_times(text, lambda t, _: t + 1_790_000_000)


def _with_times(text: str, change: Callable[[float, float], float]) -> str:
    records = [json.loads(line) for line in text.splitlines()]
    middle = records[len(records) // 2]["t"]
    for record in records:
        record["t"] = round(change(record["t"], middle), 4)
    return "".join(json.dumps(record) + "\n" for record in records)


CASES = (
    Case("T14 9.7 s of 30", "0.88 s off, 1.9 s on, eleven glances", lambda: _glances(0.88, 1.9), pack=NCAP),
    Case("T14b the same, default", "0.88 s off, 1.9 s on", lambda: _glances(0.88, 1.9)),
    Case("T14g 9.8 s of 30", "0.89 s off, 1.9 s on", lambda: _glances(0.89, 1.9), pack=NCAP),
    Case("T14c 9.4 s of 30", "0.85 s off, 1.9 s on, at 110", lambda: _glances(0.85, 1.9, kph=110), pack=NCAP),
    Case("T14d reset", "1.8 s off, 2.3 s on (B02)", lambda: _glances(1.8, 2.3), pack=NCAP),
    Case("T14e B01", "1.5 s off, 1.0 s on", lambda: _too_many_glances(1.5, 1.0, 0.8), pack=NCAP),
    Case("T14f 11 s of 30", "1.1 s off, 1.8 s on", lambda: _too_many_glances(1.1, 1.8, 3.5), pack=NCAP),
    Case("T15 clock restarts", "back to 0 in the middle", _with_a_lap_look(CLOCK), rewrite=restarted),
    Case("T15b milliseconds", "times in ms", _with_a_lap_look(MILLISECONDS, 10, 5), rewrite=_in_ms),
    Case("T15c epoch", "times since 1970", _with_a_lap_look(EPOCH), rewrite=_since_epoch),
    Case("T16 blinks at 8 fps", "25 blinks a minute of 200 ms at 8 fps", lambda: _blinking(8, 25, 0.2), options=("--trip",)),
    Case("T16b blinks at 12 fps", "the same at 12 fps", lambda: _blinking(12, 25, 0.2), options=("--trip",)),
    Case("T16c blinks at 10 fps", "22 of 210 ms at 10 fps", lambda: _blinking(10, 22, 0.21), options=("--trip",)),
    Case("T16d blinks at 15 fps", "25 of 200 ms at 15 fps", lambda: _blinking(15, 25, 0.2), options=("--trip",)),
    Case("T16e asleep at 8 fps", "lids down for 2.6 s at 8 fps", lambda: _asleep(8, 2.6)),
    Case("T16f asleep at 12 fps", "lids down for 2.6 s at 12 fps", lambda: _asleep(12, 2.6)),
    Case("T16g lap at 8 fps", "6 s in the lap at 8 fps", lambda: _long_glance(8)),
    Case("T16h lap at 10 fps", "6 s in the lap at 10 fps", lambda: _long_glance(10)),
)
