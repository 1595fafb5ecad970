"""Changes to the labels beside a drive, made by somebody who may not have seen the newest ones.

A change says which label it replaces and by what. It fits as long as that label is still there, whatever else was done to the
file meanwhile; applying it twice is as good as once, so a browser that heard no answer may send it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from dms.drives.labels.labelling import Labelled
from dms.errors import DriveError
from dms.types import Label

MOST_CHANGES = 10_000


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`before` becomes `after`: None before is a new label, None after a deleted one."""

    before: Label | None = None
    after: Label | None = None


class Conflict(msgspec.Struct, frozen=True):
    """A change that does not fit what the file holds by now, why, and the labels there that are in its way."""

    change: Change
    why: str
    there: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """The drive with all changes that fit, and those that do not."""

    labelled: Labelled
    conflicts: tuple[Conflict, ...]
    changed: bool


def merged(labelled: Labelled, changes: Iterable[Change]) -> Merged:
    """Apply changes one after the other to the labels beside a drive. What would be wrong with a label is a conflict, too.

    All of a group are applied before what they come to is judged: two labels may swap places, and one label may be changed again
    and again, whether or not the first of these changes was made by an earlier request whose answer was lost.
    """
    now, conflicts = labelled, list[Conflict]()
    fitting = []
    for change in (_as_one(chain, labelled.beside) for chain in _chains(changes)):
        if (conflict := _misfit(labelled, change)) is None:
            fitting.append(change)
        else:
            conflicts.append(conflict)
    try:
        now = labelled.with_beside(_applied(labelled.beside, fitting))
    except DriveError:  # one of them is wrong: each on its own says which
        for change in fitting:
            try:
                now = now.with_beside(_applied(now.beside, [change]))
            except DriveError as error:
                conflicts.append(Conflict(change, _words(error, labelled), _in_the_way(now, change)))
    return Merged(now, tuple(conflicts), now.beside != labelled.beside)


def version_of(labelled: Labelled) -> str:
    """What is beside the drive, as a hash: another one means that somebody has changed it.

    Of the labels that were read and not of the file again, which somebody else may have written in between.
    """
    in_order = sorted(labelled.beside, key=lambda label: (label.t, label.end, label.kind))
    return hashlib.sha256(msgspec.json.encode((labelled.side.name, in_order))).hexdigest()


def _chains(changes: Iterable[Change]) -> list[list[Label | None]]:
    """What each label that is changed was and became, step by step; None first is a new label, None last a deleted one."""
    chains: list[list[Label | None]] = []
    ends: dict[Label, list[Label | None]] = {}
    for change in changes:
        chain = ends.pop(change.before, None) if change.before is not None else None
        if chain is None:
            chain = [change.before]
            chains.append(chain)
        chain.append(change.after)
        if change.after is not None:
            ends[change.after] = chain
    return chains


def _as_one(chain: Sequence[Label | None], there: Sequence[Label]) -> Change:
    """All steps of a label as one: from the first, or from the last that is there if a part of them has been made already."""
    first, *_, last = chain
    if first is None or first not in there:
        first = next((step for step in reversed(chain) if step is not None and step in there), first)
    return Change(first, last)


def _misfit(labelled: Labelled, change: Change) -> Conflict | None:
    before, after, there = change.before, change.after, labelled.beside
    if before is None or before in there or (after is not None and after in there):
        return None
    if before in labelled.inside:
        return Conflict(change, "this label is in the drive itself, which the studio does not change", (before,))
    others = _in_the_way(labelled, change)
    if after is None and not others:  # somebody else has deleted it as well
        return None
    return Conflict(change, "somebody else has changed or deleted this label meanwhile", others)


def _applied(labels: Sequence[Label], changes: Iterable[Change]) -> list[Label]:
    left = list(labels)
    for change in changes:
        if change.before in left:
            left.remove(change.before)
        if change.after is not None and change.after not in left:
            left.append(change.after)
    return left


def _in_the_way(labelled: Labelled, change: Change) -> tuple[Label, ...]:
    meant = [label for label in (change.before, change.after) if label is not None]
    return tuple(label for label in labelled.labels if any(_overlap(label, one) for one in meant))


def _overlap(one: Label, other: Label) -> bool:
    return one.kind == other.kind and one.t < other.end and other.t < one.end


def _words(error: DriveError, labelled: Labelled) -> str:
    return "; ".join(line.removeprefix(f"{labelled.path}: ") for line in str(error).splitlines())
