"""Scripted drives do what their timelines say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.render.script import ScriptError, SecondCamera, read_script
from tools.render.timeline import Timeline, min_jerk

SCRIPTS = Path(__file__).parents[3] / "tools" / "render" / "scripts"


@pytest.fixture(params=["day_colour", "night_infrared"])
def timeline(request: pytest.FixtureRequest) -> Timeline:
    return Timeline(read_script(SCRIPTS / f"{request.param}.yaml"))


def test_driver_is_attentive_for_fifteen_seconds_first(timeline: Timeline) -> None:
    yaws = [timeline.at(t).head_deg[0] - timeline.script.forward_yaw_deg for t in np.arange(0, 15, 0.1)]
    assert np.abs(yaws).max() < 5
    assert sum(t < 15 for t in timeline.blinks) >= 3


def test_eyes_are_shut_for_as_long_as_the_script_says(timeline: Timeline) -> None:
    for event in timeline.script.events:
        if event.action == "eyes_closed":
            times = np.arange(event.at_s - 0.5, event.at_s + event.for_s + 0.5, 0.01)
            shut = sum(timeline.at(float(t)).openness < 0.2 for t in times) * 0.01
            assert shut == pytest.approx(event.for_s, abs=0.15)


def test_a_glance_turns_the_head_by_its_share_and_the_gaze_all_the_way(timeline: Timeline) -> None:
    for event in timeline.script.events:
        if event.action == "glance" and event.for_s > 2:
            moment = timeline.at(event.at_s + event.for_s / 2)
            head = moment.head_deg[0] - timeline.script.forward_yaw_deg
            assert head == pytest.approx(event.yaw_deg * event.head_share, abs=4)
            assert head + moment.eyes_deg[0] == pytest.approx(event.yaw_deg, abs=8)


def test_blinks_last_a_quarter_of_a_second_at_most(timeline: Timeline) -> None:
    start = timeline.blinks[0]
    below_half = sum(timeline.at(float(t)).openness < 0.5 for t in np.arange(start - 0.2, start + 0.6, 0.005)) * 0.005
    assert 0.08 < below_half < 0.25


def test_labels_name_behaviour_from_onset_to_end(timeline: Timeline) -> None:
    labels = timeline.labels()
    assert {"distraction.head_away", "distraction.long", "fatigue.microsleep"} <= {label["kind"] for label in labels}
    assert all(float(str(label["end"])) > float(str(label["t"])) for label in labels)


def test_motion_is_smooth(timeline: Timeline) -> None:
    yaws = np.array([timeline.at(t).head_deg[0] for t in np.arange(0, timeline.script.duration_s, 0.02)])
    assert np.abs(np.diff(yaws)).max() / 0.02 < 260  # degrees a second, as fast as people turn to a mirror


def test_minimum_jerk_starts_and_ends_at_rest() -> None:
    assert min_jerk(0) == 0
    assert min_jerk(1) == 1
    assert min_jerk(0.5) == pytest.approx(0.5)
    assert min_jerk(0.01) < 1e-4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("do: yawn", "do: sing"), "sing"),
        (("to: mirror_inside", "to: moon"), "moon"),
        (("fps: 20", "pfs: 20"), "fps"),
    ],
)
def test_a_wrong_script_is_named(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    script = tmp_path / "wrong.yaml"
    script.write_text((SCRIPTS / "day_colour.yaml").read_text().replace(*change))
    with pytest.raises(ScriptError, match=message) as problem:
        read_script(script)
    assert "wrong.yaml" in str(problem.value)


def test_a_second_camera_is_where_the_script_says() -> None:
    script = read_script(SCRIPTS / "two_cameras.yaml")
    assert script.second_camera == SecondCamera(yaw_deg=46.0, pitch_deg=3.0, distance_cm=60.0, field_of_view_deg=44.0)
    assert read_script(SCRIPTS / "day_colour.yaml").second_camera is None


def test_a_second_camera_without_a_place_is_one_error(tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text((SCRIPTS / "two_cameras.yaml").read_text().replace("second_camera: {yaw_deg: 46, ", "second_camera: {"))
    with pytest.raises(ScriptError, match="missing or wrong entry: 'yaw_deg'"):
        read_script(script)
