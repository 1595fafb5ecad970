"""Changes to labels by people who do not see each other: what fits is done once, what does not is told, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.drives.labels.labelling import Labelled
from dms.studio.label_changes import Change, merged
from dms.types import Label

YAWN, NAP, PHONE = Label(1, 2, "fatigue.yawning"), Label(5, 9, "fatigue.sleep"), Label(5, 6, "distraction.phone")
INSIDE = Label(20, 22, "fatigue.microsleep", "simulated")


def beside(*labels: Label) -> Labelled:
    """A drive of a hundred seconds with these labels beside it, and one in it."""
    return Labelled(Path("drive.jsonl"), 0.0, 100.0, (INSIDE,), Path("drive.labels.csv"), labels)


def moved(label: Label, t: float, end: float) -> Label:
    return Label(t, end, label.kind, label.note, label.value)


LATER = moved(NAP, 6, 10)
OTHERS = moved(NAP, 5, 12)


@pytest.mark.parametrize(
    ("there", "changes", "then", "why"),
    [
        ([YAWN], [Change(None, NAP)], [YAWN, NAP], None),
        ([YAWN, NAP], [Change(NAP, LATER)], [YAWN, LATER], None),
        ([YAWN, NAP], [Change(NAP, None)], [YAWN], None),
        ([YAWN, LATER], [Change(NAP, LATER)], [YAWN, LATER], None),
        ([YAWN], [Change(NAP, None)], [YAWN], None),
        ([YAWN, NAP], [Change(None, NAP)], [YAWN, NAP], None),
        ([YAWN, OTHERS], [Change(NAP, LATER)], [YAWN, OTHERS], "somebody else has changed"),
        ([YAWN, OTHERS], [Change(NAP, None)], [YAWN, OTHERS], "somebody else has changed"),
        ([YAWN], [Change(NAP, LATER)], [YAWN], "somebody else has changed or deleted"),
        ([NAP], [Change(None, OTHERS)], [NAP], "overlaps"),
        ([], [Change(None, Label(90, 120, "fatigue.sleep"))], [], "outside the drive"),
        ([], [Change(None, Label(1, 2, "fatigue.slep"))], [], "unknown kind of label"),
        ([], [Change(None, Label(3, 2, "fatigue.sleep"))], [], "before it begins"),
        ([], [Change(None, Label(1, 2, "kss"))], [], "no value"),
        ([], [Change(INSIDE, None)], [], "in the drive itself"),
        ([NAP], [Change(NAP, None), Change(None, OTHERS)], [OTHERS], None),
        ([NAP], [Change(NAP, LATER), Change(LATER, OTHERS)], [OTHERS], None),
        ([LATER], [Change(NAP, LATER), Change(LATER, OTHERS)], [OTHERS], None),
        ([OTHERS], [Change(NAP, LATER), Change(LATER, OTHERS)], [OTHERS], None),
        ([LATER], [Change(NAP, LATER), Change(LATER, NAP)], [NAP], None),
        ([], [Change(None, NAP), Change(NAP, LATER), Change(LATER, OTHERS)], [OTHERS], None),
        ([LATER], [Change(None, NAP), Change(NAP, LATER), Change(LATER, None)], [], None),
        ([YAWN], [Change(NAP, LATER), Change(LATER, OTHERS)], [YAWN], "somebody else has changed or deleted"),
    ],
)
def test_a_change_fits_or_says_why_not(there: list[Label], changes: list[Change], then: list[Label], why: str | None) -> None:
    made = merged(beside(*there), changes)
    assert list(made.labelled.beside) == then
    assert len(made.conflicts) == (why is not None)
    assert all(str(why) in conflict.why for conflict in made.conflicts)
    assert made.changed == (then != there)


def test_one_wrong_change_does_not_take_the_right_ones_with_it() -> None:
    made = merged(beside(NAP), [Change(None, YAWN), Change(None, OTHERS), Change(None, PHONE)])
    assert list(made.labelled.beside) == [NAP, YAWN, PHONE]
    assert [conflict.change.after for conflict in made.conflicts] == [OTHERS]
    assert made.conflicts[0].there == (NAP,)


def test_two_labels_change_places_in_one_step() -> None:
    first, second = Label(1, 2, "fatigue.sleep", "a"), Label(2, 3, "fatigue.sleep", "b")
    swapped = [Change(first, moved(first, 2, 3)), Change(second, moved(second, 1, 2))]
    made = merged(beside(first, second), swapped)
    assert not made.conflicts
    assert set(made.labelled.beside) == {moved(first, 2, 3), moved(second, 1, 2)}


KINDS = st.sampled_from(["fatigue.sleep", "fatigue.yawning", "distraction.phone"])
LABELS = st.builds(lambda t, long, kind: Label(t, t + long, kind), st.integers(0, 40), st.integers(1, 9), KINDS)
CHANGES = st.lists(st.builds(Change, st.none() | LABELS, st.none() | LABELS), max_size=6)


@given(st.lists(LABELS, max_size=6), CHANGES)
def test_sent_twice_is_as_good_as_once(labels: list[Label], changes: list[Change]) -> None:
    """A browser that heard no answer sends everything again: whatever was done stays as it is, and no label that nobody
    spoke of is touched."""
    valid = beside()
    for label in labels:
        valid = merged(valid, [Change(None, label)]).labelled
    once = merged(valid, changes)
    spoken_of = {label for change in changes for label in (change.before, change.after)}
    assert {label for label in valid.beside if label not in spoken_of} <= set(once.labelled.beside)
    assert once.labelled.problems() == []
    fits = [change for change in changes if change not in {conflict.change for conflict in once.conflicts}]
    if len({change.before for change in fits} | {change.after for change in fits}) == 2 * len(fits):
        assert set(merged(once.labelled, fits).labelled.beside) == set(once.labelled.beside)
