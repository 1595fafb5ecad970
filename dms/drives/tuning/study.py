"""The search itself: Optuna proposes numbers, a batch of packs at a time, and learns what came of them.

Everything is in an SQLite file, so that a search that was killed goes on where it was. The same seed gives the same search, with
any number of processes and however often it was interrupted: batches always have the same size, the sampler of each batch is
seeded with the search's seed and the number of trials before it, and earlier batches decide which packs of it are given up.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dms.drives.tuning.candidates import Original, changes_of, present_values
from dms.drives.tuning.figures import Figures, goal_values
from dms.drives.tuning.hopeless import Hopeless
from dms.drives.tuning.optuna_study import BATCH, SamplerName, open_study, sampler_of
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.space import Space
from dms.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial, Trial

_MOST_REFUSALS = 200
_MADE_FROM = "made from"
REFUSED, _BATCH, UNCHANGED, DRIVES_OF = "refused", "batch", "unchanged", "drives of trial "

PerDrive = Sequence[Figures]
"""What a pack did on each drive, in the order in which drives are tried; of a pack that was given up, on the first ones."""

Try = Callable[[Sequence[dict[str, Number]], Hopeless], Sequence[PerDrive]]
"""Tries packs, given by the values of the space's parameters, each until it is hopeless."""

_Key = tuple[tuple[str, Number], ...]


@dataclass(frozen=True, slots=True)
class TrialResult:
    """A pack that was tried: the values of the space's parameters, and the goals in the order of the space's objectives."""

    number: int
    values: Mapping[str, Number]
    goals: tuple[float, ...]


class Search:
    """A search in its file.

    Args:
        path: the file.
        made_from: what the search depends on: a file that was made from anything else is refused.
        space: what may move.
        original: the pack that is tuned.
        unchanged: what that pack does on each drive, in the order in which drives are tried.
        sampler: how packs are proposed.
        seed: for the sampler.

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
        unchanged: PerDrive,
        sampler: SamplerName = "tpe",
        seed: int = 0,
    ) -> None:
        self.path = path
        self._space, self._original, self._unchanged = space, original, tuple(unchanged)
        self._sampler_name, self._seed = sampler, seed
        self._study = open_study(path, len(space.objectives))
        self._check(made_from)
        self._begin()
        self._drives = {
            int(name.removeprefix(DRIVES_OF)): tuple(Figures(*numbers) for numbers in drives)
            for name, drives in self._study.user_attrs.items()
            if name.startswith(DRIVES_OF)
        }
        self.refused = sum(REFUSED in trial.user_attrs for trial in self._study.get_trials(deepcopy=False))

    @property
    def tried(self) -> int:
        """How many packs were tried, given up or not."""
        return len(self._finished())

    @property
    def given_up(self) -> int:
        """How many of them were hopeless."""
        return sum(len(self._drives[trial.number]) < len(self._unchanged) for trial in self._finished())

    @property
    def results(self) -> list[TrialResult]:
        """Every pack that was tried on all drives, in the order of trying, after the unchanged one, which has the number 0."""
        return [
            TrialResult(0, present_values(self._space), self._goals(self._unchanged)),
            *(
                TrialResult(number, self._values(trial.params), tuple(trial.values))
                for number, trial in enumerate(self._finished(), 1)
                if trial.values
            ),
        ]

    def run(self, trials: int, attempt: Try, done: Callable[[int], None]) -> None:
        """Go on until so many packs have been tried; `done` hears after each batch how many that are.

        Raises:
            ConfigurationError: the schema refuses nearly everything that the space allows.
        """
        known: dict[_Key, PerDrive] = {_key(self._values(trial.params)): self._drives[trial.number] for trial in self._finished()}
        known[_key(present_values(self._space))] = self._unchanged
        self._finish_batch(attempt, known)
        while (before := self.tried) < trials:
            self._study.sampler = sampler_of(self._sampler_name, self._seed * 1_000_003 + before)
            batch = [self._propose(before) for _ in range(min(BATCH, trials - before))]
            self._try(before, [(trial.number, self._values(trial.params)) for trial in batch], attempt, known)
            done(self.tried)

    def _begin(self) -> None:
        """Tell a new study of the unchanged pack, so that it has somewhere to start from."""
        from optuna.trial import create_trial

        values = {name: float(value) for name, value in present_values(self._space).items()}
        on_grid = all(one.lowest <= values[one.name] <= one.highest for one in self._space.dimensions)
        if on_grid and values == self._values(values) and not self._study.get_trials(deepcopy=False):
            self._study.add_trial(
                create_trial(
                    params=values,
                    distributions=self._distributions(),
                    values=list(self._goals(self._unchanged)),
                    user_attrs={UNCHANGED: True},
                )
            )

    def _finish_batch(self, attempt: Try, known: dict[_Key, PerDrive]) -> None:
        """Put in order what a search that was killed left behind: half a batch is tried to its end or proposed anew."""
        from optuna.trial import TrialState

        left = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        finished = {trial.user_attrs.get(_BATCH) for trial in self._finished()}
        all_proposed = bool(left) and left[0].user_attrs.get(_BATCH) in finished
        if all_proposed:
            batch = left[0].user_attrs[_BATCH]
            self._try(batch, [(trial.number, self._values(trial.params)) for trial in left], attempt, known)
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
                trial.set_user_attr(REFUSED, reason)
                self._study.tell(trial, state=TrialState.FAIL)
                self.refused += 1
                continue
            trial.set_user_attr(_BATCH, batch)
            return trial
        raise ConfigurationError(
            f"{self._space.path}: {_MOST_REFUSALS} draws one after another make no valid pack; the last one: {reason}"
        )

    def _try(
        self, number: int, batch: Sequence[tuple[int, dict[str, Number]]], attempt: Try, known: dict[_Key, PerDrive]
    ) -> None:
        """Try what has not been tried before, and tell the study in the order of proposing."""
        from optuna.trial import TrialState

        new = {_key(values): values for _, values in batch}
        new = {key: values for key, values in new.items() if key not in known}
        known.update(zip(new, attempt(list(new.values()), self._hopeless(number)) if new else (), strict=True))
        for trial, values in batch:
            drives = known[_key(values)]
            self._drives[trial] = tuple(drives)
            self._study.set_user_attr(f"{DRIVES_OF}{trial}", [astuple(one) for one in drives])
            if len(drives) < len(self._unchanged):
                self._study.tell(trial, state=TrialState.PRUNED)
            else:
                self._study.tell(trial, self._goals(drives))

    def _hopeless(self, batch: int) -> Hopeless:
        """What is hopeless, by what was tried before a batch."""
        earlier = [self._drives[trial.number] for trial in self._finished() if trial.values and trial.user_attrs[_BATCH] < batch]
        return Hopeless([self._unchanged, *earlier], self._space.objectives)

    def _goals(self, drives: PerDrive) -> tuple[float, ...]:
        return goal_values(sum(drives, Figures()), self._space.objectives)

    def _distributions(self) -> dict[str, Any]:
        from optuna.distributions import FloatDistribution

        return {one.name: FloatDistribution(one.lowest, one.highest, step=one.step) for one in self._space.dimensions}

    def _values(self, drawn: Mapping[str, float]) -> dict[str, Number]:
        return {one.name: one.value(drawn[one.name]) for one in self._space.dimensions}

    def _finished(self) -> list[FrozenTrial]:
        from optuna.trial import TrialState

        finished = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
        return [trial for trial in finished if UNCHANGED not in trial.user_attrs]

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


def _key(values: Mapping[str, Number]) -> _Key:
    return tuple(sorted(values.items()))
