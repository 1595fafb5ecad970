# ruff: noqa: E501 - one row of a table is one line
"""The packs that ship, and what is said of packs that cannot be honoured."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from dms.decision.in_words import explain_pack
from dms.decision.pack_loader import load_pack, pack_names
from dms.decision.pack_schema import pack_json_schema
from dms.errors import ConfigurationError
from dms.resources import resource_directory

SHIPPED = [
    "attend", "awareness-countdown", "awareness-countdown-dcas", "cn-fleet-jt808-inspired", "cn-gbt41797-inspired", "default",
    "eu-addw-inspired", "eu-ddaw-inspired", "euroncap-2026-inspired", "research-perclos", "unece-r157-inspired", "unece-r171-inspired",
]  # fmt: skip
A_PACK = """\
pack: mine
title: Mine
speed_gates:
  moving: {from_kph: 20}
conditions:
  away: {cue: off_road, is: true}
rules:
  look:
    kind: sustained
    alert: distraction.long
    when: away
    speed: moving
    ladder:
      - {level: advisory, after_s: 2}
      - {level: warning, after_s: 3}
  doze:
    kind: ratio
    alert: fatigue.drowsiness
    when: {cue: eyes_closed, is: true}
    windows: {minute: {window_s: 60, usable_s: 30}}
    ladder: [{level: advisory, share: {minute: 0.1}}]
    clear: {share_below: {minute: 0.05}}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_pack(str(path))
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def test_the_packs_of_the_design_ship() -> None:
    assert sorted(pack_names()) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_loads_under_its_name_with_its_hash_and_can_be_explained(name: str) -> None:
    pack = load_pack(name)
    assert pack.name == name
    assert pack.sha256 == hashlib.sha256(pack.path.read_bytes()).hexdigest()
    assert name in explain_pack(pack)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_of_a_shipped_pack_has_a_source(name: str) -> None:
    numbers = re.compile(r"(after_s|total_s|spent_s|window_s|from_kph|for_s|add_s|capacity_s|cooldown_s|rewarn_s): *[\d{]")
    lines = load_pack(name).path.read_text().splitlines()
    mark, unmarked = re.compile(r"\[(P|S1|S2|M|D)\]"), []
    sourced: set[str] = set()
    for number, line in enumerate(lines):
        code = line.split("#")[0].strip()
        if mark.search(line) or (number and lines[number - 1].strip().startswith("#") and mark.search(lines[number - 1])):
            sourced.add(code)
        elif numbers.search(code) and code not in sourced:
            unmarked.append(f"{number + 1}: {line}")
    assert unmarked == []


def test_the_default_pack_raises_what_it_has_to() -> None:
    kinds = {rule.alert for rule in load_pack("default").file.rules.values()}
    assert kinds >= {
        "distraction.head_away", "distraction.long", "fatigue.microsleep", "fatigue.sleep", "fatigue.drowsiness",
        "fatigue.yawning", "driver.absent", "system.degraded",
    }  # fmt: skip


def test_a_pack_of_ones_own_is_found_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(A_PACK)
    assert load_pack(str(tmp_path / "mine.yaml")).name == "mine"


def test_an_unknown_pack_names_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="no rule pack is called 'defualt'; did you mean 'default'"):
        load_pack("defualt")
    with pytest.raises(ConfigurationError, match="no such rule pack"):
        load_pack("./missing.yaml")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("title: Mine", "titel: Mine", "2: titel: unknown key; did you mean 'title'?"),
        ("after_s: 2}", "after_ms: 2000}", "14: rules.look.ladder.0.after_ms: unknown key; times are in seconds, in keys that end in _s"),
        ("after_s: 2}", "after_s: 2 s}", "14: rules.look.ladder.0.after_s: '2 s': a number is wanted"),
        ("after_s: 2}", "after_s: .nan}", "14: rules.look.ladder.0.after_s: .nan: a number must be finite"),
        ("after_s: 2}", "after_s: -2}", "14: rules.look.ladder.0.after_s: -2: should be greater than or equal to 0"),
        ("after_s: 2}", "after_s: 4}", "13: rules.look.ladder: after_s must go up from rung to rung: 3 stands after 4"),
        ("level: warning", "level: info", "13: rules.look.ladder: levels must go up from rung to rung: info stands after advisory"),
        ("level: warning", "level: wraning", "15: rules.look.ladder.1.level: 'wraning': unknown level; did you mean 'warning'?"),
        ("kind: sustained", "kind: sustaned", "8: rules.look: kind 'sustaned' is unknown; did you mean 'sustained'?"),
        ("alert: distraction.long", "alert: distraction.lang", "10: rules.look.alert: 'distraction.lang': unknown kind of alert; did you mean 'distraction.long'?"),
        ("cue: off_road, is: true", "cue: of_road, is: true", "6: conditions.away.cue: 'of_road': unknown cue; did you mean 'off_road'?"),
        ("cue: off_road, is: true", "cue: off_road, above: 1", "6: conditions.away: off_road is a truth: it can be tested with is or present, not with above"),
        ("cue: off_road, is: true", "cue: off_road, is: 'yes'", "6: conditions.away: is 'yes': off_road is true or false"),
        ("cue: off_road, is: true", "cue: head_yaw_deg, beyond: 200", "6: conditions.away: beyond 200: head_yaw_deg lies between -180 and 180"),
        ("cue: off_road, is: true", "cue: head_yaw_deg, above: 15, until: 20", "6: conditions.away: until 20 must be less than above 15"),
        ("cue: off_road, is: true", "cue: gaze_zone, in: [miror_left]", "6: conditions.away: 'miror_left' is no value of gaze_zone; did you mean 'mirror_left'?"),
        ("cue: off_road, is: true", "cue: camera, is: dirty", "6: conditions.away: 'dirty' is no value of camera; known: blurred, covered, dark"),
        ("cue: off_road, is: true", "raised: distraction.phone", "6: conditions.away: no rule of this pack raises distraction.phone"),
        ("when: away", "when: awya", "11: rules.look.when: 'awya': no condition of this name under 'conditions'; did you mean 'away'?"),
        ("speed: moving", "speed: mooving", "12: rules.look.speed: 'mooving': no gate of this name under 'speed_gates'; did you mean 'moving'?"),
        ("from_kph: 20", "from_kmh: 20", "4: speed_gates.moving.from_kmh: unknown key; speeds are in km/h, in keys that end in _kph"),
        ("from_kph: 20", "from_kph: 20, below_kph: 15", "4: speed_gates.moving: below_kph 15 must be more than"),
        ("share: {minute: 0.1}", "share: {minute: 10}", "21: rules.doze.ladder.0.share.minute: 10: should be less than or equal to 1"),
        ("share: {minute: 0.1}", "share: {minte: 0.1}", "16: rules.doze: 'minte' is not one of the windows; did you mean 'minute'?"),
        ("share_below: {minute: 0.05}", "share_below: {minute: 0.5}", "16: rules.doze: clear.share_below must not be more than the share of the first rung"),
        ("usable_s: 30", "usable_s: 90", "20: rules.doze.windows.minute: usable_s 90 is more than window_s 60"),
        ("speed: moving", "gap_tolerance_s: 0.2", "12: rules.look.gap_tolerance_s: 0.2: should be less than 0.2"),
        ("windows: {minute", "deadline_s: 9\n    windows: {minute", "16: rules.doze: deadline_s is for sustained rules; this one builds up with breaks"),
        ("speed: moving", "acknowledge: maybe", "12: rules.look.acknowledge: 'maybe': should be 'no', 'this_time' or 'until_new_drive'"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_clear_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in A_PACK
    found = problems(tmp_path, A_PACK.replace(old, new, 1))
    assert len(found) == 1 + ("titel" in new)
    assert any(line.startswith(expected) for line in found), found


def test_a_condition_made_of_itself_is_refused(tmp_path: Path) -> None:
    text = A_PACK.replace("  away: {cue: off_road, is: true}", "  away: {not: back}\n  back: {any: [away]}")
    assert problems(tmp_path, text) == ["6: conditions.away: the condition is made of itself"]


def test_all_mistakes_of_a_pack_come_at_once(tmp_path: Path) -> None:
    text = (
        A_PACK.replace("after_s: 3", "after_s: soon").replace("usable_s: 30", "usable_s: 030").replace("when: away", "when: awya")
    )
    assert [line.split(":")[0] for line in problems(tmp_path, text)] == ["11", "15", "20"]


def test_the_json_schema_for_editors_is_that_of_the_program() -> None:
    kept = json.loads((resource_directory("rules") / "schema" / "pack.schema.json").read_text())
    assert kept == json.loads(json.dumps(pack_json_schema())), "write it anew: dms rules schema > rules/schema/pack.schema.json"
