"""Tuning knows no kinds of rule: what it has to know of a pack it reads off the pack's own parts."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from dms.decision.condition_schema import Condition, CueName, CueTest, PackPart
from dms.decision.pack_loader import load_pack, pack_names
from dms.decision.rule_parts import Rung
from dms.drives.tuning.candidates import changes_of, load_original
from dms.drives.tuning.figures import opened_kinds
from dms.drives.tuning.moments import thresholds_of
from dms.drives.tuning.pack_parts import conditions_behind, cues_in, parts_of
from dms.drives.tuning.parameters import parameters_of
from tests.drives.drive_making import write_jsonl
from tests.drives.tuning.tuning_ground import a_drive, opened, some_workers, write_drives

PACK = """\
pack: five
title: One rule of each kind
conditions:
  turned: {cue: head_away_deg, above: 15, until: 12}
  shut: {cue: eyes_closed, is: true}
rules:
  long: {kind: sustained, alert: distraction.long, when: turned, ladder: [{level: warning, after_s: 2.0}]}
  often:
    {kind: cumulative, alert: distraction.cumulative, when: turned, window_s: 20, ladder: [{level: warning, total_s: 4.0}]}
  share:
    kind: ratio
    alert: fatigue.drowsiness
    when: shut
    windows: {minute: {window_s: 20, usable_s: 5}}
    ladder: [{level: advisory, share: {minute: 0.08}}]
    clear: {share_below: {minute: 0.05}}
  buffer:
    kind: budget
    alert: distraction.head_away
    capacity_s: 3
    drain: [{when: turned}]
    ladder: [{level: advisory, spent_s: 2.0}]
  again:
    kind: count
    alert: fatigue.microsleep
    of: [{becomes: shut}]
    within_s: 30
    ladder: [{level: advisory, at_least: 1}]
"""
MOVED = {
    "rules.long.ladder.warning.after_s": (1.0, 3.0, "distraction.long"),
    "rules.often.ladder.warning.total_s": (3.0, 6.0, "distraction.cumulative"),
    "rules.share.ladder.advisory.share.minute": (0.06, 0.3, "fatigue.drowsiness"),
    "rules.buffer.ladder.advisory.spent_s": (1.0, 2.5, "distraction.head_away"),
    "rules.again.within_s": (10, 60, "fatigue.microsleep"),
}


@pytest.mark.parametrize("name", MOVED)
def test_each_kind_of_rule_is_tuned_in_the_same_way(name: str, tmp_path: Path) -> None:
    lowest, highest, kind = MOVED[name]
    original, space = opened(tmp_path, PACK, f"tunes: five\nparameters:\n  {name}: {{from: {lowest}, to: {highest}}}\n")
    assert opened_kinds(space, original.pack) == {kind}
    drive = write_jsonl(tmp_path / "driver1.jsonl", iter(a_drive(1)))
    packs = [changes_of(space, {name: value}) for value in (lowest, space.dimensions[0].parameter.value, highest)]
    with some_workers(tmp_path, original, space, [drive]) as workers:
        assert len(list(workers.prepare())) == 1
        quick, whole = workers.quick(packs, [drive]), workers.whole(packs, [drive])
    assert [[alert.kind for alert in side[0].matching.unexpected] for side in quick] == [
        [alert.kind for alert in side[0].matching.unexpected] for side in whole
    ]
    assert any(side[0].matching.unexpected or side[0].matching.matched for side in whole)


class Rhythm(PackPart):
    """Part of a kind of rule that nobody has thought of."""

    follows: CueName
    paused_by: list[Condition]


class RhythmRule(PackPart):
    """A kind of rule that nobody has thought of."""

    kind: Literal["rhythm"]
    alert: str
    says: str
    speed: str | None = None
    beat: Rhythm
    unless: Condition | None = None
    ladder: list[Rung]

    def raised_in_words(self) -> Iterator[str]:
        yield "when the driver sways"

    def rung_in_words(self, index: int) -> str:
        return f"sways {index}"


def test_a_kind_of_rule_that_nobody_has_thought_of_needs_nothing_here(tmp_path: Path) -> None:
    original, space = opened(tmp_path, PACK, "tunes: five\nparameters:\n  conditions.turned.above: {from: 13, to: 20}\n")
    rule = RhythmRule(
        kind="rhythm",
        alert="fatigue.yawning",
        says="off_road shut",
        beat=Rhythm(follows="mouth_openness", paused_by=["shut", CueTest.model_validate({"cue": "off_road", "is": True})]),
        unless="turned",
        ladder=[Rung(level="advisory")],
    )
    file = original.pack.file.model_copy(update={"rules": {**original.pack.file.rules, "sway": rule}})
    pack = type(original.pack)("five", original.pack.sha256, original.pack.path, file)
    assert cues_in(rule) == {"mouth_openness", "off_road"}
    assert conditions_behind(rule, file) == {"shut", "turned"}
    assert "fatigue.yawning" in opened_kinds(space, pack)
    limits = thresholds_of(pack, space)
    assert (-math.inf, math.inf) in limits["mouth_openness"].ranges, "followed, and not only compared: every change counts"
    assert (13.0, 20.0) in limits["head_away_deg"].ranges


SWING_PACK = """\
pack: swing
title: A head that swings
rules:
  swings:
    {kind: swing, alert: distraction.head_away, follows: head_yaw_deg, within_s: 1.0, ladder: [{level: advisory, swing: 30}]}
"""


def test_a_kind_of_rule_from_outside_is_tuned_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "swing.yaml").write_text(SWING_PACK)
    (tmp_path / "space.yaml").write_text(
        "tunes: swing\nparameters:\n  rules.swings.ladder.advisory.swing: {from: 20, to: 60, step: 20}\n"
    )
    write_drives(tmp_path / "drives", 2)
    words = ["dms", "tune", tmp_path / "drives", "--rules", tmp_path / "swing.yaml", "--space", tmp_path / "space.yaml"]
    options = ["--sweep", "rules.swings.ladder.advisory.swing", "--out", tmp_path, "--cues", tmp_path / "cues", "--processes", 1]
    program = (
        "import sys, tests.drives.tuning.swing_kind\nfrom dms.cli.app import main\n"
        f"sys.argv = {[str(word) for word in (*words, *options)]!r}\nmain()\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert answer.returncode == 0, answer.stderr
    rows = list(csv.DictReader((tmp_path / "sweep-rules.swings.ladder.advisory.swing.csv").read_text().splitlines()))
    misses = {row["rules.swings.ladder.advisory.swing"]: int(row["misses"]) for row in rows}
    assert misses["20"] == 0, "the head is turned by forty degrees"
    assert misses["60"] == 2, "and never by more"


@pytest.mark.parametrize("name", pack_names())
def test_every_number_of_a_pack_is_found_among_its_parts(name: str) -> None:
    data = load_original(name).data
    places = {path for _, path in parts_of(load_pack(name).file)}
    for one in parameters_of(data).values():
        assert any(one.path[:depth] in places for depth in range(1, len(one.path))), one.name
