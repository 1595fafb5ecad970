"""Two views of one thing: the better one is taken, and it does not flap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.views.preferred import Preferred

Costs = tuple[float | None, float | None]
STEP_S = 0.05


def chosen(costs: Sequence[Costs], margin: float = 2.0, after_s: float = 0.2) -> list[str | None]:
    preferred = Preferred(margin, after_s)
    return [preferred.choose(index * STEP_S, *each) for index, each in enumerate(costs)]


@pytest.mark.parametrize(
    ("story", "costs", "expected"),
    [
        ("both are as good", [(3, 3)] * 3, ["first"] * 3),
        ("the second is a little better", [(4, 3)] * 20, ["first"] * 20),
        ("the second is clearly better", [(9, 3)] * 6, ["first"] * 4 + ["second"] * 2),
        ("only for a moment", [(9, 3)] * 3 + [(3, 3)] * 3, ["first"] * 6),
        ("the first shows it no more", [(3, 3), (None, 8)], ["first", "second"]),
        ("neither shows it", [(3, 3), (None, None), (3, 3)], ["first", None, "first"]),
        ("the first is as good again", [(None, 3), *[(3, 3)] * 6], ["second"] * 5 + ["first"] * 2),
        ("the first is still worse", [(None, 3), *[(5, 3)] * 6], ["second"] * 7),
    ],
)
def test_which_view_is_taken(story: str, costs: list[Costs], expected: list[str | None]) -> None:
    assert chosen(costs) == expected, story


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 20)), min_size=1, max_size=200))
def test_it_changes_at_most_once_in_the_time_that_a_better_one_needs(costs: list[Costs]) -> None:
    views = chosen(costs)
    changes = [index for index, (before, after) in enumerate(pairwise(views)) if before != after]
    assert all(later - earlier >= 4 for earlier, later in pairwise(changes))
