"""Glances in the terms of ISO 15007, each case worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.trip.glances.figures import figures_of
from dms.trip.glances.glances import BRIEF, OFF_ROAD, Glance, Glances, Stay, glances_of, together
from dms.trip.glances.watch import GlanceWatch
from dms.types import Cues


def stays(text: str) -> list[Stay]:
    """`road 2 mirror 1.5 ? 1`: areas, each with how long the gaze stays; `?` is unknown, `?paused` says why."""
    found: list[Stay] = []
    t = 0.0
    words = text.split()
    for area, lasts_s in zip(words[::2], map(float, words[1::2]), strict=True):
        unknown = area.startswith("?")
        end = round(t + lasts_s, 6)
        found.append(Stay(t, end, None if unknown else area, (area[1:] or "unknown") if unknown else ""))
        t = end
    return found


def told(glances: tuple[Glance, ...]) -> list[str]:
    """`road 0-2`; an asterisk for one that was cut."""
    return [f"{glance.area} {glance.t:g}-{glance.end:g}{'*' if glance.cut else ''}" for glance in glances]


@pytest.mark.parametrize(
    ("seen", "glances", "transitions", "not_counted"),
    [
        pytest.param("", [], {}, {}, id="nothing"),
        pytest.param("road 5", ["road 0-5*"], {}, {}, id="one glance, whose beginning and end were not seen"),
        pytest.param(
            "road 2 mirror 1 road 3",
            ["road 0-2*", "mirror 2-3", "road 3-6*"],
            {("road", "mirror"): 1, ("mirror", "road"): 1},
            {},
            id="there and back",
        ),
        pytest.param(
            "road 2 windscreen 0.06 mirror 1 road 3",
            ["road 0-2*", "mirror 2-3.06", "road 3.06-6.06*"],
            {("road", "mirror"): 1, ("mirror", "road"): 1},
            {},
            id="the way to the mirror belongs to the glance at it, and what is crossed is no glance",
        ),
        pytest.param(
            "road 2 windscreen 0.1 mirror 1",
            ["road 0-2*", "windscreen 2-2.1", "mirror 2.1-3.1*"],
            {("road", "windscreen"): 1, ("windscreen", "mirror"): 1},
            {},
            id="a tenth of a second is a fixation",
        ),
        pytest.param("road 2 mirror 0.05 road 3", ["road 0-5.05*"], {}, {}, id="a flicker neither ends a glance nor is one"),
        pytest.param("road 2 ? 0.3 road 3", ["road 0-5.3*"], {}, {}, id="a glance goes on through a blink"),
        pytest.param(
            "road 2 ? 0.2 mirror 1",
            ["road 0-2*", "mirror 2-3.2*"],
            {("road", "mirror"): 1},
            {},
            id="a blink on the way belongs to the way",
        ),
        pytest.param(
            "road 2 ? 1 road 3",
            ["road 0-2*", "road 3-6*"],
            {},
            {"unknown": 1.0},
            id="unknown time ends a glance and is not counted",
        ),
        pytest.param(
            "road 2 ? 1 mirror 3",
            ["road 0-2*", "mirror 3-6*"],
            {},
            {"unknown": 1.0},
            id="nobody saw a transition through unknown time",
        ),
        pytest.param(
            "road 2 mirror 0.04 ? 1 mirror 0.05 road 3",
            ["road 0-2*", "road 3.09-6.09*"],
            {},
            {"unknown": 1.0, BRIEF: 0.09},
            id="what is brief beside unknown time is no glance",
        ),
        pytest.param(
            "road 2 ? 0.2 mirror 0.05 ? 0.2 road 1",
            ["road 0-2*", "road 2.45-3.45*"],
            {},
            {"unknown": 0.4, BRIEF: 0.05},
            id="unknown time in pieces is as long as its pieces",
        ),
        pytest.param("?paused 4 ?standing 2", [], {}, {"paused": 4.0, "standing": 2.0}, id="every reason for itself"),
    ],
)
def test_glances(seen: str, glances: list[str], transitions: dict[tuple[str, str], int], not_counted: dict[str, float]) -> None:
    found = glances_of(stays(seen))
    assert told(found.glances) == glances
    assert found.transitions == transitions
    assert found.not_counted_s == pytest.approx(not_counted)


def test_a_glance_away_from_the_road_lasts_until_the_eyes_are_back_on_it() -> None:
    found = glances_of(stays("road 2 mirror 1 display 1.5 road 3 ? 1 lap 2 road 1"))
    assert told(found.off_road) == ["off_road 2-4.5", "off_road 8.5-10.5*"]


def test_the_figures_of_a_drive() -> None:
    """Road 10 + 5 + 4 s, mirror 1 + 3 s, display 1 s: 24 s in six glances, and 2 s in which nothing is known."""
    figures = figures_of(glances_of(stays("road 10 mirror 1 road 5 display 1 mirror 3 road 4 ? 2")))
    assert figures.counted_s == 24.0
    assert figures.not_counted_s == {"unknown": 2.0}
    road, mirror, display = figures.areas
    assert (road.area, road.glances, road.cut, road.total_s) == ("road", 3, 2, 19.0)
    assert (road.share_of_time, road.share_of_glances, road.per_min) == (0.7917, 0.5, 7.5)
    assert (mirror.area, mirror.glances, mirror.cut, mirror.total_s) == ("mirror", 2, 0, 4.0)
    assert (mirror.mean_s, mirror.sd_s, mirror.p85_s, mirror.longest_s, mirror.over_2_s) == (2.0, 1.414, 3.0, 3.0, 0.5)
    assert (display.mean_s, display.sd_s, display.longest_s, display.over_2_s) == (1.0, None, 1.0, 0.0)
    away = figures.off_road
    assert (away.area, away.glances, away.total_s, away.mean_s, away.longest_s) == (OFF_ROAD, 2, 5.0, 2.5, 4.0)
    assert away.share_of_glances is None


def test_link_values() -> None:
    """Five transitions: between road and mirror three, road and display one, display and mirror one."""
    figures = figures_of(glances_of(stays("road 10 mirror 1 road 5 display 1 mirror 3 road 4")))
    assert figures.transitions == 5
    links = {(link.source, link.target): (link.transitions, link.share, link.link_value) for link in figures.links}
    assert links == {
        ("mirror", "road"): (2, 0.4, 0.6),
        ("road", "mirror"): (1, 0.2, 0.6),
        ("road", "display"): (1, 0.2, 0.2),
        ("display", "mirror"): (1, 0.2, 0.2),
    }


def test_nothing_known_gives_no_figures() -> None:
    figures = figures_of(glances_of(stays("?no_face 60")))
    assert (figures.counted_s, figures.areas, figures.links) == (0.0, (), ())
    assert figures.not_counted_s == {"no_face": 60.0}
    assert figures.off_road.mean_s is None
    assert figures.off_road.share_of_time is None


def test_two_drives_of_a_driver_are_counted_together_and_no_transition_joins_them() -> None:
    first, second = (glances_of(stays(seen)) for seen in ("road 10 mirror 1", "road 4 ? 1 mirror 3 road 2"))
    both = figures_of(together([first, second]))
    assert both.counted_s == 20.0
    assert {area.area: (area.glances, area.total_s) for area in both.areas} == {"road": (3, 16.0), "mirror": (2, 4.0)}
    assert both.transitions == 2
    assert both.not_counted_s == {"unknown": 1.0}
    assert together([]) == Glances()


AREAS = st.sampled_from(["road", "mirror", "lap", "?", "?paused"])


@given(seen=st.lists(st.tuples(AREAS, st.integers(1, 3000)), max_size=40))
def test_every_moment_is_counted_once(seen: list[tuple[str, int]]) -> None:
    text = " ".join(f"{area} {lasts_ms / 1000}" for area, lasts_ms in seen)
    found = glances_of(stays(text))
    total_s = sum(lasts_ms for _, lasts_ms in seen) / 1000
    assert found.counted_s + sum(found.not_counted_s.values()) == pytest.approx(total_s)
    ends = [0.0]
    for glance in found.glances:
        assert glance.t >= ends[-1]
        assert glance.duration_s >= 0.1 - 1e-5
        ends.append(glance.end)
    figures = figures_of(found)
    assert sum(area.share_of_time or 0.0 for area in figures.areas) == pytest.approx(1.0 if figures.areas else 0.0, abs=1e-3)
    assert sum(link.share for link in figures.links) == pytest.approx(1.0 if figures.links else 0.0, abs=1e-3)


def cues(*acts: tuple[float, dict[str, Any]], fps: float) -> Iterator[Cues]:
    """What holds for so many seconds, one after the other."""
    t = 0.0
    for lasts_s, known in acts:
        for _ in range(round(lasts_s * fps)):
            yield Cues(t, calibrated=True, **{"speed_kph": 80.0, **known})
            t = round(t + 1 / fps, 6)


ROAD, MIRROR = {"gaze_zone": "road"}, {"gaze_zone": "mirror_left"}


def watched(*acts: tuple[float, dict[str, Any]], fps: float = 30.0) -> Glances:
    watch = GlanceWatch()
    for each in cues(*acts, fps=fps):
        watch.take(each)
        watch.take(each)
    return watch.glances


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0, 60.0])
def test_the_frame_rate_changes_no_duration(fps: float) -> None:
    found = watched((5.0, ROAD), (2.0, MIRROR), (5.0, ROAD), fps=fps)
    assert [glance.area for glance in found.glances] == ["road", "mirror_left", "road"]
    assert found.glances[1].duration_s == pytest.approx(2.0, abs=1e-3)


@pytest.mark.parametrize(
    ("during", "why"),
    [
        ({"gaze_zone": "road", "speed_kph": 0.0}, "standing"),
        ({"gaze_zone": "road", "paused": True}, "paused"),
        ({"eyes_closed": True}, "eyes_closed"),
        ({"degraded": "no_face"}, "no_face"),
        ({}, "gaze_unknown"),
    ],
)
def test_what_does_not_count_is_said_with_its_reason(during: dict[str, Any], why: str) -> None:
    found = watched((5.0, ROAD), (3.0, during), (5.0, MIRROR))
    assert found.not_counted_s == pytest.approx({why: 3.0}, abs=1e-3)
    assert found.transitions == {}


def test_a_vehicle_that_tells_no_speed_is_taken_to_drive() -> None:
    assert watched((5.0, {"gaze_zone": "road", "speed_kph": None})).not_counted_s == {}


def test_pictures_that_did_not_come_are_not_counted() -> None:
    watch = GlanceWatch()
    for each in cues((5.0, ROAD), fps=30.0):
        watch.take(each)
    for each in cues((5.0, ROAD), fps=30.0):
        watch.take(Cues(each.t + 8.0, calibrated=True, gaze_zone="road"))
    found = watch.glances
    assert [glance.cut for glance in found.glances] == [True, True]
    assert found.not_counted_s == pytest.approx({"no_observation": 3.0 + 1 / 30}, abs=1e-3)
