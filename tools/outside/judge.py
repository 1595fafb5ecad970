"""How well standing and moving are told, by second: every drive judged by what was learned from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dms.fusion.vehicle import STANDING_BELOW_KPH
from tools.outside.seconds import SPAN_S, Second

PRECISION_ASKED = 0.99
_RIDGE = 20.0
"""Of 1 and 20 the one that served the method better on the first world of every kind."""
_STEPS = 30

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression on features and their squares: the probability that the car moves."""

    middle: Values
    spread: Values
    weights: Values

    def moving(self, rows: Values) -> Values:
        """The probability for each row."""
        return np.asarray(_sigmoid(_widened((rows - self.middle) / self.spread) @ self.weights), np.float64)


@dataclass(frozen=True, slots=True)
class Bars:
    """A probability of moving from `moving` up is called moving, one down to `standing` standing, anything between unknown."""

    standing: float
    moving: float


SURE = Bars(0.05, 0.95)
"""What a model must be sure of to say it, in the tables."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One drive's seconds: what is true (1 moving, 0 standing, NaN nobody knows), and the probability (NaN: unknown)."""

    drive: str
    moves: Values
    probability: Values


def fit(rows: Values, moves: Values) -> Model:
    """Fit by Newton's method with a ridge; both classes weigh the same."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    wide = _widened((rows - middle) / spread)
    share = np.where(moves > 0.5, 0.5 / max(moves.mean(), 1e-6), 0.5 / max(1 - moves.mean(), 1e-6))
    weights = np.zeros(wide.shape[1])
    for _ in range(_STEPS):
        told = _sigmoid(wide @ weights)
        slope = wide.T @ (share * (told - moves)) + _RIDGE * weights
        curve = (wide * (share * told * (1 - told))[:, None]).T @ wide + _RIDGE * np.eye(len(weights))
        weights = weights - np.linalg.solve(curve, slope)
    return Model(middle, spread, weights)


def truth(seconds: Sequence[Second]) -> Values:
    """1 where the car moves, 0 where it stands; NaN where it is not known, and where what is looked back on holds both."""
    moves = [np.nan if one.speed_kph is None else float(one.speed_kph >= STANDING_BELOW_KPH) for one in seconds]
    return np.array([moves[index] if _is_settled(seconds, moves, index) else np.nan for index in range(len(seconds))])


def _is_settled(seconds: Sequence[Second], moves: Sequence[float], index: int) -> bool:
    now = seconds[index]
    return all(
        moves[at] == moves[index]
        for at in range(max(0, index - int(SPAN_S)), index)
        if (seconds[at].drive, seconds[at].world) == (now.drive, now.world)
    )


def usable(seconds: Sequence[Second]) -> tuple[Values, Values]:
    """The features and the truth of the seconds that have both."""
    moves = truth(seconds)
    pairs = [(one.seen, moved) for one, moved in zip(seconds, moves, strict=True) if one.seen is not None and not np.isnan(moved)]
    return np.array([seen for seen, _ in pairs]), np.array([moved for _, moved in pairs])


def judged_by(model: Model, drive: str, seconds: Sequence[Second]) -> Judged:
    """A drive's seconds as the model tells them."""
    probability = np.full(len(seconds), np.nan)
    seen = [index for index, one in enumerate(seconds) if one.seen is not None]
    if seen:
        probability[seen] = model.moving(np.array([seconds[index].seen for index in seen]))
    return Judged(drive, truth(seconds), probability)


def by_drive(seconds: Sequence[Second]) -> dict[str, list[Second]]:
    """The seconds of every drive, all its worlds together."""
    return {drive: [one for one in seconds if one.drive == drive] for drive in dict.fromkeys(one.drive for one in seconds)}


def left_out(seconds: Sequence[Second]) -> list[Judged]:
    """Every drive judged by a model that never saw one of its name."""
    drives = by_drive(seconds)
    return [
        judged_by(fit(*usable([one for one in seconds if one.drive != drive])), drive, part) for drive, part in drives.items()
    ]


def other_worlds(seconds: Sequence[Second]) -> list[Judged]:
    """Every drive judged by models that saw drives of its name, but not in the same world."""
    worlds = sorted({one.world for one in seconds})
    models = {world: fit(*usable([one for one in seconds if one.world != world])) for world in worlds}
    judged = []
    for drive, part in by_drive(seconds).items():
        each = [judged_by(models[world], drive, [one for one in part if one.world == world]) for world in worlds]
        moves, probability = (np.concatenate([getattr(one, name) for one in each]) for name in ("moves", "probability"))
        judged.append(Judged(drive, moves, probability))
    return judged


def bars_of(judged: Sequence[Judged]) -> Bars:
    """The widest bars that keep the precision asked on these drives; a claim that never reaches it is never made."""
    probability, moves = (np.concatenate([getattr(one, name) for one in judged]) for name in ("probability", "moves"))
    known = ~np.isnan(probability) & ~np.isnan(moves)
    probability, moves = probability[known], moves[known]
    return Bars(1.0 - _bar(1.0 - probability, 1.0 - moves), _bar(probability, moves))


def _bar(score: Values, is_right: Values) -> float:
    order = np.argsort(-score)
    precision = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= PRECISION_ASKED)
    return float(score[order[good[-1]]]) if len(good) else float(np.inf)


def _widened(rows: Values) -> Values:
    return np.concatenate([np.ones((len(rows), 1)), rows, np.clip(rows, -3, 3) ** 2], axis=1)


def _sigmoid(values: Values) -> Values:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30, 30))), np.float64)
