"""How far two people agree who labelled the same drive: kind by kind, over time and at the ends of what both saw.

Over time: the drive is cut into units of a tenth of a second, each of which is labelled or not by each of them, as its middle is.
Cohen's kappa is the agreement on them beyond chance (J. Cohen, Educational and Psychological Measurement 20, 1960, 37-46; for
units of time R. Bakeman and V. Quera, "Sequential Analysis and Observational Methods", 2011, chapter 6).

At the ends: labels of both that touch are one event seen twice, those that share most time first, and each label is in one pair
at most. Ratings (`kss`) are no events, and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Literal

import msgspec

from dms.quantiles import quantile
from dms.types import KSS, Label

UNIT_S = 0.1
"""Ten units a second: shorter than any difference between two people, and longer than a picture lasts."""
LEAST_DISAGREEMENT_S = 0.5
"""What the score tolerates at both ends of a label is no disagreement either."""

Who = Literal["a", "b"]


class Ends(msgspec.Struct, frozen=True):
    """How far apart two people set one end of the same events, in seconds: without sign, and as B minus A on average."""

    mean_s: float
    p95_s: float
    b_later_s: float


class KindAgreement(msgspec.Struct, frozen=True):
    """One kind: units of time by who labelled them, Cohen's kappa, and the labels of both as pairs.

    `kappa` is None where chance alone would agree everywhere: neither labelled anything, or both everything. `paired` labels of A
    have one of B; `starts` and `ends` are theirs, None without any.
    """

    kind: str
    both: int
    only_a: int
    only_b: int
    neither: int
    kappa: float | None
    paired: int
    unpaired_a: int
    unpaired_b: int
    starts: Ends | None
    ends: Ends | None


class Disagreement(msgspec.Struct, frozen=True):
    """From `t` to `end` only `who` labelled this kind."""

    t: float
    end: float
    kind: str
    who: Who


class Agreement(msgspec.Struct, frozen=True):
    """Two people on a drive from `start_s` to `end_s`: the kinds that one of them used, and where they disagree, by time."""

    start_s: float
    end_s: float
    unit_s: float
    kinds: tuple[KindAgreement, ...]
    disagreements: tuple[Disagreement, ...]


def agreement_of(a: Iterable[Label], b: Iterable[Label], start_s: float, end_s: float) -> Agreement:
    """How far the labels `a` and `b` of a drive from `start_s` to `end_s` agree."""
    first, second = ([label for label in labels if label.kind != KSS] for labels in (a, b))
    kinds = sorted({label.kind for label in (*first, *second)})
    found: list[KindAgreement] = []
    disagreements: list[Disagreement] = []
    for kind in kinds:
        mine, theirs = (_of_kind(labels, kind) for labels in (first, second))
        pairs = pairs_of(mine, theirs)
        found.append(_kind(kind, mine, theirs, pairs, start_s, end_s))
        disagreements += _disagreements(kind, mine, theirs, pairs)
    disagreements.sort(key=lambda one: (one.t, one.end, one.kind))
    return Agreement(start_s, end_s, UNIT_S, tuple(found), tuple(disagreements))


def kappa_of(both: int, only_a: int, only_b: int, neither: int) -> float | None:
    """Cohen's kappa of two people who each say yes or no of the same units; None if chance alone would agree on all of them."""
    total = both + only_a + only_b + neither
    by_chance = (both + only_a) * (both + only_b) + (only_b + neither) * (only_a + neither)
    if by_chance == total * total:
        return None
    observed, expected = (both + neither) / total, by_chance / (total * total)
    return (observed - expected) / (1 - expected)


def pairs_of(a: Sequence[Label], b: Sequence[Label]) -> list[tuple[Label, Label]]:
    """Labels of one kind that both set: those that share most time first, each in one pair at most."""
    touching = [
        (min(one.end, other.end) - max(one.t, other.t), abs(one.t - other.t) + abs(one.end - other.end), place, at)
        for place, one in enumerate(a)
        for at, other in enumerate(b)
        if one.t <= other.end and other.t <= one.end
    ]
    taken_a, taken_b = set[int](), set[int]()
    pairs: list[tuple[int, int]] = []
    for _, _, place, at in sorted(touching, key=lambda one: (-one[0], *one[1:])):
        if place not in taken_a and at not in taken_b:
            taken_a.add(place)
            taken_b.add(at)
            pairs.append((place, at))
    return [(a[place], b[at]) for place, at in sorted(pairs)]


def _of_kind(labels: Iterable[Label], kind: str) -> list[Label]:
    return sorted((label for label in labels if label.kind == kind), key=lambda label: (label.t, label.end))


def _kind(
    kind: str, a: Sequence[Label], b: Sequence[Label], pairs: Sequence[tuple[Label, Label]], start_s: float, end_s: float
) -> KindAgreement:
    total = max(0, round((end_s - start_s) / UNIT_S))
    marked_a, marked_b = (_units(labels, start_s, total) for labels in (a, b))
    both, only_a, only_b = len(marked_a & marked_b), len(marked_a - marked_b), len(marked_b - marked_a)
    neither = total - both - only_a - only_b
    return KindAgreement(
        kind=kind,
        both=both,
        only_a=only_a,
        only_b=only_b,
        neither=neither,
        kappa=kappa_of(both, only_a, only_b, neither) if total else None,
        paired=len(pairs),
        unpaired_a=len(a) - len(pairs),
        unpaired_b=len(b) - len(pairs),
        starts=_ends([other.t - one.t for one, other in pairs]),
        ends=_ends([other.end - one.end for one, other in pairs]),
    )


def _units(labels: Iterable[Label], start_s: float, total: int) -> set[int]:
    """The units whose middle a label holds, its start included and its end not."""
    found = set[int]()
    for label in labels:
        first, beyond = (ceil(round((t - start_s) / UNIT_S - 0.5, 6)) for t in (label.t, label.end))
        found.update(range(max(0, first), min(total, beyond)))
    return found


def _ends(apart_s: Sequence[float]) -> Ends | None:
    sizes = [abs(one) for one in apart_s]
    p95 = quantile(sizes, 0.95)
    return None if p95 is None else Ends(sum(sizes) / len(sizes), p95, sum(apart_s) / len(apart_s))


def _disagreements(
    kind: str, a: Sequence[Label], b: Sequence[Label], pairs: Sequence[tuple[Label, Label]]
) -> Iterator[Disagreement]:
    """Spans that one of them labelled alone: of half a second at least, or with a label in them that the other does not have."""
    alone = [
        *((label, "a") for label in a if all(label is not one for one, _ in pairs)),
        *((label, "b") for label in b if all(label is not other for _, other in pairs)),
    ]
    for t, end, who in _one_alone(a, b):
        has_whole = any(by == who and t <= label.t and label.end <= end for label, by in alone)
        if has_whole or end - t >= LEAST_DISAGREEMENT_S - 1e-9:
            yield Disagreement(t, end, kind, who)


def _one_alone(a: Sequence[Label], b: Sequence[Label]) -> Iterator[tuple[float, float, Who]]:
    """The longest spans that one of them labelled and the other did not."""
    times = sorted({t for label in (*a, *b) for t in (label.t, label.end)})
    span: tuple[float, float, Who] | None = None
    for t, end in pairwise(times):
        in_a, in_b = (any(label.t <= t and end <= label.end for label in labels) for labels in (a, b))
        who: Who | None = None if in_a == in_b else "a" if in_a else "b"
        if span is not None and span[2] == who and span[1] == t:
            span = span[0], end, span[2]
            continue
        if span is not None:
            yield span
        span = None if who is None else (t, end, who)
    if span is not None:
        yield span
