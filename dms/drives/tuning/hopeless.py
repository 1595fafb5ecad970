"""Which trials stop early: those that are beaten in every goal, and by more than a bit.

Optuna's pruners know one goal only. A pack is therefore given up when two things are true on the drives tried so far: another
pack, tried to the end, is at least as good there in every goal and better in one; and Optuna's median pruner, which is told of
labels missed and false alarms together, finds it in the worse half. A pack that trades one goal for another goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from dms.drives.tuning.figures import Figures, dominates, goal_values
from dms.drives.tuning.space import Objective

NOT_BEFORE = 16
"""The number of packs that are tried to the end before any is given up."""


class Hopeless:
    """Knows the packs that were tried to the end, each by its figures of every drive, in the order in which drives are tried."""

    def __init__(self, finished: Sequence[Sequence[Figures]], objectives: Sequence[Objective]) -> None:
        import optuna

        self._objectives = objectives
        self._so_far = [tuple(accumulate(drives)) for drives in finished]
        self._pruner = optuna.pruners.MedianPruner(n_startup_trials=NOT_BEFORE)
        self._study = optuna.create_study(pruner=self._pruner)
        for totals in self._so_far:
            steps = dict(enumerate(map(_errors, totals), 1))
            self._study.add_trial(optuna.trial.create_trial(value=steps[len(totals)], intermediate_values=steps))

    def __call__(self, drives: Sequence[Figures]) -> bool:
        """Whether a pack with these figures of the first drives is to be given up."""
        if not drives:
            return False
        total, count = sum(drives, Figures()), len(drives)
        goals = goal_values(total, self._objectives)
        beaten = any(dominates(goal_values(totals[count - 1], self._objectives), goals) for totals in self._so_far)
        return beaten and self._is_in_the_worse_half(count, _errors(total))

    def _is_in_the_worse_half(self, count: int, errors: float) -> bool:
        import optuna

        running = optuna.trial.create_trial(state=optuna.trial.TrialState.RUNNING, intermediate_values={count: errors})
        return self._pruner.prune(self._study, running)


def _errors(figures: Figures) -> float:
    return float(figures.misses + figures.false_alarms)
