"""The search itself: Optuna proposes numbers, a batch of packs at a time, and learns what came of them.

Everything is in an SQLite file, so that a search that was killed goes on where it was. The same seed gives the same search, with
any number of processes and however often it was interrupted: batches always have the same size, and the sampler of each batch is
seeded with the search's seed and the number of trials before it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dms.drives.tuning.candidates import Original, changes_of, present_values
from dms.drives.tuning.figures import Figures, goal_values
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.space import Space
from dms.errors import ConfigurationError, DriveError, UsageError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial, Trial

SamplerName = Literal["tpe", "nsga2"]

BATCH = 8
"""So many packs are proposed before any of them has been tried."""

_POPULATION = 3 * BATCH
_MOST_REFUSALS = 200
_STUDY = "tune"
_MADE_FROM = "made from"
_REFUSED, _BATCH, _UNCHANGED = "refused", "batch", "unchanged"

Try = Callable[[Sequence[dict[str, Number]]], list[Figures]]
"""Tries packs, given by the values of the space's parameters."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """A pack that was tried: the values of the space's parameters, and the goals in the order of the space's objectives."""

    number: int
    values: Mapping[str, Number]
    goals: tuple[float, ...]


def require_optuna() -> None:
    """Make sure that the library of the search is there.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import optuna  # noqa: F401
    except ImportError as error:
        raise UsageError("the search needs the extra 'tune': pip install 'dms[tune]' (a --sweep does without)") from error


class Search:
    """A search in its file. `made_from` says what it depends on: a file that was made from anything else is refused.

    Raises:
        UsageError: the file holds another search; the message says what differs.
        DriveError: the file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        made_from: Mapping[str, str],
        space: Space,
        original: Original,
        unchanged: Figures,
        sampler: SamplerName = "tpe",
        seed: int = 0,
    ) -> None:
        self.path = path
        self._space, self._original = space, original
        self._sampler_name, self._seed = sampler, seed
        self._study = _open(path, len(space.objectives))
        self._check(made_from)
        self._unchanged = goal_values(unchanged, space.objectives)
        self._begin()
        self.refused = sum(_REFUSED in trial.user_attrs for trial in self._study.get_trials(deepcopy=False))

    @property
    def results(self) -> list[TrialResult]:
        """Every pack that was tried, in the order of trying, after the unchanged one, which has the number 0."""
        return [
            TrialResult(0, present_values(self._space), self._unchanged),
            *(
                TrialResult(number, self._values(trial.params), tuple(trial.values))
                for number, trial in enumerate(self._finished(), 1)
            ),
        ]

    def run(self, trials: int, attempt: Try, done: Callable[[int], None]) -> None:
        """Go on until so many packs have been tried; `done` hears after each batch how many that are.

        Raises:
            ConfigurationError: the schema refuses nearly everything that the space allows.
        """
        known = {tuple(sorted(result.values.items())): result.goals for result in self.results}
        self._finish_batch(attempt, known)
        while (before := len(self._finished())) < trials:
            self._study.sampler = self._sampler(before)
            batch = [self._propose(before) for _ in range(min(BATCH, trials - before))]
            self._try([(trial.number, self._values(trial.params)) for trial in batch], attempt, known)
            done(len(self._finished()))

    def _begin(self) -> None:
        """Tell a new study of the unchanged pack, so that it has somewhere to start from."""
        from optuna.trial import create_trial

        values = {name: float(value) for name, value in present_values(self._space).items()}
        on_grid = all(one.lowest <= values[one.name] <= one.highest for one in self._space.dimensions)
        if on_grid and values == self._values(values) and not self._study.get_trials(deepcopy=False):
            attributes = {_UNCHANGED: True}
            self._study.add_trial(
                create_trial(
                    params=values, distributions=self._distributions(), values=list(self._unchanged), user_attrs=attributes
                )
            )

    def _sampler(self, before: int) -> BaseSampler:
        """The sampler of the batch that comes after so many trials."""
        sampler = _sampler(self._sampler_name, self._seed * 1_000_003 + before)
        if self._sampler_name == "nsga2" and before >= _POPULATION:
            # Parents come in another order when they are chosen than when they are remembered: always remembered, then.
            sampler.get_parent_population(self._study, before // _POPULATION)  # type: ignore[attr-defined]
        return sampler

    def _finish_batch(self, attempt: Try, known: dict[Any, tuple[float, ...]]) -> None:
        """Put in order what a search that was killed left behind: half a batch is tried to its end or proposed anew."""
        from optuna.trial import TrialState

        left = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        finished = {trial.user_attrs.get(_BATCH) for trial in self._finished()}
        all_proposed = bool(left) and left[0].user_attrs.get(_BATCH) in finished
        if all_proposed:
            self._try([(trial.number, self._values(trial.params)) for trial in left], attempt, known)
        else:
            for trial in left:
                self._study.tell(trial.number, state=TrialState.FAIL)

    def _propose(self, batch: int) -> Trial:
        """The next pack that the schema allows."""
        from optuna.trial import TrialState

        reason = ""
        for _ in range(_MOST_REFUSALS):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                trial = self._study.ask(self._distributions())
            try:
                self._original.candidate(changes_of(self._space, self._values(trial.params)))
            except ConfigurationError as error:
                reason = str(error).splitlines()[0]
                trial.set_user_attr(_REFUSED, reason)
                self._study.tell(trial, state=TrialState.FAIL)
                self.refused += 1
                continue
            trial.set_user_attr(_BATCH, batch)
            return trial
        raise ConfigurationError(
            f"{self._space.path}: {_MOST_REFUSALS} draws one after another make no valid pack; the last one: {reason}"
        )

    def _try(self, batch: Sequence[tuple[int, dict[str, Number]]], attempt: Try, known: dict[Any, tuple[float, ...]]) -> None:
        """Try what has not been tried before, and tell the study in the order of proposing."""
        new = {tuple(sorted(values.items())): values for _, values in batch}
        new = {key: values for key, values in new.items() if key not in known}
        for key, figures in zip(new, attempt(list(new.values())) if new else (), strict=True):
            known[key] = goal_values(figures, self._space.objectives)
        for number, values in batch:
            self._study.tell(number, known[tuple(sorted(values.items()))])

    def _distributions(self) -> dict[str, Any]:
        from optuna.distributions import FloatDistribution

        return {one.name: FloatDistribution(one.lowest, one.highest, step=one.step) for one in self._space.dimensions}

    def _values(self, drawn: Mapping[str, float]) -> dict[str, Number]:
        return {one.name: one.value(drawn[one.name]) for one in self._space.dimensions}

    def _finished(self) -> list[FrozenTrial]:
        from optuna.trial import TrialState

        complete = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        return [trial for trial in complete if _UNCHANGED not in trial.user_attrs]

    def _check(self, made_from: Mapping[str, str]) -> None:
        kept: Mapping[str, str] = self._study.user_attrs.get(_MADE_FROM, {})
        if not kept:
            self._study.set_user_attr(_MADE_FROM, dict(made_from))
            return
        other = [what for what, value in made_from.items() if kept.get(what) != value]
        if other:
            raise UsageError(
                f"{self.path} holds a search with {' and '.join(f'another {what}' for what in other)}: "
                "go on with what it was begun with, or choose another folder with --out"
            )


def _open(path: Path, objectives: int) -> Study:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
        return optuna.create_study(
            storage=storage,
            study_name=_STUDY,
            directions=["minimize"] * objectives,
            load_if_exists=True,
            sampler=_sampler("tpe", 0),
        )
    except Exception as error:
        raise DriveError(f"{path}: cannot be used as the file of a search: {str(error).splitlines()[0]}") from error


def _sampler(name: SamplerName, seed: int) -> BaseSampler:
    import optuna

    seed %= 2**32
    if name == "nsga2":
        return optuna.samplers.NSGAIISampler(seed=seed, population_size=_POPULATION)
    with warnings.catch_warnings():  # two options that Optuna calls experimental
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)
