"""Where two packs part ways on the same drive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dms.drives.report.episodes import Episode, JudgedLabel, Judgement

SAME_TIME_S = 0.1
"""Alerts closer than this are raised at the same time: three frames at 30 Hz, which nobody hears."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the packs do not agree on: an alert that only one raises, or raises otherwise, or a label that only one finds."""

    t: float
    kind: str
    first: Episode | JudgedLabel | None
    second: Episode | JudgedLabel | None


def differences(first: Judgement, second: Judgement) -> list[Difference]:
    """All of them, by time."""
    found = [*_labels(first.labels, second.labels), *_alerts(first.episodes, second.episodes)]
    return sorted(found, key=lambda difference: (difference.t, difference.kind))


def _labels(first: Sequence[JudgedLabel], second: Sequence[JudgedLabel]) -> Iterator[Difference]:
    for mine, other in zip(first, second, strict=True):
        if mine.verdict is not other.verdict:
            yield Difference(mine.label.t, mine.label.kind, mine, other)


def _alerts(first: Sequence[Episode], second: Sequence[Episode]) -> Iterator[Difference]:
    left = list(second)
    for episode in first:
        partner = min(
            (other for other in left if _overlap(episode, other)),
            key=lambda other: abs(other.start.t - episode.start.t),
            default=None,
        )
        if partner is not None:
            left.remove(partner)
        if partner is None or not _alike(episode, partner):
            yield Difference(episode.start.t, episode.start.kind, episode, partner)
    for other in left:
        yield Difference(other.start.t, other.start.kind, None, other)


def _overlap(one: Episode, other: Episode) -> bool:
    return one.start.kind is other.start.kind and one.start.onset <= other.end_s and other.start.onset <= one.end_s


def _alike(one: Episode, other: Episode) -> bool:
    return one.level is other.level and abs(one.start.t - other.start.t) <= SAME_TIME_S
