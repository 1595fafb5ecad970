"""Two people who labelled one drive: what they agree on, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dms.drives.labels.agreement import Disagreement, Ends, agreement_of, kappa_of, pairs_of
from dms.drives.labels.annotators import files_beside, labels_in
from dms.drives.labels.elan import eaf_text
from dms.drives.labels.labels import write_labels
from dms.types import KSS, Label

NODS, AWAY = "fatigue.microsleep", "distraction.head_away"


def nods(*spans: tuple[float, float]) -> list[Label]:
    return [Label(t, end, NODS) for t, end in spans]


@pytest.mark.parametrize(
    ("cells", "kappa"),
    [
        # The example of Cohen's coefficient in textbooks: 20 yes and 15 no of both, 5 and 10 of one: (0.7 - 0.5) / (1 - 0.5).
        ((20, 5, 10, 15), 0.4),
        ((10, 0, 0, 90), 1.0),
        # What chance would give: each says yes to a half, independently.
        ((25, 25, 25, 25), 0.0),
        # They never agree: (0 - 0.5) / (1 - 0.5).
        ((0, 50, 50, 0), -1.0),
        # One labelled nothing: agreement is what chance gives.
        ((0, 10, 0, 90), 0.0),
        ((0, 0, 0, 100), None),
        ((100, 0, 0, 0), None),
    ],
)
def test_kappa_by_hand(cells: tuple[int, int, int, int], kappa: float | None) -> None:
    assert kappa_of(*cells) == (None if kappa is None else pytest.approx(kappa))


def test_ten_seconds_of_a_hundred() -> None:
    """A says 10 to 20 s, B 12 to 22 s of 100 s: both 80 units, each 20 alone, neither 880.

    Observed 0.96; by chance 0.1² + 0.9² = 0.82; kappa 0.14 / 0.18.
    """
    found = agreement_of(nods((10, 20)), nods((12, 22)), 0.0, 100.0)
    [kind] = found.kinds
    assert (kind.both, kind.only_a, kind.only_b, kind.neither) == (80, 20, 20, 880)
    assert kind.kappa == pytest.approx(0.14 / 0.18)
    assert (kind.paired, kind.unpaired_a, kind.unpaired_b) == (1, 0, 0)
    assert kind.starts == Ends(2.0, 2.0, 2.0)
    assert kind.ends == Ends(2.0, 2.0, 2.0)
    assert found.disagreements == (Disagreement(10, 12, NODS, "a"), Disagreement(20, 22, NODS, "b"))


def test_a_unit_counts_by_its_middle() -> None:
    """Units of a drive from 5 s on: 5.0 to 5.1 has its middle at 5.05, in a label from 5.05 and not in one up to 5.05."""
    [kind] = agreement_of(nods((5.05, 5.25)), nods((5.0, 5.05)), 5.0, 6.0).kinds
    assert (kind.both, kind.only_a, kind.only_b, kind.neither) == (0, 2, 0, 8)


def test_ends_are_of_pairs_and_signs_do_not_cancel() -> None:
    """Starts 0.4 s late and 0.2 s early: 0.3 s apart on average, the later of them 0.4 s; B is 0.1 s late on average."""
    a, b = nods((10, 12), (30, 32), (50, 52)), nods((10.4, 12), (29.8, 32), (70, 71))
    found = agreement_of(a, b, 0.0, 100.0)
    [kind] = found.kinds
    assert (kind.paired, kind.unpaired_a, kind.unpaired_b) == (2, 1, 1)
    assert kind.starts is not None
    assert (kind.starts.mean_s, kind.starts.p95_s, kind.starts.b_later_s) == pytest.approx((0.3, 0.4, 0.1))
    assert kind.ends == Ends(0.0, 0.0, 0.0)
    assert [(one.t, one.who) for one in found.disagreements] == [(50, "a"), (70, "b")], "0.4 s apart is no disagreement"


def test_the_ninety_fifth_of_a_hundred_pairs() -> None:
    """Starts 0.01, 0.02, … 1.00 s apart: 95 of 100 are at most 0.95 s, and the mean is 0.505 s."""
    a = nods(*((10.0 * number, 10.0 * number + 5) for number in range(100)))
    b = nods(*((10.0 * number + (number + 1) / 100, 10.0 * number + 5) for number in range(100)))
    [kind] = agreement_of(a, b, 0.0, 1000.0).kinds
    assert kind.starts is not None
    assert (kind.starts.mean_s, kind.starts.p95_s) == pytest.approx((0.505, 0.95))


def test_one_long_label_has_one_partner_and_the_rest_is_a_disagreement() -> None:
    a, b = nods((10, 20)), nods((10, 13), (14, 20))
    assert pairs_of(a, b) == [(a[0], b[1])]
    found = agreement_of(a, b, 0.0, 60.0)
    assert [(one.t, one.end, one.who) for one in found.disagreements] == [(13, 14, "a")]


def test_a_short_label_that_the_other_does_not_have_is_a_disagreement() -> None:
    found = agreement_of(nods((10, 10.2)), [], 0.0, 60.0)
    assert found.disagreements == (Disagreement(10, 10.2, NODS, "a"),)


def test_kinds_stand_for_themselves_and_ratings_for_nothing() -> None:
    found = agreement_of([Label(0, 60, KSS, "", 7.0), *nods((5, 6))], [Label(5, 6, AWAY)], 0.0, 60.0)
    assert [(kind.kind, kind.only_a, kind.only_b) for kind in found.kinds] == [(AWAY, 0, 10), (NODS, 10, 0)]
    assert agreement_of([], [], 0.0, 60.0).kinds == ()


def test_files_of_others_beside_a_drive(tmp_path: Path) -> None:
    drive = tmp_path / "trip.mcap"
    for name in (
        "trip.mcap",
        "trip-2.jsonl",
        "trip-2.labels.csv",
        "trip.anna.labels.csv",
        "trip.labels.json",
        "trip.report.html",
    ):
        (tmp_path / name).write_text("")
    write_labels(tmp_path / "trip.labels.json", nods((1, 2)))
    ben = tmp_path / "trip-ben.eaf"
    ben.write_text(eaf_text(nods((1.5, 2.5)), ben, drive=drive, video=None, now=datetime.now(UTC)))
    assert [path.name for path in files_beside(drive)] == ["trip.labels.json", "trip-ben.eaf", "trip.anna.labels.csv"]
    assert labels_in(ben, drive) == nods((1.5, 2.5))
