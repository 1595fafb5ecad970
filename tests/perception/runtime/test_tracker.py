"""Whose face is followed: the driver's, not a passenger's."""

from __future__ import annotations

import math

import pytest

from dms.perception import crops
from dms.perception.decode import Box
from dms.perception.tracker import (
    HOLD_OFF_S,
    LONGEST_PREDICTION_S,
    PASSENGER_HOLD_OFF_S,
    REMEMBERED_S,
    DriversPlace,
    Track,
)

DRIVER: Box = (380.0, 140.0, 130.0, 160.0)
PASSENGER: Box = (90.0, 150.0, 110.0, 135.0)


def moved(box: Box, right: float = 0.0, down: float = 0.0, scale: float = 1.0) -> Box:
    return box[0] + right, box[1] + down, box[2] * scale, box[3] * scale


def driver_lost_at(t: float, with_passenger: bool) -> DriversPlace:
    place = DriversPlace()
    place.driver_seen(DRIVER, t - 1)
    if with_passenger:
        place.passengers_seen([PASSENGER], t - 0.5)
    place.driver_seen(DRIVER, t)
    return place


def test_anybody_may_be_the_driver_at_first() -> None:
    assert DriversPlace().may_be_driver(PASSENGER, 0.0)


def test_driver_who_turned_away_is_taken_up_again_where_they_sit() -> None:
    place = driver_lost_at(10.0, with_passenger=True)
    assert place.may_be_driver(moved(DRIVER, right=60, down=30), 10.1)
    assert place.may_be_driver(moved(DRIVER, scale=1.4), 10.1)


def test_passenger_is_not_taken_for_the_driver_who_bent_down() -> None:
    place = driver_lost_at(10.0, with_passenger=True)
    for after_s in (0.1, 3.0, HOLD_OFF_S + 1, PASSENGER_HOLD_OFF_S - 5):
        assert not place.may_be_driver(moved(PASSENGER, right=5), 10.0 + after_s)


@pytest.mark.parametrize("stranger", [PASSENGER, moved(DRIVER, scale=0.4), moved(DRIVER, scale=2.4)])
def test_face_elsewhere_or_of_another_size_must_wait(stranger: Box) -> None:
    place = driver_lost_at(10.0, with_passenger=False)
    assert not place.may_be_driver(stranger, 10.2)
    assert place.may_be_driver(stranger, 10.0 + HOLD_OFF_S)


def test_passenger_who_left_long_ago_is_forgotten() -> None:
    place = driver_lost_at(10.0, with_passenger=True)
    assert place.may_be_driver(PASSENGER, 10.0 + PASSENGER_HOLD_OFF_S)


def test_reach_grows_while_the_driver_is_out_of_sight() -> None:
    place = driver_lost_at(10.0, with_passenger=False)
    leaning = moved(DRIVER, right=-260)
    assert not place.may_be_driver(leaning, 10.1)
    assert place.may_be_driver(leaning, 11.2)


def test_moving_face_is_expected_further_on() -> None:
    track = Track(DRIVER, 0.0, t=0.0, started=0.0)
    for step in range(1, 20):
        track.follow(moved(DRIVER, right=8.0 * step), 0.0, step / 30)
    expected = track.next_crop(20 / 30)
    assert expected.center_x == pytest.approx(DRIVER[0] + DRIVER[2] / 2 + 160, abs=2)
    assert expected.side == pytest.approx(160 * crops.FACE_MARGIN)


def test_crop_of_a_still_face_does_not_tremble_and_a_tilted_one_is_turned() -> None:
    track = Track(DRIVER, 0.0, t=0.0, started=0.0)
    first = track.next_crop(0.03)
    track.follow(moved(DRIVER, right=1.5, down=-1.0), 3.0, 0.033)
    assert track.next_crop(0.066) == first
    track.follow(DRIVER, 35.0, 0.066)
    assert track.next_crop(0.1).roll_deg == 35.0


@pytest.mark.parametrize("t", [LONGEST_PREDICTION_S + 0.01, -0.1])
def test_track_ends_with_a_long_gap_or_a_clock_that_jumps_back(t: float) -> None:
    track = Track(DRIVER, 0.0, t=0.0, started=0.0)
    assert track.is_out_of_date(t)
    assert not track.is_out_of_date(0.03)
    assert math.isclose(track.t, 0.0)


def test_lost_face_is_looked_for_where_it_was_but_not_for_ever() -> None:
    place = driver_lost_at(10.0, with_passenger=False)
    assert place.last_box(10.5) == DRIVER
    assert place.last_box(10.0 + REMEMBERED_S + 1) is None
    assert DriversPlace().last_box(0.0) is None
