"""Rates, budgets and early stops: functions of what has happened, and of nothing else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.train.running.budget import Budget
from tools.train.running.schedule import Schedule, Shape, is_best, is_stalled, plateaus

JUDGED = st.lists(st.floats(0.0, 10.0), max_size=20)


@pytest.mark.parametrize(
    ("shape", "step", "progress", "judged", "rate"),
    [
        ("cosine", 0, 0.0, (), 0.1),
        ("cosine", 4, 0.0, (), 0.5),
        ("cosine", 9, 0.0, (), 1.0),
        ("cosine", 100, 0.5, (), 0.5),
        ("cosine", 100, 1.0, (), 0.05),
        ("cosine", 100, 3.0, (), 0.05),
        ("constant", 100, 0.9, (), 1.0),
        ("constant", 1, 0.9, (), 0.2),
        ("plateau", 100, 0.9, (3.0, 2.0, 1.0), 1.0),
        ("plateau", 100, 0.0, (1.0, 2.0, 2.0), 0.5),
        ("plateau", 100, 0.0, (1.0, 2.0, 2.0, 0.5, 2.0, 2.0), 0.25),
        ("plateau", 100, 0.0, (1.0,) * 41, 0.05),
    ],
)
def test_the_rate_rises_and_falls(shape: Shape, step: int, progress: float, judged: tuple[float, ...], rate: float) -> None:
    schedule = Schedule(1.0, warm_up_steps=10, shape=shape, least_share=0.05, patience=2, factor=0.5)
    assert schedule.rate(step, progress, judged) == pytest.approx(rate)


def test_without_a_warm_up_the_first_step_is_a_whole_one() -> None:
    assert Schedule(0.3, warm_up_steps=0).rate(0, 0.0) == 0.3


@given(judged=JUDGED, more=JUDGED, patience=st.integers(1, 5))
def test_plateaus_are_never_taken_back(judged: list[float], more: list[float], patience: int) -> None:
    assert plateaus(judged, patience) <= plateaus(judged + more, patience) <= (len(judged) + len(more)) / patience


@pytest.mark.parametrize(
    ("judged", "patience", "stalled"),
    [
        ([], 2, False), ([1.0, 1.0], 2, False), ([1.0, 1.0, 1.0], 2, True), ([1.0, 2.0, 0.9], 2, False),
        ([1.0, 0.5, 0.6, 0.7], 2, True), ([1.0, 1.0, 1.0, 1.0], None, False),
    ],
)  # fmt: skip
def test_training_stops_when_nothing_gets_better(judged: list[float], patience: int | None, stalled: bool) -> None:
    assert is_stalled(judged, patience) == stalled


def test_the_best_is_better_than_all_before() -> None:
    assert [is_best(judged) for judged in ([], [2.0], [2.0, 1.0], [1.0, 1.0], [1.0, 2.0])] == [False, True, True, False, False]


def test_a_budget_of_samples_knows_no_clock() -> None:
    budget = Budget(samples=1000)
    assert budget.progress(1e9, 250) == 0.25
    assert not budget.is_spent(1e9, 999)
    assert budget.is_spent(0.0, 1000)
    assert budget.left_s(0.0, 600, 200.0) == pytest.approx(2.0)


def test_a_budget_of_minutes_may_have_a_longer_schedule() -> None:
    budget = Budget(minutes=10.0, schedule_minutes=20.0)
    assert budget.progress(600.0, 0) == 0.5
    assert budget.is_spent(600.0, 0)
    assert budget.left_s(120.0, 0, math.inf) == pytest.approx(480.0)


@pytest.mark.parametrize(("minutes", "samples"), [(None, None), (1.0, 5)])
def test_a_budget_is_one_of_two(minutes: float | None, samples: int | None) -> None:
    with pytest.raises(ValueError, match="minutes or samples"):
        Budget(minutes, samples)
