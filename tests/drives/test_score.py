# ruff: noqa: E501 - a note is one line
"""Figures over several drives and drivers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.console.score_text import score_lines, score_notes
from dms.drives.scoring.confidence import Counts, intervals, quantile_intervals, share_interval
from dms.drives.scoring.matching import Match, Matching, RuleTime, match_drive, out_of_reach
from dms.drives.scoring.score import ALL, DriveScore, KindScore, Score, driver_of
from dms.quantiles import quantile
from dms.types import Alert, AlertKind, Label, Level, Phase

LONG, AWAY = AlertKind.DISTRACTION_LONG, AlertKind.DISTRACTION_HEAD_AWAY


def alert(kind: AlertKind = LONG, level: Level = Level.WARNING) -> Alert:
    return Alert(13.0, kind, level, Phase.RAISE, 10.0, "rule", "pack", {})


def drive(driver: str, *, latencies_s: tuple[float, ...] = (), missed: int = 0, false: tuple[Alert, ...] = ()) -> DriveScore:
    label = Label(10.0, 18.0, LONG)
    matched = tuple(Match(label, alert(), latency_s) for latency_s in latencies_s)
    matching = Matching(matched=matched, missed=(label,) * missed, unexpected=false)
    return DriveScore(Path(f"{driver}.mcap"), driver, matching, watched_s=1800.0, degraded_s=18.0)


def kind_of(score: Score, name: str) -> KindScore:
    return next(kind for kind in score.kinds if kind.kind == name)


def test_figures_pool_over_drives_and_advisories_disturb_nobody() -> None:
    false = (alert(), alert(AWAY, Level.ADVISORY), alert(AWAY, Level.ADVISORY))
    score = Score((drive("anna", latencies_s=(0.1, 0.3)), drive("ben", latencies_s=(0.2,), missed=1, false=false)))
    long, away, everything = (kind_of(score, name) for name in (LONG, AWAY, ALL))
    assert long.figures["recall"] == pytest.approx(3 / 4)
    assert long.figures["precision"] == pytest.approx(3 / 4)
    assert away.figures["false_per_hour"] == pytest.approx(2.0)
    assert everything.figures["false_per_hour"] == pytest.approx(1.0)
    assert [long.figures[f"latency_{name}_s"] for name in ("p50", "p95", "max")] == [0.2, 0.3, 0.3]
    assert score.degraded_share == pytest.approx(0.01)
    assert score.availability == pytest.approx(0.99)
    assert score.availability_interval == pytest.approx((0.99, 0.99))


def test_every_driver_has_the_same_figures_as_all_together() -> None:
    score = Score((drive("anna", latencies_s=(0.1, 0.3)), drive("ben", latencies_s=(0.2,), missed=1)))
    anna, ben = score.as_dict()["drivers"].values()
    assert (anna["recall"], ben["recall"]) == (1.0, 0.5)
    assert (anna["latency_p50_s"], ben["latency_max_s"]) == (0.1, 0.2)
    assert [kind["kind"] for kind in ben["kinds"]] == [LONG]
    assert (ben["kinds"][0]["missed"], ben["degraded_s"]) == (1, 18.0)


def test_a_figure_with_nothing_to_count_is_unknown_not_zero() -> None:
    score = Score((drive("anna", false=(alert(AWAY),)),))
    assert kind_of(score, AWAY).figures["recall"] is None
    assert kind_of(score, AWAY).figures["latency_p50_s"] is None


def test_one_driver_says_nothing_about_the_next() -> None:
    score = Score((drive("anna", latencies_s=(0.1,)), drive("anna", missed=1)))
    assert set(kind_of(score, LONG).intervals.values()) == {None}
    assert score.availability_interval is None


def interval(by_driver: list[Counts]) -> tuple[float, float] | None:
    return intervals(by_driver, {"recall": lambda counts: counts.recall})["recall"]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=8))
def test_the_interval_holds_the_figure_and_is_the_same_each_time(drivers: list[tuple[int, int]]) -> None:
    by_driver = [Counts(matched, missed, 0, 1.0) for matched, missed in drivers]
    pooled = sum(by_driver, Counts()).recall
    bounds = interval(by_driver)
    assert bounds == interval(by_driver)
    if pooled is not None and bounds is not None:
        shares = [counts.recall for counts in by_driver if counts.recall is not None]
        assert min(shares) <= bounds[0] <= bounds[1] <= max(shares)


def test_drivers_who_differ_more_make_a_figure_less_sure() -> None:
    alike = interval([Counts(8, 2, 0, 1.0)] * 10)
    unlike = interval([Counts(10, 0, 0, 1.0), Counts(6, 4, 0, 1.0)] * 5)
    assert alike == (0.8, 0.8)
    assert unlike is not None
    assert unlike[0] < 0.75 < 0.85 < unlike[1]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.floats(-1.0, 5.0), max_size=6), min_size=2, max_size=6))
def test_a_latencys_interval_lies_among_the_latencies_that_occurred(by_driver: list[list[float]]) -> None:
    found = quantile_intervals(by_driver, {"p50": 0.5, "max": 1.0})
    values = [value for values in by_driver for value in values]
    if not values:
        assert found == {"p50": None, "max": None}
        return
    for bounds in found.values():
        assert bounds is not None
        assert set(bounds) <= set(values)
        assert bounds[0] <= bounds[1]


def test_a_late_driver_widens_the_interval_of_the_latency() -> None:
    quick, slow = [0.1] * 10, [0.9] * 10
    assert quantile_intervals([quick] * 5, {"p95": 0.95})["p95"] == (0.1, 0.1)
    assert quantile_intervals([quick] * 4 + [slow], {"p95": 0.95})["p95"] == (0.1, 0.9)


def test_a_share_over_drivers_who_are_alike_is_sure() -> None:
    assert share_interval([(9.0, 10.0)] * 4) == pytest.approx((0.9, 0.9))
    assert share_interval([(9.0, 10.0)]) is None


@pytest.mark.parametrize(
    ("path", "metadata", "driver"),
    [
        ("corpus/driver07-drowsy.jsonl", {}, "driver07"),
        ("corpus/driver07/evening.mcap", {}, "driver07"),
        ("trials/driver_1/driver-anna_evening.mcap", {}, "driver-anna"),
        ("drivers/anna.mcap", {}, "anna"),
        ("driver_monitoring/drive 5.mcap", {}, "drive 5"),
        ("driver_monitoring/Driver B2/x.mcap", {}, "Driver B2"),
        ("screwdriver5.mcap", {}, "screwdriver5"),
        ("corpus/evening.mcap", {"driver": "seat 3"}, "seat 3"),
        ("corpus/evening.mcap", {}, "evening"),
    ],
)
def test_whose_drive_it_is(path: str, metadata: dict[str, str], driver: str) -> None:
    assert driver_of(Path(path), metadata) == driver


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2.0), (0.51, 3.0), (0.95, 4.0), (1.0, 4.0), (0.0, 1.0)])
def test_quantiles_are_values_that_occurred(share: float, expected: float) -> None:
    assert quantile([4.0, 1.0, 3.0, 2.0], share) == expected


def test_a_closure_that_is_over_before_the_pack_speaks_is_out_of_reach_and_a_longer_one_is_missed() -> None:
    times = {"asleep": RuleTime("fatigue.microsleep", 1.5, 2.2)}
    labels = (Label(10.0, 11.2, "fatigue.microsleep"), Label(20.0, 22.0, "fatigue.microsleep"))
    matching = match_drive(labels, (), times)
    own = DriveScore(
        Path("a.mcap"),
        "a",
        matching,
        100.0,
        0.0,
        out_of_reach=out_of_reach(matching.missed, times),
        own_times_s={"fatigue.microsleep": 1.5},
    )
    assert (own.out_of_reach, own.missed) == (labels[:1], labels[1:])
    assert own.counts("fatigue.microsleep").labels == 1
    assert (
        "cannot be met by this pack, and is not scored: fatigue.microsleep: 1 label of 1.20 s, over before the pack's own time of 1.5 s"
        in [*score_notes(Score((own,)))]
    )


def test_labels_that_no_rule_is_for_are_told_apart_from_those_that_are_too_short() -> None:
    matching = Matching(uncovered=(Label(1.0, 4.0, "distraction.smoking"), Label(10.0, 12.5, "distraction.smoking")))
    score = Score((DriveScore(Path("a.mcap"), "a", matching, 100.0, 0.0),))
    assert "cannot be met by this pack, and is not scored: distraction.smoking: 2 labels, and the pack has no such rule" in [
        *score_notes(score)
    ]
    [unmet] = score.as_dict()["cannot_meet"]
    assert (unmet["kind"], unmet["labels"], unmet["reason"]) == ("distraction.smoking", 2, "no rule of this kind")


def test_glances_that_add_up_may_have_begun_before_their_label() -> None:
    times = {"shared": RuleTime("distraction.cumulative", 10.0, None)}
    missed = (Label(10.0, 14.0, "distraction.cumulative"),)
    assert out_of_reach(missed, times) == ()


def test_a_kind_that_nobody_labelled_is_not_false_and_stands_apart() -> None:
    """Somebody who looked for long glances alone has not said that every warning of a turned head is wrong."""
    score = Score((drive("anna", latencies_s=(0.1,), false=(alert(AWAY), alert(AWAY), alert(LONG))),))
    away, long, everything = (kind_of(score, name) for name in (AWAY, LONG, ALL))
    assert (away.labelled, long.labelled, everything.labelled) == (False, True, True)
    assert (everything.counts.false, everything.figures["precision"]) == (1, 0.5)
    assert (away.counts.false, away.figures["precision"]) == (2, None)
    [table_line] = [line for line in score_lines(score, "mine") if AWAY in line]
    assert table_line == f"  not judged, as nobody labelled the kind: 2 alerts of {AWAY} (4.00 an hour)"


def test_what_one_drive_has_labels_of_is_false_in_another_without() -> None:
    """Ben's drive was watched and nothing happened in it: the glance that is told there did not take place."""
    score = Score((drive("anna", latencies_s=(0.1,)), drive("ben", false=(alert(LONG), alert(AWAY)))))
    assert kind_of(score, ALL).counts.false == 1
    assert [kind_of(own, ALL).counts.false for own in score.by_driver.values()] == [0, 1]
