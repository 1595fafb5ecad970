"""Roads: the car's path follows from its wheel, eyes follow the road, and attentive drivers are attentive by any protocol."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.traffic.drive_file import write_drive
from tools.traffic.hours import VARIANTS, attentive_story, write_hours
from tools.traffic.person import Floats
from tools.traffic.places import PLACES
from tools.traffic.planted import acute_story, magazine_story
from tools.traffic.senses import perceive
from tools.traffic.shipped import attempt
from tools.traffic.story import Story
from tools.traffic.timeline import curvature_per_m, interpolated, road_yaw_deg, steering_for

MOVING_KPH = 20.0
OPENING_S = 500.0


def off_road_spans(story: Story) -> list[tuple[float, float]]:
    """When the eyes were aimed at something that is neither the road ahead nor where the wheel leads, at 20 km/h and more."""
    ends = [aim.t for aim in story.aims[1:]] + [story.t]
    spans = []
    for aim, end in zip(story.aims, ends, strict=True):
        t = np.arange(aim.t, end, 0.05)
        if aim.on_road or len(t) == 0:
            continue
        speed, steering = interpolated(story.speeds, t), interpolated(story.steering, t)
        leads = road_yaw_deg(speed, steering, preview_s=3.0)
        into = (np.sign(leads) == np.sign(aim.yaw_deg)) & (np.abs(leads) + 15 > abs(aim.yaw_deg)) & (aim.pitch_deg > -12)
        away = (speed >= MOVING_KPH) & ~into
        spans += [(float(at), float(at) + 0.05) for at in t[away]]
    return spans


def longest_s(spans: list[tuple[float, float]]) -> float:
    """The longest stretch of those spans without a break of 0.3 s."""
    longest = begin = 0.0
    last = -1.0
    for t, end in spans:
        begin = t if t > last + 0.3 else begin
        longest, last = max(longest, end - begin), end
    return longest


def most_in_half_a_minute_s(spans: list[tuple[float, float]]) -> float:
    """The most time off the road within 30 s, since the eyes were last on it for 2 s."""
    times = np.array([t for t, _ in spans])
    if not len(times):
        return 0.0
    fresh = np.flatnonzero(np.diff(times, prepend=-99.0) >= 2.0).tolist()
    stretches = zip(fresh, [*fresh[1:], len(times)], strict=True)
    return max(0.05 * _within(times[first:last], 30.0) for first, last in stretches)


def _within(times: Floats, window_s: float) -> int:
    return int(max(np.arange(1, len(times) + 1) - np.searchsorted(times, times - window_s)))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("seed", [1, 2])
def test_an_attentive_hour_has_no_long_glance_and_no_time_sharing(place: str, seed: int) -> None:
    story = attentive_story(place, OPENING_S, seed)
    spans = off_road_spans(story)
    assert longest_s(spans) < 3.0
    assert most_in_half_a_minute_s(spans) < 10.0


def test_whoever_shares_time_is_not_attentive_by_the_same_measure() -> None:
    story = Story(80)
    for _ in range(12):
        story.look(-33, -20, 1.5)
        story.ahead(1.0)
    story.look(-33, -20, 3.5)
    assert most_in_half_a_minute_s(off_road_spans(story)) > 10.0
    assert longest_s(off_road_spans(story)) > 3.0


@pytest.mark.parametrize(
    ("kph", "steering_deg", "least_deg", "most_deg"), [(45, -70, -20, -10), (25, 180, 15, 30), (110, 2, 0, 2)]
)
def test_the_road_lies_where_the_wheel_leads(kph: float, steering_deg: float, least_deg: float, most_deg: float) -> None:
    yaw = float(road_yaw_deg(np.array([kph]), np.array([steering_deg]))[0])
    assert least_deg < yaw < most_deg


@pytest.mark.parametrize("radius_m", [10.0, 35.0, 250.0])
def test_a_bend_is_driven_with_the_wheel_that_holds_it(radius_m: float) -> None:
    assert 1 / float(curvature_per_m(steering_for(radius_m))) == pytest.approx(radius_m)


def test_eyes_on_the_road_go_into_the_bend() -> None:
    story = Story(60, fps=30)
    story.ahead(20)
    story.steer(40)
    story.ahead(8)
    seen = perceive(story)
    assert np.nanmean(seen.gaze_yaw_deg[seen.t > 22]) - story.person.forward_yaw_deg > 8


def test_an_hour_is_written_in_every_variant_and_length(tmp_path: Path) -> None:
    drives = next(write_hours(tmp_path, 0.05, 1, ("town",)))
    assert [drive.variant for drive in drives] == [variant.name for variant in VARIANTS]
    assert all(drive.length_s >= 180 for drive in drives)


@pytest.mark.parametrize("seed", [3, 4])
def test_planted_drives_are_read_without_a_complaint(tmp_path: Path, seed: int) -> None:
    drives = {"acute": acute_story(PLACES["country"], 80.0, seed), "magazine": magazine_story(seed)}
    for name, (story, planted) in drives.items():
        path = tmp_path / f"{name}.jsonl"
        write_drive(story, path)
        outcome = attempt(path, "default")
        assert outcome.exit_code == 0
        assert "reject" not in outcome.messages
        assert len(planted) == len({event.begin for event in planted})
        assert all(event.begin < event.end <= story.t for event in planted)
