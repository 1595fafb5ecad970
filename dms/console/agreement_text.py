"""How far two people agree on a drive, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dms.console.agreement_answer import AgreementAnswer
from dms.console.label_text import clock
from dms.counted import counted
from dms.drives.labels.agreement import UNIT_S, Agreement, Ends, agreement_of
from dms.drives.labels.annotators import INSIDE, labels_in
from dms.drives.labels.labelling import Labelled
from dms.drives.labels.labels import label_problems
from dms.errors import DriveError
from dms.types import Label


def agreement_answer(labelled: Labelled, a: str, b: str, fps: float | None) -> AgreementAnswer:
    """How far the labels of two files agree; `inside` stands for those in the drive itself.

    Raises:
        DriveError: one of them cannot be read, or has labels that cannot be right.
    """
    first, second = (_labels(labelled, where, fps) for where in (a, b))
    return AgreementAnswer(str(labelled.path), a, b, agreement_of(first, second, labelled.start_s, labelled.end_s))


def agreement_lines(answer: AgreementAnswer) -> Iterator[str]:
    """A line for each kind, then where they disagree."""
    found = answer.agreement
    yield f"{answer.drive}: {clock(found.start_s)} to {clock(found.end_s)}, in units of {UNIT_S:g} s"
    yield f"  A {answer.a}"
    yield f"  B {answer.b}"
    head = f"  {'kind':<24} {'kappa':>6} {'both':>8} {'only A':>8} {'only B':>8}  {'pairs':>5} {'A alone':>7} {'B alone':>7}"
    yield f"{head}  {'starts: mean, p95':>18}  {'ends: mean, p95':>18}"
    for one in found.kinds:
        kappa = "–" if one.kappa is None else f"{one.kappa:.2f}"
        times = " ".join(f"{units * UNIT_S:>6.1f} s" for units in (one.both, one.only_a, one.only_b))
        labels = f"{one.paired:>5} {one.unpaired_a:>7} {one.unpaired_b:>7}"
        yield f"  {one.kind:<24} {kappa:>6} {times}  {labels}  {_ends(one.starts):>18}  {_ends(one.ends):>18}"
    if not found.kinds:
        yield "  neither has a label that counts (ratings do not)"
    yield from _disagreements(found)


def _disagreements(found: Agreement) -> Iterator[str]:
    if found.disagreements:
        yield f"  {counted(len(found.disagreements), 'disagreement')}:"
    for one in found.disagreements:
        yield f"  {clock(one.t):>11}  to {clock(one.end):>11}  {one.kind:<23} only {one.who.upper()}"


def _ends(ends: Ends | None) -> str:
    return "–" if ends is None else f"{ends.mean_s:.2f} s, {ends.p95_s:.2f} s"


def _labels(labelled: Labelled, where: str, fps: float | None) -> list[Label]:
    labels = list(labelled.inside) if where == INSIDE else labels_in(Path(where), labelled.path, fps)
    problems = label_problems(labels, labelled.start_s, labelled.end_s, labelled.warnings)
    if problems:
        raise DriveError("\n".join(f"{where}: {problem}" for problem in problems))
    return labels
