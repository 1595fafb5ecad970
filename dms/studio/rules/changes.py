"""What became of a drive's alerts and labels under other rules: which are new, gone, earlier or later, higher or lower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from dms.drives.report.episodes import Episode, JudgedLabel, Judgement, Verdict

NOTICED_S = 0.05
"""A smaller difference is none: drivers do not notice it."""
Sort = Literal["new", "gone", "changed", "label"]
_VERDICTS = {
    Verdict.FOUND: "it answers a label",
    Verdict.RELATED: "it has a cause that is labelled",
    Verdict.FALSE: "no label asks for it",
    Verdict.MISSED: "nothing answers it in time",
    Verdict.UNCOVERED: "no rule could answer it",
}
_LABEL_VERDICTS = {Verdict.FOUND: "answered", Verdict.MISSED: "missed", Verdict.UNCOVERED: "out of reach of the rules"}


class Change(msgspec.Struct, frozen=True):
    """One difference, at `t` seconds, in words. `is_worse`: further from what the labels ask for; None if they do not say."""

    t: float
    end: float
    kind: str
    sort: Sort
    says: str
    is_worse: bool | None = None


def changes_between(before: Judgement, now: Judgement) -> list[Change]:
    """Every difference, in order of time."""
    found = [*_of_episodes(before.episodes, now.episodes), *_of_labels(before.labels, now.labels)]
    return sorted(found, key=lambda change: (change.t, change.kind))


def _of_episodes(before: Sequence[Episode], now: Sequence[Episode]) -> Iterator[Change]:
    left = list(now)
    for old in before:
        new = min((one for one in left if _is_same(old, one)), key=lambda one: abs(one.start.t - old.start.t), default=None)
        if new is None:
            worse = {Verdict.FOUND: True, Verdict.FALSE: False}.get(old.verdict)
            yield Change(old.start.t, old.end_s, str(old.start.kind), "gone", _described(old), worse)
        else:
            left.remove(new)
            words = list(_differences(old, new))
            if words:
                worse = None if old.verdict == new.verdict else new.verdict is Verdict.FALSE
                yield Change(new.start.t, new.end_s, str(new.start.kind), "changed", "; ".join(words), worse)
    for new in left:
        worse = {Verdict.FOUND: False, Verdict.FALSE: True}.get(new.verdict)
        yield Change(new.start.t, new.end_s, str(new.start.kind), "new", _described(new), worse)


def _is_same(one: Episode, other: Episode) -> bool:
    """Whether both are about the same thing: of one kind, and from one onset or at one time."""
    apart = one.end_s < other.start.onset or other.end_s < one.start.onset
    return one.start.kind == other.start.kind and not apart


def _differences(old: Episode, new: Episode) -> Iterator[str]:
    later_s = new.start.t - old.start.t
    if abs(later_s) >= NOTICED_S:
        yield f"{abs(later_s):.2f} s {'later' if later_s > 0 else 'earlier'}"
    if old.level is not new.level:
        yield f"{new.level} instead of {old.level}"
    if old.verdict is not new.verdict and new.verdict in _VERDICTS:
        yield f"now {_VERDICTS[new.verdict]}"
    if abs(new.end_s - old.end_s) >= NOTICED_S:
        yield f"ends {abs(new.end_s - old.end_s):.2f} s {'later' if new.end_s > old.end_s else 'earlier'}"


def _described(one: Episode) -> str:
    verdict = _VERDICTS.get(one.verdict)
    return f"{one.level} for {one.end_s - one.start.t:.1f} s" + (f", {verdict}" if verdict is not None else "")


def _of_labels(before: Sequence[JudgedLabel], now: Sequence[JudgedLabel]) -> Iterator[Change]:
    for old, new in zip(before, now, strict=True):
        if old.verdict is not new.verdict:
            label = new.label
            says = f"{_LABEL_VERDICTS[new.verdict]}, was {_LABEL_VERDICTS[old.verdict]}"
            yield Change(label.t, label.end, label.kind, "label", says, new.verdict is not Verdict.FOUND)
