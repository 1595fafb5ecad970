"""Which of the packs that were tried are worth looking at, and which one is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from dms.drives.tuning.figures import Figures, dominates, goal_values
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.space import OBJECTIVES, Objective, Space
from dms.drives.tuning.study import TrialResult

Choice = Literal["better", "f1", "misses", "false_alarms", "latency"]


def pareto_front(results: Sequence[TrialResult], space: Space) -> list[TrialResult]:
    """The Pareto front, sorted by goals.

    Of packs with the same goals, it has the one that changes the fewest numbers and, among equals, changes them least.
    """
    best: dict[tuple[float, ...], TrialResult] = {}
    for result in results:
        other = best.get(result.goals)
        if other is None or change_of(result.values, space) < change_of(other.values, space):
            best[result.goals] = result
    return [best[goals] for goals in sorted(best) if not any(dominates(other, goals) for other in best)]


def thinned(front: Sequence[TrialResult], most: int) -> list[TrialResult]:
    """At most `most` packs of a front, evenly spread, both ends included."""
    if len(front) <= most:
        return list(front)
    places = sorted({round(index * (len(front) - 1) / (most - 1)) for index in range(most)})
    return [front[place] for place in places]


def change_of(values: Mapping[str, Number], space: Space) -> tuple[int, float]:
    """How many numbers differ from the pack's own, and by how much in all, as shares of their ranges."""
    shares = [
        abs(values[one.name] - one.parameter.value) / (one.highest - one.lowest)
        for one in space.dimensions
        if values[one.name] != one.parameter.value
    ]
    return len(shares), sum(shares)


def choose(
    front: Sequence[Figures], unchanged: Figures, objectives: Sequence[Objective], choice: Choice
) -> tuple[int | None, str]:
    """The place of the pack to take, and the reason in words. The place is None if nothing is better than the unchanged pack."""
    if not front:
        return None, "nothing was tried that could be taken"
    places = range(len(front))
    goals = [goal_values(figures, OBJECTIVES) for figures in front]
    if choice == "f1":
        best = min(places, key=lambda place: (-front[place].f1, goals[place]))
        return best, "the highest F1 on the tuning drives"
    if choice != "better":
        first = OBJECTIVES.index(choice)
        best = min(places, key=lambda place: (goals[place][first], goals[place]))
        return best, f"{_IN_WORDS[choice]} on the tuning drives, the other goals after that"
    better = [place for place in places if _is_better(front[place], unchanged, objectives)]
    if not better:
        return None, (
            "every pack of the front that is better in something has more misses or more false alarms than the unchanged one; "
            "--pick N takes one all the same, --choose f1 the best compromise"
        )
    best = min(better, key=lambda place: goals[place])
    return best, (
        "with no more misses and no more false alarms than the unchanged pack on the tuning drives; of such packs the one with "
        "the fewest misses, then the fewest false alarms, then the shortest latency"
    )


_IN_WORDS = {"misses": "the fewest misses", "false_alarms": "the fewest false alarms", "latency": "the shortest latency"}


def _is_better(one: Figures, unchanged: Figures, objectives: Sequence[Objective]) -> bool:
    """Better in a goal, with no more misses and no more false alarms. Latency may grow: beyond a deadline it is a miss."""
    costs_nothing = one.misses <= unchanged.misses and (one.false_per_hour or 0.0) <= (unchanged.false_per_hour or 0.0)
    goals = zip(goal_values(one, objectives), goal_values(unchanged, objectives), strict=True)
    return costs_nothing and any(less < now for less, now in goals)
