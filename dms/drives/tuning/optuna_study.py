"""Optuna as a search needs it: a study in an SQLite file, and samplers that do the same however often they are interrupted."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from dms.errors import DriveError, UsageError
from dms.resources import how_to_add

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

SamplerName = Literal["tpe", "nsga2"]

BATCH = 8
"""The number of packs that are proposed before any of them is tried."""

_POPULATION = 3 * BATCH
_STUDY = "tune"
_WAIT_S = 60.0
"""For whoever reads the file at the moment at which it is to be written."""


def require_optuna() -> None:
    """Make sure that the library of the search is there.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import optuna  # noqa: F401
    except ImportError as error:
        raise UsageError(f"the search needs the extra 'tune': {how_to_add('tune')} (a --sweep does without)") from error


def open_study(path: Path, objectives: int) -> Study:
    """The study in a file, which is made if it is not there.

    Raises:
        DriveError: the file cannot be used.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        storage = optuna.storages.RDBStorage(f"sqlite:///{path}", {"connect_args": {"timeout": _WAIT_S}})
        return optuna.create_study(
            storage=storage,
            study_name=_STUDY,
            directions=["minimize"] * objectives,
            load_if_exists=True,
            sampler=sampler_of("tpe", 0),
        )
    except Exception as error:
        raise DriveError(f"{path}: cannot be used as the file of a search: {_words(error)}") from error


@contextmanager
def copy_of_study(path: Path) -> Iterator[Study]:
    """The study in a file that is there, as it is now, to be read at leisure while somebody else writes the file.

    A copy, since whoever reads a file of SQLite keeps others from writing it: a slow reader would end the search.

    Raises:
        DriveError: the file cannot be read, or holds no study.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with TemporaryDirectory(prefix="dms-study-") as folder:
        copy = Path(folder) / path.name
        try:
            # To be written if need be, as what a killed process left half done is put right by the next one that opens the file.
            address = f"file:{quote(str(path.absolute()))}?mode=rw"
            with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            storage = optuna.storages.RDBStorage(f"sqlite:///{copy}")
            study = optuna.load_study(study_name=_STUDY, storage=storage, sampler=sampler_of("tpe", 0))
        except Exception as error:
            raise DriveError(f"{path}: cannot be read as the file of a search: {_words(error)}") from error
        try:
            yield study
        finally:
            storage.engine.dispose()


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def sampler_of(name: SamplerName, seed: int) -> BaseSampler:
    """A sampler that proposes packs."""
    import optuna

    seed %= 2**32
    if name == "nsga2":
        return _genetic(seed)
    with warnings.catch_warnings():  # two options that Optuna calls experimental
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)


def _genetic(seed: int) -> BaseSampler:
    from optuna.samplers import NSGAIISampler

    class Remembering(NSGAIISampler):
        """Parents come in another order when they are chosen than when they are remembered: here they are always remembered."""

        def get_parent_population(self, study: Study, generation: int) -> list[FrozenTrial]:
            super().get_parent_population(study, generation)
            return super().get_parent_population(study, generation)

    return Remembering(seed=seed, population_size=_POPULATION)
