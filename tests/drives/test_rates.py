"""How sure a count is, against tables and against what an interval promises."""

from __future__ import annotations

import math

import pytest

from dms.drives.scoring.rates import mean_interval, rate_interval


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [
        (0, 0.0, 3.6889),  # -ln 0.025
        (1, 0.0253, 5.5716),
        (2, 0.2422, 7.2247),
        (5, 1.6235, 11.6683),
        (10, 4.7954, 18.3904),
        (50, 37.1110, 65.9188),
        (100, 81.3640, 121.6268),
        (1000, 938.9730, 1063.9521),
        (100_000, 99381.1527, 100621.7447),
    ],
)
def test_limits_are_those_of_the_table(events: int, low: float, high: float) -> None:
    """Half of the quantiles of chi-square with 2 n and 2 n + 2 degrees of freedom, as SciPy has them."""
    assert mean_interval(events) == pytest.approx((low, high), abs=1e-4, rel=1e-6)


@pytest.mark.parametrize("mean", [0.3, 2.0, 9.5])
def test_at_least_nineteen_of_twenty_counts_have_their_mean_within_the_limits(mean: float) -> None:
    chances = {count: math.exp(count * math.log(mean) - mean - math.lgamma(count + 1)) for count in range(80)}
    held = sum(chance for count, chance in chances.items() if mean_interval(count)[0] <= mean <= mean_interval(count)[1])
    assert 0.95 <= held <= 1.0


def test_a_rate_has_the_limits_of_its_count_in_its_time() -> None:
    assert rate_interval(0, 0.0) is None
    assert rate_interval(5, 2.0) == pytest.approx((0.81174, 5.83417), abs=1e-5)
    with pytest.raises(ValueError, match="-1 events"):
        mean_interval(-1)
