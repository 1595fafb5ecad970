# ruff: noqa: E501 - a line of the explanation is one line
"""A pack in words is complete: whatever key of a pack one changes, the words change with it. And they are words."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from dms.config.yaml_loader import parse_yaml
from dms.decision.cue_catalog import CUES
from dms.decision.cue_words import SAID
from dms.decision.in_words import explain_pack
from dms.decision.pack_loader import Pack, load_pack, pack_from, pack_names
from dms.decision.pack_schema import PackFile
from dms.decision.rule_kinds import RULE_KINDS
from dms.errors import ConfigurationError
from dms.types import AlertKind, Level

EVERYTHING = """\
pack: everything
title: Every key that there is
description: For a test.
conditions:
  away: {cue: off_road, is: true}
  far: {all: [{cue: head_yaw_deg, above: 30, until: 25}, {cue: head_pitch_deg, below: -5}, {cue: kss, at_least: 7}]}
  near: {any: [{cue: kss, at_most: 4}, {cue: steering_deg, beyond: 20, unknown: true}, {not: away}]}
  phone: {cue: phone, in: [at_ear]}
  no_phone: {cue: phone, not_in: [mounted]}
  blind: {cue: degraded, present: true}
  told: {raised: distraction.cumulative, at_least: warning}
speed_gates:
  moving: {from_kph: 20, below_kph: 90, hysteresis_kph: 2}
  fast: {from_kph: 60}
without_speed:
  distraction_at_most: advisory
  absence_at_most: warning
  others_at_most: urgent
  times: 1.5
  distraction_apart_s: 40
  looks_apart_s: 15
  strict_for_s: 50
  hint_after_s: 70
arbitration: {audible_from: warning, continuous_from: urgent, prompt_s: 3.5}
rules:
  look:
    kind: sustained
    alert: distraction.long
    says: Look at the road.
    when: away
    speed: moving
    standing: counts
    only_while: near
    arm: [{when: far, for_s: 20}]
    suppress: [{when: phone, reason: call, at_most_s: 6}]
    clear: {when: no_phone, for_s: 2, tolerance_s: 0.3}
    latch_from: urgent
    latch_until: blind
    once: true
    cooldown_s: 30
    cooldown_up_to_s: 90
    cooldown_while: {when: blind, keeps_s: 3}
    rewarn_s: 10
    deadline_s: 9
    acknowledge: this_time
    priority: 33
    source: somebody
    gap_tolerance_s: 0.1
    more_time: [{when: far, add_s: 0.5, keeps_s: 0.2}]
    carry_on: {when: blind, after_s: 0.4}
    forget_s: 20
    gaps_count: true
    ladder:
      - {level: info, after_s: {cue: speed_kph, points: [[40, 4], [80, 3]]}, request: a_chime}
      - {level: warning, after_s: 6}
      - {level: emergency, plus_s: 2}
  gone:
    kind: sustained
    alert: driver.absent
    when: {cue: face_missing, is: true}
    speed: fast
    ladder: [{level: warning, after_s: 5}]
  glances:
    kind: cumulative
    alert: distraction.cumulative
    when: away
    speed: {from_kph: 10}
    window_s: 30
    tolerance_s: 0.2
    reset: {when: near, for_s: 3}
    ladder: [{level: warning, total_s: 10, request: a_chime}]
  drowsy:
    kind: ratio
    alert: fatigue.drowsiness
    when: {cue: eyes_closed, is: true}
    speed: moving
    at_least_s: 0.2
    at_least_times: 2
    windows: {minute: {window_s: 60, usable_s: 30}}
    ladder: [{level: advisory, share: {minute: 0.1}, request: a_chime}]
    clear: {share_below: {minute: 0.05}, for_s: 4}
  buffer:
    kind: budget
    alert: distraction.head_away
    capacity_s: 12
    drain: [{when: far, rate: 2, free_s: 1}]
    refill: {rate_full: 1.5, rate_empty: 4, after_s: 0.2, when: near}
    freeze: blind
    refilled_by: [interaction]
    refilled_while: no_phone
    smoothing: {time_constant_s: 0.3, on_above: 0.6, off_below: 0.4}
    ladder: [{level: advisory, spent_s: 5, request: a_chime}]
    clear: {for_s: 1, spent_below_s: 3}
  signs:
    kind: count
    alert: driver.availability
    of:
      - {event: yawn, at_least_s: 1.5}
      - {raised: distraction.cumulative, at_least: warning}
      - {driver: interaction}
      - {becomes: near}
      - {holds: far}
      - {moves: head_yaw_deg, by: 5}
    within_s: 40
    distinct: true
    ladder: [{level: info, fewer_than: 3, for_s: 2, request: a_chime}]
  yawns:
    kind: count
    alert: fatigue.yawning
    of: [{event: yawn}]
    distinct: false
    within_s: 600
    ladder: [{level: info, at_least: 4}]
"""
"""A pack in which every key of the schema stands once at least."""

Path_ = tuple[str | int, ...]
NAMES = ("away", "far", "moving", "fast", "a-name")
WORDS = {
    "alert": tuple(AlertKind),
    "raised": ("fatigue.drowsiness",),
    "cue": ("head_yaw_deg", "gaze_yaw_deg", "eyes_closed", "phone", "off_road", "gaze_zone", "degraded", "camera"),
    "moves": ("gaze_yaw_deg",),
    "acknowledge": ("no", "this_time"),
    "standing": ("does_not_count",),
    "event": ("nod",),
    "driver": ("acknowledge",),
    "in": ("handheld",),
    "not_in": ("handheld",),
    "refilled_by": ("acknowledge",),
    "kind": (),
}
"""What may stand in place of a word, by its key; for other keys a level or a name."""
ONE_WAY = {("rules", "signs", "distinct"), ("rules", "glances", "alert")}
"""A value that can be no other in this place; the key stands in another place as well."""


def pack_of(data: Any) -> Pack:
    return pack_from(parse_yaml(json.dumps(data), "everything.yaml"), "0" * 64)


def leaves(data: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The paths of all values."""
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, (*path, key))
    else:
        yield path


def others(value: Any, path: Path_) -> Iterable[Any]:
    """Values that may stand in place of one."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        numbers = (value * 1.25, value * 0.75, value + 1, value - 1, value + 0.01)
        return [round(number, 3) if isinstance(value, float) else int(number) for number in numbers]
    key = next(key for key in reversed(path) if isinstance(key, str))
    words = WORDS.get(key, (*Level, *NAMES))
    return [str(word) for word in words if word != value]


def changed(data: Any, path: Path_, value: Any) -> Any:
    copied = copy.deepcopy(data)
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copied


def packs_with_another(data: Any, path: Path_) -> Iterator[Pack]:
    """The pack with other values at this path, as far as they are valid and mean something else."""
    value = data
    for key in path:
        value = value[key]
    for other in others(value, path):
        try:
            pack = pack_of(changed(data, path, other))
        except ConfigurationError:
            continue
        if pack.file != ALL.file:
            yield pack


DATA = yaml.safe_load(EVERYTHING)
ALL = pack_of(DATA)
WORDS_OF_ALL = explain_pack(ALL)


@pytest.mark.parametrize("path", list(leaves(DATA)), ids=lambda path: ".".join(map(str, path)))
def test_no_key_of_a_pack_changes_without_its_words(path: Path_) -> None:
    pack = next(packs_with_another(DATA, path), None)
    if pack is None:
        assert path in ONE_WAY or path[-1] == "kind", "no other value is valid here: give one in WORDS"
    else:
        assert explain_pack(pack) != WORDS_OF_ALL, f"{pack.file}"


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def models(found: set[type[BaseModel]], model: type[BaseModel]) -> set[type[BaseModel]]:
    """The model and all that it is made of."""
    if model not in found:
        found.add(model)
        for field in model.model_fields.values():
            for part in models_in(field.annotation):
                models(found, part)
    return found


def written(value: Any) -> Iterator[tuple[type[BaseModel], str]]:
    """Which keys of which part of a pack are written."""
    if isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield type(value), name
            yield from written(getattr(value, name))
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from written(part)


def test_the_pack_above_has_every_key_of_the_schema() -> None:
    keys = {(model, name) for model in models(set(), PackFile) for name in model.model_fields}
    for rule in RULE_KINDS:
        keys |= {(model, name) for model in models(set(), rule) for name in model.model_fields}
    given = {(model.__name__, name) for model, name in written(pack_of(DATA).file)}
    # What all rules share stands once in the pack, in the rule `look`.
    shared = {name for model, name in written(pack_of(DATA).file.rules["look"])}
    lacking = {(model.__name__, name) for model, name in keys} - given
    assert {key for key in lacking if key[1] not in shared or not key[0].endswith("Rule")} == set()


def test_every_cue_is_said_in_words() -> None:
    assert sorted(SAID) == sorted(CUES)
    for name, cue in CUES.items():
        said = SAID[name]
        assert isinstance(said.says, tuple) == (cue.type == "truth"), name
        assert ("{}" in said.says) == (cue.type == "text"), name
        assert set(said.called) <= set(cue.values), name


@pytest.mark.parametrize("name", pack_names())
def test_what_ships_is_said_without_the_names_of_cues(name: str) -> None:
    told = explain_pack(load_pack(name))
    rules = re.sub(r"held back \(\w+\)", "", told.split("\n\n", 2)[2])
    named = [cue for cue in CUES if "_" in cue and re.search(rf"\b{cue}\b", rules)]
    assert named == []
    assert not re.search(r"\b(until|above|below|beyond) ±?-?[\d.]+(?![\d.]| ?(°|km/h|s\b|%))", rules)
    assert "fewer than that" not in rules


@pytest.mark.parametrize(
    ("pack", "rule", "line"),
    [
        ("default", "head away", "advisory after 2 s in which the angle between head and road is more than 15° (and then until it is back at 12°)"),
        ("default", "long glance", '0.8 s later while "driving task target"'),
        ("default", "phone at the ear", "not raised within 10 s of the last distraction.phone, twice as long each time it comes again within 120 s, up to 60 s"),
        ("default", "repeated closures", "ends once there have been fewer than 4 within the last 300 s, for 1 s"),
        ("default", "microsleep", 'once it has lasted 0.5 s, it counts on while it cannot be told and "face lost"'),
        ("unece-r157-inspired", "available", "ends once there have been 2 or more within the last 30 s, for 0.2 s"),
        ("unece-r157-inspired", "available", 'only while "automated" is known to hold'),
        ("attend", "buffer", "ends when it is full, or has been filling for 0.1 s and less than 1 s are spent"),
        ("awareness-countdown", "touch", "from urgent on it ends only with a pause or a new drive, or when \"disengaged\""),
        ("cn-fleet-jt808-inspired", "phone slow", "only from 30 km/h on, and then down to 28 km/h, and below 50 km/h (once faster, again below 48 km/h); also while the speed is unknown"),
    ],
)  # fmt: skip
def test_a_safety_engineer_reads_what_the_rule_does(pack: str, rule: str, line: str) -> None:
    paragraph = next(part for part in explain_pack(load_pack(pack)).split("\n\n") if part.startswith(f"{rule}: "))
    assert f"  {line}" in paragraph.splitlines()


def test_one_prompt_at_a_time_and_its_length_are_told() -> None:
    told = explain_pack(load_pack("default"))
    assert "one that sounds keeps others waiting for 4 s, from urgent on as long as it is raised" in told


def test_a_side_is_told_and_what_lies_on_the_other(tmp_path: Path) -> None:
    rule = {"kind": "sustained", "alert": "distraction.long", "ladder": [{"level": "info", "after_s": 1}]}
    data = {"pack": "sides", "title": "Sides", "rules": {"look": {**rule, "when": {"cue": "head_pitch_deg", "above": -25}}}}
    assert "in which the direction of the head is less than 25° down, or up" in explain_pack(pack_of(data))
    data["rules"]["look"]["when"] = {"cue": "head_yaw_deg", "below": -30, "until": -12}  # type: ignore[index]
    assert "is more than 30° to the right (and then until it is back at 12° to the right)" in explain_pack(pack_of(data))
