"""Which pack is worth taking, and whether what it gained holds for drivers whom the search never saw."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.drives.scoring.matching import Match, Matching
from dms.drives.studies.verdict_words import verdict_lines
from dms.drives.tuning.figures import MEASURES, Figures, Tried, difference_interval, figures_of, goal_values
from dms.drives.tuning.front import choose, pareto_front, thinned
from dms.drives.tuning.space import OBJECTIVES
from dms.drives.tuning.split import held_out_drivers
from dms.drives.tuning.study import TrialResult
from dms.drives.tuning.verdict import verdicts
from dms.errors import DriveError
from dms.types import Alert, AlertKind, Label, Level, Phase
from tests.drives.tuning.tuning_ground import opened

AFTER, ANGLE, CLOSED = (
    "rules.turned.ladder.advisory.after_s",
    "rules.turned.when.above",
    "rules.asleep.ladder.urgent.after_s",
)


def figures(misses: int, false: int, latency_s: float = 0.0, labels: int = 20) -> Figures:
    return Figures(labels, misses, false, 1.0, latency_s * (labels - misses), labels - misses)


def alert(kind: AlertKind, level: Level) -> Alert:
    return Alert(13.0, kind, level, Phase.RAISE, 10.0, "rule", "pack", {})


def test_false_advisories_count_where_the_search_may_change_them() -> None:
    away, yawn = AlertKind.DISTRACTION_HEAD_AWAY, AlertKind.FATIGUE_YAWNING
    label = Label(10.0, 18.0, away)
    false = (alert(away, Level.ADVISORY), alert(yawn, Level.ADVISORY), alert(yawn, Level.WARNING))
    matching = Matching(matched=(Match(label, alert(away, Level.ADVISORY), 0.2),), missed=(label,), unexpected=false)
    found = figures_of([Tried(Path("driver1"), "driver1", 0.5, matching)], frozenset({away}))
    assert (found.labels, found.misses, found.false_alarms) == (2, 1, 2)
    assert found.false_per_hour == pytest.approx(4.0)
    assert found.latency_s == pytest.approx(0.2)


def test_latencies_that_no_driver_tells_apart_are_the_same_goal() -> None:
    assert goal_values(figures(1, 2, 0.30), OBJECTIVES) == goal_values(figures(1, 2, 0.31), OBJECTIVES)
    assert goal_values(figures(20, 2), OBJECTIVES)[2] > 10, "a pack that answers nothing is not fast"


goals = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4))


@given(st.lists(goals, min_size=1, max_size=30))
def test_the_front_is_what_nothing_beats(tmp_path_factory: pytest.TempPathFactory, found: list[tuple[int, int, int]]) -> None:
    _, space = opened(tmp_path_factory.mktemp("front"))
    values = {AFTER: 2.0, ANGLE: 15, CLOSED: 1.5}
    front = pareto_front([TrialResult(number, values, goals) for number, goals in enumerate(found)], space)
    on_front = {one.goals for one in front}
    assert len(on_front) == len(front)
    for goals in found:
        beaten = any(other != goals and all(a <= b for a, b in zip(other, goals, strict=True)) for other in found)
        assert (goals in on_front) != beaten


def test_of_two_packs_that_do_the_same_the_one_that_changes_less_stands_for_both(tmp_path: Path) -> None:
    _, space = opened(tmp_path)
    much = TrialResult(1, {AFTER: 4.0, ANGLE: 45, CLOSED: 2.5}, (1.0, 1.0, 0.0))
    little = TrialResult(2, {AFTER: 2.0, ANGLE: 20, CLOSED: 1.5}, (1.0, 1.0, 0.0))
    assert pareto_front([much, little], space) == [little]


def test_a_long_front_is_thinned_evenly_with_both_ends(tmp_path: Path) -> None:
    front = [TrialResult(number, {}, (float(number), 0.0, 0.0)) for number in range(30)]
    assert [one.number for one in thinned(front, 4)] == [0, 10, 19, 29]
    assert thinned(front[:3], 4) == front[:3]


@pytest.mark.parametrize(
    ("choice", "place"), [("better", 1), ("misses", 0), ("false_alarms", 3), ("latency", 2), ("f1", 1)]
)  # fmt: skip
def test_which_pack_is_taken_can_be_said(choice: str, place: int) -> None:
    front = [figures(0, 30), figures(2, 3), figures(4, 6, -0.5), figures(9, 1)]
    found, reason = choose(front, figures(4, 6), OBJECTIVES, choice)  # type: ignore[arg-type]
    assert found == place
    assert "tuning drives" in reason


def test_the_pack_stays_when_every_gain_costs_something() -> None:
    place, reason = choose([figures(0, 30), figures(9, 1)], figures(4, 6), OBJECTIVES, "better")
    assert place is None
    assert "--pick" in reason


def test_no_driver_is_on_both_sides_and_every_kind_is_where_it_can_be() -> None:
    labels = {f"driver{number:02d}": ["fatigue.microsleep"] * 3 if number % 4 == 1 else [] for number in range(20)}
    for seed in range(5):
        held_out = held_out_drivers(labels, 0.3, seed)
        assert len(held_out) == 6
        assert sum(bool(labels[driver]) for driver in held_out) in (1, 2)
    assert held_out_drivers(labels, 0.3, 1) == held_out_drivers(labels, 0.3, 1)
    assert held_out_drivers(labels, 0.3, 1) != held_out_drivers(labels, 0.3, 2)


def test_one_driver_cannot_be_held_out_from_himself() -> None:
    with pytest.raises(DriveError, match=r"all drives are of one driver \(anna\).*--no-holdout"):
        held_out_drivers({"anna": ["fatigue.sleep"]}, 0.3, 0)


def side(*drivers: Figures) -> dict[str, Figures]:
    return {f"driver{number}": one for number, one in enumerate(drivers)}


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ([(10, 0)] * 6, [(2, 0)] * 6, "holds"),
        ([(10, 0)] * 6, [(2, 0), (10, 0), (10, 0), (11, 0), (9, 0), (10, 0)], "unsure"),
        ([(10, 0)] * 6, [(10, 0)] * 6, "lost"),
        ([(10, 0)] * 6, [(12, 0)] * 6, "lost"),
    ],
)  # fmt: skip
def test_a_gain_survives_only_where_the_held_out_drivers_gain_too(
    before: list[tuple[int, int]], after: list[tuple[int, int]], finding: str
) -> None:
    held_out = side(*(figures(*one) for one in before)), side(*(figures(*one) for one in after))
    misses = verdicts(["misses"], (figures(10, 5), figures(2, 5)), held_out)[0]
    assert misses.finding == finding
    assert misses.tuning_change == pytest.approx(-0.4)


def test_what_got_worse_for_the_held_out_drivers_alone_is_said() -> None:
    held_out = side(*[figures(5, 1)] * 6), side(*[figures(5, 9)] * 6)
    false = verdicts(["false_alarms"], (figures(5, 3), figures(5, 3)), held_out)[0]
    assert false.finding == "worse"


@pytest.mark.parametrize(
    ("before", "after", "finding", "headline"),
    [
        (0, 0, "nothing to gain", "for the held-out drivers there was nothing to gain: whether the gain holds is not known"),
        (0, 1, "lost", "THE GAIN IN FALSE ALARMS DOES NOT SURVIVE the hold-out"),
        (3, 3, "lost", "THE GAIN IN FALSE ALARMS DOES NOT SURVIVE the hold-out"),
    ],
)
def test_who_had_nothing_to_gain_is_no_witness_against_a_gain(before: int, after: int, finding: str, headline: str) -> None:
    held_out = side(*[figures(5, before)] * 6), side(*[figures(5, after)] * 6)
    judged = verdicts(["false_alarms"], (figures(5, 9), figures(5, 3)), held_out)
    assert judged[0].finding == finding
    said = list(verdict_lines(judged))
    assert said[0] == headline
    assert ("there was nothing to gain" in said[1]) is (finding == "nothing to gain")


def test_the_same_drivers_are_drawn_for_both_packs() -> None:
    before, after = side(figures(2, 1), figures(18, 1), figures(9, 1)), side(figures(1, 1), figures(17, 1), figures(8, 1))
    low, high = difference_interval(before, after, MEASURES["misses"]) or (0.0, 0.0)
    assert (low, high) == (pytest.approx(-0.05), pytest.approx(-0.05)), "every driver gained one label of twenty"
    assert difference_interval(side(figures(2, 1)), side(figures(1, 1)), MEASURES["misses"]) is None
