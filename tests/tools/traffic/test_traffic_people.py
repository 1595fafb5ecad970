"""The judge's drivers are what their sources say: rates, durations and errors, the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tools.traffic.drive_file import write_drive
from tools.traffic.glances import LONGEST_S, SHORTEST_S, glance, lognormal_s
from tools.traffic.person import HOURLY, STEADY, Camera, Person
from tools.traffic.senses import perceive
from tools.traffic.story import Story


def drive(story: Story, folder: Path, **known: bool) -> list[dict[str, object]]:
    path = folder / "drive.jsonl"
    write_drive(story, path, **known)
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_glances_last_nine_tenths_of_a_second_and_never_three() -> None:
    story = Story(80)
    durations = []
    for _ in range(3000):
        begin = glance(story)
        durations.append(story.t - begin)
    assert np.mean(durations) == pytest.approx(0.9, abs=0.1)
    assert min(durations) >= SHORTEST_S - 1e-6
    assert max(durations) <= LONGEST_S + 1e-6


def test_glances_are_skewed_as_a_lognormal_is() -> None:
    rng = np.random.default_rng(3)
    durations = [lognormal_s(rng, 0.9, 0.45) for _ in range(4000)]
    assert np.median(durations) < np.mean(durations)


def test_an_ordinary_driver_blinks_fifteen_times_a_minute() -> None:
    story = Story(80, fps=60)
    story.ahead(1200)
    closing = np.diff((perceive(story).openness < 0.5).astype(int)) == 1
    assert closing.sum() / 20 == pytest.approx(15, abs=2.0)


@pytest.mark.parametrize("closed_s", [0.7, 1.3, 2.2, 4.0])
@pytest.mark.parametrize("fps", [15, 30])
def test_lids_are_down_for_as_long_as_was_told(closed_s: float, fps: float) -> None:
    story = Story(80, fps=fps)
    story.ahead(5)
    begin = story.doze(closed_s)
    story.ahead(5)
    seen = perceive(story)
    down = (seen.openness < 0.2) & (seen.t > begin - 0.3) & (seen.t < begin + closed_s + 0.3)
    assert down.sum() / fps == pytest.approx(closed_s, abs=1.6 / fps)


@pytest.mark.parametrize(("camera", "sigma_deg"), [(HOURLY, 2.0), (STEADY, 1.0), (Camera(head_sigma_deg=5.0), 5.0)])
def test_the_head_is_read_with_the_error_of_the_camera(camera: Camera, sigma_deg: float) -> None:
    error = camera.noise(camera.head_sigma_deg, 40_000, 15, np.random.default_rng(5))
    assert np.std(error) == pytest.approx(sigma_deg, rel=0.06)


def test_small_shifts_are_made_by_the_eyes_and_large_ones_by_the_head_too() -> None:
    person = Person(eye_only_deg=14, head_gain=0.75)
    story = Story(80, person=person, fps=30)
    story.ahead(20)
    small = story.look(12, 0, 2)
    story.ahead(5)
    large = story.look(-80, 0, 2)
    story.ahead(5)
    seen = perceive(story)

    def head_yaw_deg(since: float) -> float:
        settled = (seen.t > since + 1) & (seen.t < since + 2)
        return float(np.mean(seen.head_yaw_deg[settled])) - person.forward_yaw_deg

    assert head_yaw_deg(small) == pytest.approx(0, abs=1.5)
    assert head_yaw_deg(large) == pytest.approx(-49.5, abs=1.5)


def test_the_eyes_go_where_they_are_told_for_as_long_as_they_are_told() -> None:
    story = Story(80, fps=30)
    story.ahead(10)
    begin = story.look(-33, -20, 3.2)
    story.ahead(10)
    seen = perceive(story)
    away = np.nan_to_num(seen.gaze_yaw_deg - story.person.forward_yaw_deg) < -16
    near = (seen.t > begin - 1) & (seen.t < begin + 5)
    assert (away & near).sum() / 30 == pytest.approx(3.2, abs=0.25)


def test_the_same_seed_makes_the_same_drive_and_another_seed_another(tmp_path: Path) -> None:
    def text(seed: int) -> str:
        story = Story(80, seed=seed, camera=HOURLY)
        story.ahead(20)
        write_drive(story, tmp_path / "drive.jsonl")
        return (tmp_path / "drive.jsonl").read_text()

    assert text(4) == text(4)
    assert text(4) != text(5)


def test_what_an_installation_does_not_know_is_not_in_its_drive(tmp_path: Path) -> None:
    story = Story(80)
    story.ahead(10)
    bare = drive(story, tmp_path, gaze=False, vehicle=False)
    assert {record["topic"] for record in bare} == {"observation"}
    assert all(record["gaze"] is None for record in bare)
    assert all(record["eyes"] is not None for record in bare)


def test_the_vehicle_tells_ten_times_a_second_and_time_never_goes_back(tmp_path: Path) -> None:
    story = Story(50)
    story.speed(80, over_s=10)
    story.indicate("left", for_s=3)
    story.ahead(20)
    records = drive(story, tmp_path)
    times = [float(str(record["t"])) for record in records]
    vehicle = [record for record in records if record["topic"] == "vehicle"]
    assert times == sorted(times)
    assert len(vehicle) == 200
    assert vehicle[-1]["speed_kph"] == 80
    assert {record["turn_signal"] for record in vehicle} == {"off", "left"}
    assert len([record for record in records if record["topic"] == "observation"]) == 300


def test_a_knocked_camera_turns_all_that_it_sees() -> None:
    story = Story(80)
    story.ahead(60)
    story.knock(12, -5)
    story.ahead(60)
    seen = perceive(story)
    early, late = seen.t < 59, seen.t > 61
    assert np.mean(seen.head_yaw_deg[late]) - np.mean(seen.head_yaw_deg[early]) == pytest.approx(12, abs=1.0)
    assert np.nanmean(seen.gaze_pitch_deg[late]) - np.nanmean(seen.gaze_pitch_deg[early]) == pytest.approx(-5, abs=1.0)
