"""Roads, manoeuvres and circumstances: what drivers of a town do is what a town asks for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dms.types import Label, Observation, VehicleState
from tools.simulate import script as acts
from tools.simulate.behaviour import attentive_drive, drowsy_drive
from tools.simulate.circumstances import RELEARNING_S, may_be_judged
from tools.simulate.corpus import as_known, draw_driver, draw_script, generator, known_of, simulate
from tools.simulate.files import SimulatedDrive
from tools.simulate.road_course import bearing_deg, turn_rate_deg_s
from tools.simulate.roads import KINDS, Roads
from tools.simulate.script import Bend, Car, DriverProfile, Lean, Script, Shift, Squint, Successor, VehicleChange
from tools.simulate.signals import signals_of
from tools.simulate.vehicle import vehicle_states

PLACES: tuple[Roads, ...] = ("town", "country", "motorway", "mixed")
CALM = DriverProfile("calm", head_gain=0.8)


def script_of(roads: Roads, number: int = 1, minutes: float = 20.0) -> Script:
    return attentive_drive(draw_driver(4, number), 60 * minutes, generator(4, roads, number), roads)


def standing(script: Script) -> list[tuple[float, float]]:
    changes = [*script.vehicle, VehicleChange(script.duration_s, 0.0)]
    return [(now.t, after.t) for now, after in pairwise(changes) if now.speed_kph == 0.0]


@pytest.mark.parametrize("roads", PLACES)
@pytest.mark.parametrize("number", range(3))
def test_attentive_drivers_look_away_for_long_only_at_a_standstill_or_in_reverse(roads: Roads, number: int) -> None:
    script = script_of(roads, number)
    slow = [(begin - 8.0, end + 3.0) for begin, end in standing(script)]
    driving = [look for look in script.glances if not any(begin <= look.onset < end for begin, end in slow)]
    assert driving
    assert max(look.duration_s for look in driving if look.target.name != acts.BEHIND.name) <= 2.6


def test_a_town_has_lights_turns_roundabouts_and_queues() -> None:
    scripts = [script_of("town", number) for number in range(4)]
    assert all(standing(script) for script in scripts)
    turns = [bend for script in scripts for bend in script.bends if abs(bend.heading_deg) > 70]
    assert {bend.heading_deg > 0 for bend in turns} == {True, False}
    assert any(change.gear == "R" for script in scripts for change in script.vehicle)
    assert any(0 < change.speed_kph < 16 for script in scripts for change in script.vehicle)


@pytest.mark.parametrize("place", KINDS)
def test_the_car_keeps_to_the_speeds_of_its_road_and_to_what_tyres_hold(place: Roads) -> None:
    script = script_of(place)
    states = vehicle_states(script, script.duration_s)
    rates = np.radians(turn_rate_deg_s(script.bends, np.array([state.t for state in states])))
    speeds_mps = np.array([(state.speed_kph or 0.0) / 3.6 for state in states])
    assert np.quantile(speeds_mps * np.abs(rates), 0.995) < 4.5
    assert max(speeds_mps) * 3.6 <= KINDS[place].speed_kph[1] + 1


def test_the_wheel_asks_for_the_bend_that_is_driven() -> None:
    script = Script(20.0, car=Car(15.0, 2.7, 1e9, 0.1), vehicle=[VehicleChange(0.0, 36.0)], bends=[Bend(5.0, 9.0, 90.0)])
    states = vehicle_states(script, 20.0)
    inside = next(state for state in states if abs(state.t - 9.5) < 0.01)
    # 90 degrees in 9 s, of which 1.5 s to ease in and out: 12 degrees a second at 10 m/s are a circle of 47.7 m.
    assert inside.steering_deg == pytest.approx(15.0 * np.degrees(np.arctan(2.7 / 47.7)), abs=0.5)
    assert {state.steering_deg for state in states if state.t < 4.9 or state.t > 14.1} == {0.0}


def test_the_eyes_lead_into_a_bend_and_out_of_it() -> None:
    t = np.arange(0.0, 20.0, 0.1)
    bearing = bearing_deg([Bend(6.0, 8.0, 80.0)], t, 2.0)
    assert abs(bearing[t < 3.9]).max() < 0.1
    assert bearing[t < 6.0].max() > 2.0
    assert 8.0 < bearing.max() < 14.0
    assert abs(bearing[t > 14.1]).max() < 0.1


def test_a_knock_turns_head_and_gaze_alike_and_a_successor_has_other_eyes() -> None:
    t = np.arange(0.0, 30.0, 0.1)
    script = Script(30.0, shifts=[Shift(10.0, 12.0, -3.0, 0.1)], successors=[Successor(20.0, -20.0, 5.0, 0.7, 0.3)])
    seen = signals_of(script, CALM, t, np.random.default_rng(0))
    after, later = (t > 11) & (t < 19), t > 21
    assert np.mean(seen.gaze_yaw_deg[after]) == pytest.approx(12.0, abs=0.1)
    assert np.mean(seen.head_yaw_deg[after]) == pytest.approx(12.0, abs=2.0)
    assert np.mean(seen.gaze_yaw_deg[later]) == pytest.approx(-8.0, abs=0.1)
    assert seen.openness[later].max() == pytest.approx(0.7)


def test_who_leans_or_squints_keeps_the_eyes_on_the_road() -> None:
    t = np.arange(0.0, 30.0, 0.1)
    script = Script(30.0, leans=[Lean(5.0, 20.0, 15.0, -12.0)], squints=[Squint(5.0, 20.0, 0.4)])
    seen = signals_of(script, CALM, t, np.random.default_rng(0))
    middle = (t > 8) & (t < 22)
    assert np.mean(seen.head_yaw_deg[middle]) == pytest.approx(15.0, abs=2.0)
    assert np.mean(seen.head_roll_deg[middle]) == pytest.approx(-12.0, abs=0.1)
    assert abs(seen.gaze_yaw_deg[middle]).max() == 0.0
    assert seen.openness[middle] == pytest.approx(0.4)


def test_nothing_is_planted_while_forward_is_being_found() -> None:
    script = Script(1000.0, shifts=[Shift(400.0, 10.0, 0.0, 0.1)])
    assert [may_be_judged(script, t) for t in (300.0, 390.0, 500.0, 400.0 + RELEARNING_S + 1)] == [True, False, False, True]


def test_a_bout_of_yawning_is_labelled_where_it_can_be_seen() -> None:
    scripts = [drowsy_drive(CALM, 1800.0, generator(5, number), "country") for number in range(4)]
    labels = [label for script in scripts for label in script.labels if label.kind == "fatigue.yawning"]
    assert labels
    for label in labels:
        assert int(label.note.split()[0]) >= 5
        assert label.end - label.t <= 600.0


def test_an_installation_has_what_it_knows_and_no_more() -> None:
    records = list(SimulatedDrive(1, 0, "attentive", 0.2, roads="town").records())
    head_only = list(as_known(records, "head_only"))
    assert not any(isinstance(record, VehicleState) for record in head_only)
    assert {record.gaze for record in head_only if isinstance(record, Observation)} == {None}
    assert any(isinstance(record, VehicleState) for record in as_known(records, "no_gaze"))
    assert [record for record in as_known(records, "all")] == records  # noqa: C416  # an iterator is to be equal
    assert {known_of(number) for number in range(10)} == {"all", "no_vehicle", "no_gaze", "head_only"}


def test_a_second_driver_takes_the_seat_while_the_car_is_parked() -> None:
    script = next(script for number in range(30) if (script := script_of("town", number, 30.0)).absences)
    absence = script.absences[0]
    gear = [change.gear for change in script.vehicle if change.t <= absence.onset][-1]
    assert gear == "P"
    assert script.successors[0].t == pytest.approx(absence.onset + absence.duration_s, abs=0.2)
    seen = list(simulate(CALM, script, np.random.default_rng(0), fps=2.0))
    gone = [r for r in seen if isinstance(r, Observation) and absence.onset + 1 < r.t < absence.onset + absence.duration_s - 1]
    assert {record.face for record in gone} == {None}


def test_labels_of_a_mixed_drive_are_in_order_and_within_it() -> None:
    driver = draw_driver(6, 3)
    script = draw_script(driver, "distracted", 1800.0, generator(6, 3), "mixed")
    labels = [record for record in simulate(driver, script, generator(6), fps=2.0) if isinstance(record, Label)]
    assert len(labels) > 6
    assert all(0.0 <= label.t < label.end <= 1800.0 for label in labels)
