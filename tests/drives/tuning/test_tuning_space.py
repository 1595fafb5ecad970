# ruff: noqa: E501 - one row of a table is one line
"""What a search may move, and what is said of a space that makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from dms.config.yaml_loader import read_yaml
from dms.decision.condition_schema import CueTest
from dms.decision.pack_loader import pack_names, pack_path
from dms.decision.sustained_schema import SustainedRule
from dms.drives.tuning.candidates import changes_of, check_bounds, load_original
from dms.drives.tuning.figures import opened_kinds
from dms.drives.tuning.parameters import find_parameter, parameters_of
from dms.drives.tuning.space import load_space, nice_step, space_names, space_path
from dms.errors import ConfigurationError
from tests.drives.tuning.tuning_ground import SPACE, opened, write_pack_and_space

TURNED = "rules.turned.ladder.advisory.after_s"
ANGLE = "rules.turned.when.above"


def test_every_number_of_a_pack_has_a_name_that_tells_rungs_and_cues() -> None:
    known = parameters_of(read_yaml(pack_path("default")).data)
    warning = known["rules.long_glance.ladder.warning.after_s"]
    angle = known["rules.head_away.when.above"]
    assert (warning.value, warning.unit) == (3.0, "s")
    assert (angle.value, angle.unit) == (15, "°")
    assert known["rules.drowsiness.ladder.warning.share.minute"].unit == ""
    assert find_parameter("rules.long_glance.ladder.0.after_s", known) == warning


@pytest.mark.parametrize("name", space_names())
def test_a_shipped_space_fits_its_pack(name: str) -> None:
    path = space_path(name)
    data = read_yaml(path).data
    assert isinstance(data, dict)
    tunes = str(data["tunes"])
    original = load_original(tunes)
    space = load_space(path, original.pack.name, original.data)
    check_bounds(space, original)
    for one in space.dimensions:
        assert one.lowest <= one.parameter.value <= one.highest
        assert one.value(one.parameter.value) == pytest.approx(one.parameter.value), "the pack's own value is on the grid"


def test_a_space_is_no_pack() -> None:
    assert space_names()
    assert "spaces" not in pack_names()
    assert len(pack_names()) == len(set(pack_names()))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("rules.turned.ladder.advisory.after_s", "rules.turnd.ladder.advisory.after_s", "3: parameters.rules.turnd.ladder.advisory.after_s: no number of pack story is called so; did you mean 'rules.turned.ladder.advisory.after_s'?"),
        ("rules.turned.when.until]", "rules.turned.when.untli]", "4: parameters.rules.turned.when.above: takes_along: rules.turned.when.untli: no number of pack story is called so; did you mean 'rules.turned.when.until'?"),
        ("rules.turned.ladder.advisory.after_s", "rules.turned.deadline_s", "3: parameters.rules.turned.deadline_s: deadline_s is not searched: it says what counts as missed"),
        ("rules.turned.ladder.advisory.after_s", "rules.turned.when.until", "4: parameters.rules.turned.when.above: rules.turned.when.until is moved by rules.turned.when.until already"),
        ("from: 1.0, to: 4.0", "from: 4.0, to: 1.0", "3: parameters.rules.turned.ladder.advisory.after_s: to 1 must be greater than from 4"),
        ("step: 0.25}", "step: 25}", "3: parameters.rules.turned.ladder.advisory.after_s: step 25: between 1 and 10000 steps must fit between from and to"),
        ("to: 4.0", "too: 4.0", "3: parameters.rules.turned.ladder.advisory.after_s.too: unknown key; did you mean 'to'?"),
        ("tunes: story", "tunes: story\nobjectives: [mises]", "2: objectives.0: 'mises': should be 'misses', 'false_alarms' or 'latency'"),
        ("tunes: story", "tunes: story\nobjectives: [misses, misses]", "1: the file: an objective stands twice"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_space_is_one_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        opened(tmp_path, space=SPACE.replace(old, new, 1))
    lines = [line.removeprefix(f"{tmp_path / 'space.yaml'}:") for line in str(caught.value).splitlines()]
    assert any(line.startswith(expected) for line in lines), lines


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("rules.turned.ladder.advisory.after_s: {from: -1, to: 4}", "-1.0: should be greater than or equal to 0"),
        ("rules.turned.when.above: {from: 10, to: 200, takes_along: [rules.turned.when.until]}", "200: head_away_deg lies between -180 and 180"),
        ("rules.turned.speed.from_kph: {from: 20, to: 500}", "should be less than or equal to 400"),
    ],
)  # fmt: skip
def test_bounds_that_the_schema_does_not_know_are_refused_before_anything_is_tried(
    tmp_path: Path, opening: str, expected: str
) -> None:
    original, space = opened(tmp_path, space=f"tunes: story\nparameters:\n  {opening}\n")
    with pytest.raises(ConfigurationError, match=r"space\.yaml:3: parameters") as caught:
        check_bounds(space, original)
    assert expected in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_hysteresis_that_is_taken_along_keeps_its_distance(tmp_path: Path) -> None:
    original, space = opened(tmp_path)
    changes = changes_of(space, {ANGLE: 20, TURNED: 2.0})
    assert changes == {("rules", "turned", "when", "above"): 20, ("rules", "turned", "when", "until"): 17}
    rule = original.candidate(changes).file.rules["turned"]
    assert isinstance(rule, SustainedRule)
    when = rule.when
    assert isinstance(when, CueTest)
    assert (when.above, when.until) == (20.0, 17.0)


def test_what_the_schema_knows_of_numbers_beside_one_another_holds_for_candidates() -> None:
    original = load_original("default")
    space = load_space(space_path("default"), "default", original.data)
    ladder = "rules.drowsiness.ladder"
    too_early = {f"{ladder}.advisory.share.minute": 0.14, f"{ladder}.warning.share.minute": 0.10}
    with pytest.raises(ConfigurationError, match="share must go up from rung to rung: warning asks for less than advisory"):
        original.candidate(changes_of(space, too_early))


def test_the_kinds_that_a_space_decides_about_come_from_rules_conditions_and_gates(tmp_path: Path) -> None:
    original = load_original("default")

    def kinds(name: str) -> frozenset[str]:
        (tmp_path / "s.yaml").write_text(f"tunes: default\nparameters:\n  {name}: {{from: 11, to: 60}}\n")
        return opened_kinds(load_space(tmp_path / "s.yaml", "default", original.data), original.pack)

    assert kinds("rules.head_away.when.above") == {"distraction.head_away"}
    assert kinds("speed_gates.cruising.from_kph") == {"fatigue.drowsiness"}
    assert "distraction.long" in kinds("conditions.looking_where_the_indicator_says.any.0.all.1.any.2.all.head_yaw_deg.above")
    assert len(kinds("arbitration.prompt_s")) > 8


@pytest.mark.parametrize(("low", "high", "step"), [(1.0, 4.0, 0.2), (10, 25, 1.0), (0.06, 0.14, 0.005), (0.0, 1.0, 0.05)])
def test_steps_that_nobody_named_are_round(low: float, high: float, step: float) -> None:
    assert nice_step(low, high) == step


def test_a_space_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no search space is called 'defalt'; did you mean 'default'"):
        space_path("defalt")
    write_pack_and_space(tmp_path)
    with pytest.raises(ConfigurationError, match="no such search space"):
        space_path(str(tmp_path / "missing.yaml"))
