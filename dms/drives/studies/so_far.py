"""What a study has tried so far, read from its file while somebody else may be at work on it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dms.drives.tuning.figures import Figures, dominates
from dms.drives.tuning.optuna_study import copy_of_study, require_optuna
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.study import DRIVES_OF, REFUSED, UNCHANGED
from dms.errors import DriveError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

LEAST_FOR_IMPORTANCE = 20
"""Packs tried to the end, before which it says nothing which number mattered."""


@dataclass(frozen=True, slots=True)
class TriedPack:
    """A pack that was tried; `goals` in the order of the study's objectives, empty for one that was given up on the way."""

    number: int
    values: dict[str, Number]
    goals: tuple[float, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class SoFar:
    """All packs in the order of trying, how many draws the schema refused, and what each number matters for each goal.

    Importance is the share of a number in what moves a goal, 0 to 1, all numbers together 1: PED-ANOVA (S. Watanabe, A. Bansal,
    F. Hutter, IJCAI 2023). None: too few packs to say, or all of them are alike in that goal.
    """

    tried: tuple[TriedPack, ...]
    refused: int
    importance: tuple[dict[str, float] | None, ...]

    @property
    def front(self) -> list[TriedPack]:
        """The packs that no other one beats in every goal, by goals; of equal ones the first."""
        first: dict[tuple[float, ...], TriedPack] = {}
        for pack in self.tried:
            if pack.goals:
                first.setdefault(pack.goals, pack)
        return [first[goals] for goals in sorted(first) if not any(dominates(other, goals) for other in first)]


def read_so_far(path: Path) -> SoFar:
    """What is in the file of a study; nothing tried if it is not there yet.

    Raises:
        UsageError: Optuna is not installed.
        DriveError: the file cannot be read, or holds no study.
    """
    if not path.exists() or path.stat().st_size == 0:  # it is just being made
        return SoFar((), 0, ())
    require_optuna()
    try:
        with copy_of_study(path) as study:
            return _so_far(study)
    except (KeyError, TypeError, ValueError) as error:
        raise DriveError(f"{path}: not a study of dms tune: {error!r}") from error


def _so_far(study: Study) -> SoFar:
    from optuna.trial import TrialState

    attributes = study.user_attrs
    drives = {
        int(name.removeprefix(DRIVES_OF)): sum((Figures(*one) for one in told), Figures())
        for name, told in attributes.items()
        if name.startswith(DRIVES_OF)
    }
    trials = study.get_trials(deepcopy=False)
    finished = [
        trial for trial in trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED) and UNCHANGED not in trial.user_attrs
    ]
    tried = tuple(
        TriedPack(number, dict(trial.params), tuple(trial.values or ()), drives[trial.number])
        for number, trial in enumerate(finished, 1)
    )
    refused = sum(REFUSED in trial.user_attrs for trial in trials)
    return SoFar(tried, refused, _importance(len(study.directions), finished))


def _importance(goals: int, finished: Sequence[FrozenTrial]) -> tuple[dict[str, float] | None, ...]:
    import optuna

    complete = [trial for trial in finished if trial.values]
    if len(complete) < LEAST_FOR_IMPORTANCE:
        return tuple(None for _ in range(goals))
    # In memory, as it is gone through once for each goal and number.
    study = optuna.create_study(directions=["minimize"] * goals)
    study.add_trials(complete)
    return tuple(_of_goal(study, goal) if len({trial.values[goal] for trial in complete}) > 1 else None for goal in range(goals))


def _of_goal(study: Study, goal: int) -> dict[str, float]:
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    with warnings.catch_warnings():  # that it is experimental, and that low values are taken to be good, which they are
        warnings.simplefilter("ignore")
        return get_param_importances(
            study, evaluator=PedAnovaImportanceEvaluator(), target=lambda trial: float(trial.values[goal])
        )
