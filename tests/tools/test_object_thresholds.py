"""From which probability a phone is believed in: one in fifty looks at drivers without one may come up to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.object_thresholds import LEAST, MOST, ONE_IN, threshold_of


def test_one_in_fifty_looks_at_empty_hands_comes_up_to_the_threshold() -> None:
    absent = np.random.default_rng(1).beta(3, 3, 10_000) ** 0.3
    assert np.mean(absent >= threshold_of(absent)) == pytest.approx(1 / ONE_IN, abs=0.002)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_a_threshold_lies_above_what_counts_as_absent_and_below_certainty(absent: list[float]) -> None:
    assert LEAST <= threshold_of(np.array(absent)) <= MOST
