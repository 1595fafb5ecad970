"""A rule pack in sentences, for people who want to know what it will do."""

from __future__ import annotations

from collections.abc import Iterator

from dms.decision.alarm import ACKNOWLEDGED_FOR_S
from dms.decision.condition_schema import words_for
from dms.decision.pack_loader import Pack
from dms.decision.rule_parts import SpeedGate
from dms.decision.rule_schema import RuleBase, passes_at_once
from dms.decision.without_speed import Restraint
from dms.types import Level


def explain_pack(pack: Pack) -> str:
    """Returns the whole pack in sentences, a paragraph for each rule."""
    parts = [f"{pack.file.title} ({pack.name}, sha256 {pack.sha256[:12]})", pack.file.description.strip()]
    parts += [explain_rule(name, pack) for name in pack.file.rules]
    if pack.file.conditions:
        named = [f"  {name.replace('_', ' ')}: {words_for(condition)}" for name, condition in pack.file.conditions.items()]
        parts.append("\n".join(["Where", *named]))
    return "\n\n".join(part for part in parts if part)


def explain_rule(name: str, pack: Pack) -> str:
    """Returns a rule in sentences: what raises the alert, what holds it back, what ends it."""
    rule = pack.file.rules[name]
    head = f"{name.replace('_', ' ')}: {rule.alert}, priority {rule.effective_priority}"
    said = [f'  says "{rule.says}"'] if rule.says else []
    return "\n".join([head, *said, *(f"  {line}" for line in _lines(rule, pack))])


def _lines(rule: RuleBase, pack: Pack) -> Iterator[str]:
    yield from rule.raised_in_words()
    gate = pack.speed_gate(rule)
    if gate is not None:
        yield f"only {_speeds(gate)}"
        yield _standing(rule)
    restraint = pack.file.restraint(rule)
    if restraint is not None:
        yield _without_speed(rule, restraint)
    if rule.only_while is not None:
        yield f"only while {words_for(rule.only_while)}"
    for arming in rule.arm:
        yield f"once {words_for(arming.when)} for {arming.for_s:g} s in this drive"
    for hold in rule.suppress:
        yield f"held back ({hold.reason}) for at most {hold.at_most_s:g} s while {words_for(hold.when)}"
    yield rule.ended_in_words()
    if rule.latch_from is not None:
        until = f", or {words_for(rule.latch_until)}," if rule.latch_until is not None else ""
        yield f"from {rule.latch_from} on only a pause or a new drive{until} ends it"
    if rule.once:
        yield "once in a drive"
    if rule.cooldown_s:
        yield f"not again within {rule.cooldown_s:g} s"
    if rule.rewarn_s is not None:
        yield f"prompts again every {rule.rewarn_s:g} s"
    if rule.acknowledge != "no":
        yield f"an acknowledgement silences the level that is told, and none above it, {_how_long_silent(rule)}"


def _how_long_silent(rule: RuleBase) -> str:
    if rule.acknowledge == "until_new_drive":
        return "until the next drive"
    return "this time" if passes_at_once(rule.alert) else f"this time, for {ACKNOWLEDGED_FOR_S:g} s at most"


def _standing(rule: RuleBase) -> str:
    """Returns what time counts although, or does not count because, the car is slow."""
    if rule.standing == "counts":
        return "time at a standstill counts as well"
    if rule.kind in ("cumulative", "ratio", "budget"):
        return "time at a standstill or slower than that does not count"
    return "time at a standstill does not count"


def _speeds(gate: SpeedGate) -> str:
    upper = f" and below {gate.below_kph:g} km/h" if gate.below_kph is not None else ""
    return f"from {gate.from_kph:g} km/h{upper}, until {gate.hysteresis_kph:g} km/h less; also when the speed is unknown"


def _without_speed(rule: RuleBase, restraint: Restraint) -> str:
    """What becomes of the rule while nobody tells the speed."""
    level = tuple(Level)[restraint.at_most]
    longer = f" and everything takes {restraint.times:g} times as long" if restraint.times != 1.0 else ""
    lost = any(rung.request and (restraint.softly or Level(rung.level).rank > restraint.at_most) for rung in rule.ladder)
    request = ", nothing is requested" if lost else ""
    return f"while nobody tells the speed, {level} at most{longer}{request}"
