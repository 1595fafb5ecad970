"""Simulated drivers: what they do must be what their scripts and labels say, or rules are judged on nonsense."""

from __future__ import annotations

import numpy as np
import pytest

from dms.types import Label, Observation, VehicleState
from dms.wire import to_json
from tools.simulate import script as acts
from tools.simulate.behaviour import ROUTINE_GLANCES, attentive_drive
from tools.simulate.corpus import Mood, draw_driver, draw_script, generator, simulate
from tools.simulate.script import Closure, DriverProfile, Glance, Script
from tools.simulate.signals import signals_of

CALM = DriverProfile("calm", head_gain=0.8, head_noise_deg=0.0, gaze_noise_deg=0.0, openness_noise=0.0)


def drive_of(mood: Mood, seconds: float = 300.0, number: int = 3) -> bytes:
    driver = draw_driver(1, number)
    drive = draw_script(driver, mood, seconds, generator(1, "script", number, mood))
    return b"\n".join(to_json(record) for record in simulate(driver, drive, generator(1, "sensor", number, mood)))


@pytest.mark.parametrize("mood", ["attentive", "drowsy", "distracted"])
def test_a_seed_gives_the_same_drive_every_time(mood: Mood) -> None:
    assert drive_of(mood) == drive_of(mood)


def test_times_never_run_backwards() -> None:
    driver = draw_driver(1, 0)
    drive = draw_script(driver, "drowsy", 400.0, generator(1, "script"))
    times = [record.t for record in simulate(driver, drive, generator(1, "sensor"))]
    assert times == sorted(times)


def test_a_driver_looks_into_the_mirror_and_back() -> None:
    t = np.arange(0, 6, 1 / 30)
    looking = signals_of(Script(6.0, glances=[Glance(2.0, 1.1, acts.DRIVER_MIRROR)]), CALM, t, np.random.default_rng(0))
    assert looking.gaze_yaw_deg[t < 1.9].max() < 1
    assert looking.gaze_yaw_deg[(t > 2.2) & (t < 3.0)].min() > 35
    assert abs(looking.gaze_yaw_deg[t > 3.3]).max() < 1


def test_a_closed_eye_is_closed_for_as_long_as_the_script_says() -> None:
    t = np.arange(0, 6, 1 / 100)
    eyes = signals_of(Script(6.0, closures=[Closure(2.0, 1.5)]), CALM, t, np.random.default_rng(0))
    shut_s = float((eyes.openness < 0.2).sum() / 100)
    assert shut_s == pytest.approx(1.5, abs=0.12)


def test_attentive_drivers_never_look_away_for_long() -> None:
    for number in range(10):
        drive = attentive_drive(draw_driver(2, number), 1800.0, generator(2, "script", number))
        assert max(glance.duration_s for glance in drive.glances) <= 2.6
        assert max(closure.duration_s for closure in drive.closures) <= 0.25
        assert drive.labels == []


def test_routine_glances_keep_to_the_published_means() -> None:
    seconds: dict[str, list[float]] = {}
    for number in range(10):
        for glance in attentive_drive(draw_driver(2, number), 3600.0, generator(2, "glances", number)).glances:
            seconds.setdefault(glance.target.name, []).append(glance.duration_s)
    for target, mean_s, _, _ in ROUTINE_GLANCES:
        assert np.mean(seconds[target.name]) == pytest.approx(mean_s, rel=0.15)


def test_tired_drivers_have_labelled_microsleeps_and_distracted_ones_labelled_looks() -> None:
    kinds: dict[str, set[str]] = {}
    moods: tuple[Mood, ...] = ("attentive", "drowsy", "distracted")
    for mood in moods:
        driver = draw_driver(1, 1)
        drive = draw_script(driver, mood, 3600.0, generator(1, "script", mood))
        records = list(simulate(driver, drive, generator(1, "sensor", mood), fps=5.0))
        kinds[mood] = {record.kind for record in records if isinstance(record, Label)}
        assert any(isinstance(record, VehicleState) for record in records)
        assert sum(isinstance(record, Observation) for record in records) == 3600 * 5
    assert kinds == {
        "attentive": set(),
        "drowsy": {"fatigue.microsleep"},
        "distracted": {"distraction.long", "distraction.cumulative"},
    }
