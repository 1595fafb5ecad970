"""Which drivers a search may learn from, and which it is judged on: never the same ones."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from dms.errors import DriveError

_DRAWS = 200


def held_out_drivers(labels_of: Mapping[str, Sequence[str]], share: float, seed: int) -> frozenset[str]:
    """The drivers to hold out: at least one, at most all but one, drawn at random.

    Of 200 draws the one is taken whose labels resemble those of all drivers most, kind by kind, so that no kind is only on one
    side if that can be helped. Nothing that a pack does is looked at.

    Args:
        labels_of: the kinds of the labels of each driver, one entry a label.
        share: of the drivers, to be held out.
        seed: for the draws.

    Raises:
        DriveError: all drives are of one driver.
    """
    drivers = sorted(labels_of)
    if len(drivers) < 2:
        raise DriveError(
            f"all drives are of one driver ({drivers[0]}): nothing can be held out, so nobody would know whether what is found "
            "holds for others. A driver is named by the drive's metadata or by 'driver…' in its path. --no-holdout goes without"
        )
    number = min(max(1, round(share * len(drivers))), len(drivers) - 1)
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    draws = [frozenset(chance.sample(drivers, number)) for _ in range(_DRAWS)]
    return min(draws, key=lambda drawn: _difference(labels_of, drawn, number / len(drivers)))


def _difference(labels_of: Mapping[str, Sequence[str]], drawn: frozenset[str], share: float) -> float:
    """How far the labels of the drivers drawn are from that share of all labels."""
    whole = Counter(kind for kinds in labels_of.values() for kind in kinds)
    part = Counter(kind for driver in drawn for kind in labels_of[driver])
    return sum((part[kind] / count - share) ** 2 for kind, count in whole.items())
