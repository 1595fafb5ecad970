"""Sliding windows against the plain arithmetic they stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.fusion.windows import IntervalWindow, StateWindow, ValueWindow

STEPS = st.lists(st.tuples(st.floats(0.01, 5.0), st.sampled_from([True, False, None])), min_size=1, max_size=60)


@given(STEPS)
def test_a_state_window_is_the_sum_of_its_pieces(steps: list[tuple[float, bool | None]]) -> None:
    window = StateWindow(10.0)
    pieces: list[tuple[float, float, bool | None]] = []
    now = 0.0
    for length, value in steps:
        window.change(value, now)
        pieces.append((now, now + length, value))
        now += length
        inside = [(max(start, now - 10.0), end, held) for start, end, held in pieces if end > now - 10.0]
        true_s = sum(end - start for start, end, held in inside if held)
        known_s = sum(end - start for start, end, held in inside if held is not None)
        assert window.true_s(now) == pytest.approx(true_s, abs=1e-9)
        assert window.known_s(now) == pytest.approx(known_s, abs=1e-9)


def test_a_share_needs_enough_known_time() -> None:
    window = StateWindow(60.0)
    window.change(True, 0.0)
    assert window.share(29.0, least_known_s=30.0) is None
    window.change(False, 30.0)
    assert window.share(40.0, least_known_s=30.0) == pytest.approx(0.75)


def test_unknown_time_is_in_neither_part_of_a_share() -> None:
    window = StateWindow(60.0)
    window.change(True, 0.0)
    window.change(None, 10.0)
    window.change(False, 40.0)
    assert window.share(50.0, least_known_s=10.0) == pytest.approx(0.5)


@given(st.lists(st.tuples(st.floats(0.01, 3.0), st.floats(0.05, 9.0)), max_size=60))
def test_a_value_window_keeps_the_values_of_its_time(entries: list[tuple[float, float]]) -> None:
    window = ValueWindow(10.0)
    kept: list[tuple[float, float]] = []
    now = 0.0
    for wait, value in entries:
        now += wait
        window.add(now, value)
        kept = [(t, v) for t, v in [*kept, (now, value)] if t > now - 10.0]
        values = sorted(v for _, v in kept)
        assert window.count(now) == len(values)
        assert window.mean() == pytest.approx(sum(values) / len(values))
        assert window.quantile(1.0) == values[-1]
        assert window.quantile(0.85) in values
    assert window.count(now + 10.001) == 0


def test_an_interval_that_leaves_the_window_leaves_its_total() -> None:
    window = IntervalWindow(10.0)
    window.add(0.0, 4.0)
    window.add(6.0, 8.0)
    assert [window.total_s(now) for now in (8.0, 12.0, 16.0, 17.0, 30.0)] == pytest.approx([6.0, 4.0, 2.0, 1.0, 0.0])
