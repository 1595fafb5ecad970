"""Which packs are given up before they have seen all drives, and that none is for trading one goal for another."""

from __future__ import annotations

import pytest

from dms.drives.tuning.figures import Figures
from dms.drives.tuning.hopeless import NOT_BEFORE, Hopeless
from dms.drives.tuning.space import OBJECTIVES, Objective

Drive = tuple[int, int]
"""Labels missed and false alarms on one drive, of four labels and an hour."""


def drives(*pairs: Drive, latency_s: float = 0.0) -> list[Figures]:
    return [Figures(4, misses, false, 1.0, latency_s * (4 - misses), 4 - misses) for misses, false in pairs]


GOOD, FAIR, BAD = [(0, 1), (0, 0), (1, 0)], [(1, 2), (1, 1), (1, 1)], [(2, 6), (2, 3), (2, 2)]


def earlier(number: int, objectives: tuple[Objective, ...] = OBJECTIVES) -> Hopeless:
    """What is hopeless after so many packs, of which one was good, and the others were fair or bad in turn."""
    packs = [GOOD, *([FAIR, BAD] * number)][:number]
    return Hopeless([drives(*pack) for pack in packs], objectives)


@pytest.mark.parametrize(
    ("so_far", "latency_s", "hopeless", "why"),
    [
        ([(3, 7)], 0.5, True, "beaten in everything on the first drive, and worse than most were there"),
        ([(2, 6), (2, 4)], 0.0, True, "a little worse than the bad ones"),
        ([(1, 1)], 0.5, False, "beaten, but by a bit: better than most were there"),
        ([(0, 9)], -0.5, False, "nothing missed, and sooner: that may be worth the false alarms"),
        ([(0, 1), (0, 0)], 0.0, False, "nothing was better"),
        ([], 0.0, False, "not tried yet"),
    ],
)
def test_a_pack_is_given_up_when_it_is_beaten_and_in_the_worse_half(
    so_far: list[Drive], latency_s: float, hopeless: bool, why: str
) -> None:
    assert earlier(NOT_BEFORE)(drives(*so_far, latency_s=latency_s)) == hopeless, why


def test_a_fast_pack_goes_on_unless_speed_is_no_goal() -> None:
    hasty = drives((3, 7), latency_s=-1.0)
    assert not earlier(NOT_BEFORE)(hasty)
    assert earlier(NOT_BEFORE, ("misses", "false_alarms"))(hasty)


def test_nothing_is_given_up_before_there_is_something_to_compare_it_with() -> None:
    assert not earlier(NOT_BEFORE - 1)(drives((4, 50), latency_s=5.0))
    assert earlier(NOT_BEFORE)(drives((4, 50), latency_s=5.0))
