"""A rule pack in sentences, for people who want to know what it will do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dms.decision.alarm import ACKNOWLEDGED_FOR_S
from dms.decision.condition_schema import AllOf, AnyOf, Condition, name_in_words, while_words, words_for
from dms.decision.cue_words import joined
from dms.decision.pack_loader import Pack
from dms.decision.pack_schema import Arbitration
from dms.decision.rule_parts import SpeedGate
from dms.decision.rule_schema import RuleBase, passes_at_once
from dms.decision.sustained_schema import SustainedRule
from dms.decision.without_speed import HINT, LOOKS, Restraint, WithoutSpeed
from dms.types import Level

_LONGEST_LINE = 120


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences of a pack under a heading. `rule` names the rule that they are about, None if they are about all."""

    head: str
    lines: tuple[str, ...]
    rule: str | None = None

    def __str__(self) -> str:
        return "\n".join([self.head, *(f"  {line}" for line in self.lines)])


def explain_pack(pack: Pack) -> str:
    """Returns the whole pack in sentences: a paragraph for each rule, then what holds for all, then the conditions by name."""
    parts = [f"{pack.file.title} ({pack.name}, sha256 {pack.sha256[:12]})", pack.file.description.strip()]
    parts += map(str, paragraphs_of(pack))
    return "\n\n".join(part for part in parts if part)


def paragraphs_of(pack: Pack) -> Iterator[Paragraph]:
    """Yields the paragraphs of the pack, in that order."""
    yield from (rule_paragraph(name, pack) for name in pack.file.rules)
    yield Paragraph("For all rules", tuple(_for_all(pack)))
    if pack.file.conditions:
        named = (line for name, condition in pack.file.conditions.items() for line in _named(name, condition))
        yield Paragraph("Where", tuple(named))


def explain_rule(name: str, pack: Pack) -> str:
    """Returns a rule in sentences: what raises the alert, what holds it back, what ends it."""
    return str(rule_paragraph(name, pack))


def rule_paragraph(name: str, pack: Pack) -> Paragraph:
    """Returns the same as a paragraph."""
    rule = pack.file.rules[name]
    head = f"{name_in_words(name)}: {rule.alert}, priority {rule.effective_priority}"
    said = [f'says "{rule.says}"'] if rule.says else []
    return Paragraph(head, (*said, *_lines(rule, pack)), name)


def _lines(rule: RuleBase, pack: Pack) -> Iterator[str]:
    yield from rule.raised_in_words()
    gate = pack.speed_gate(rule)
    if gate is not None:
        yield f"only {_speeds(gate)}"
        yield _standing(rule)
    restraint = pack.file.restraint(rule)
    if restraint is not None:
        yield _without_speed(rule, restraint, pack.file.without_speed)
    if rule.only_while is not None:
        known = f"{words_for(rule.only_while)} is known to hold"
        yield f"only while {known if isinstance(rule.only_while, str) else f'it is known that {words_for(rule.only_while)}'}"
    for arming in rule.arm:
        yield f"only once there have been {arming.for_s:g} s in this drive {while_words(arming.when)}, or unknown"
    for hold in rule.suppress:
        yield f"held back ({hold.reason}) for at most {hold.at_most_s:g} s each time while {words_for(hold.when)}"
    yield rule.ended_in_words()
    if rule.latch_from is not None:
        until = f", or when {words_for(rule.latch_until)}" if rule.latch_until is not None else ""
        yield f"from {rule.latch_from} on it ends only with a pause or a new drive{until}"
    if rule.once:
        yield "at most once in a drive"
    yield from _of_the_kind(rule, pack)
    yield from _for_the_record(rule)


def _of_the_kind(rule: RuleBase, pack: Pack) -> Iterator[str]:
    """What the rules of one kind of alert share, whichever of them states it: they raise one alert."""
    kin = [other for other in pack.file.rules.values() if other.alert == rule.alert]
    if rule.cooldown_s:
        up_to_s = rule.cooldown_up_to_s
        grows = (
            "" if up_to_s is None else f", twice as long each time it comes again within {2 * up_to_s:g} s, up to {up_to_s:g} s"
        )
        only = "" if rule.cooldown_while is None else f", while {words_for(rule.cooldown_while.when)}"
        if rule.cooldown_while is not None and rule.cooldown_while.keeps_s:
            only += f" and for {rule.cooldown_while.keeps_s:g} s after"
        yield f"not raised within {rule.cooldown_s:g} s of the last {rule.alert}{grows}{only}"
    if rule.rewarn_s is not None:
        rewarn_s = min(other.rewarn_s for other in kin if other.rewarn_s is not None)
        yield f"prompts again every {rewarn_s:g} s while it goes on"
    how_long = _how_long_silent(rule.alert, {other.acknowledge for other in kin})
    if how_long:
        yield f"an acknowledgement silences the level that is told, and none above it, {how_long}"


def _how_long_silent(kind: str, acknowledged: set[str]) -> str:
    if "until_new_drive" in acknowledged:
        return "until the next drive"
    if "this_time" not in acknowledged:
        return ""
    return "until it is over" if passes_at_once(kind) else f"until it is over, for {ACKNOWLEDGED_FOR_S:g} s at most"


def _for_the_record(rule: RuleBase) -> Iterator[str]:
    """What concerns those who judge the pack, not the driver."""
    if isinstance(rule, SustainedRule) and rule.deadline_s is not None:
        yield f"scored as missed when later than {rule.answers_after_s()[1]:g} s after the onset"
    if rule.source:
        yield f"source: {rule.source}"


def _standing(rule: RuleBase) -> str:
    """Returns what time counts although, or does not count because, the car is slow."""
    if rule.standing == "counts":
        return "time at a standstill counts as well"
    return {
        "cumulative": "time at a standstill or slower than that does not count",
        "ratio": "time at a standstill or slower than that does not count",
        "budget": "at a standstill, or at other speeds, it fills",
        "sustained": "time at a standstill does not count: what goes on as the car pulls off counts from when it moves",
    }.get(rule.kind, "what happens at a standstill does not count")


def _speeds(gate: SpeedGate) -> str:
    slower_kph = gate.from_kph - gate.hysteresis_kph
    lower = f"from {gate.from_kph:g} km/h on, and then down to {max(0.0, slower_kph):g} km/h"
    if gate.below_kph is None:
        return f"{lower}; also while the speed is unknown"
    again = f" (once faster, again below {gate.below_kph - gate.hysteresis_kph:g} km/h)"
    return f"{lower}, and below {gate.below_kph:g} km/h{again}; also while the speed is unknown"


def _without_speed(rule: RuleBase, restraint: Restraint, without: WithoutSpeed) -> str:
    """What becomes of the rule while nobody tells the speed."""
    level = tuple(Level)[restraint.at_most]
    stretches = restraint.times != 1.0 and rule.takes_longer_without_speed
    longer = f", and its times are {restraint.times:g} times as long" if stretches else ""
    lost = any(rung.request and (restraint.softly or Level(rung.level).rank > restraint.at_most) for rung in rule.ladder)
    request = ", and nothing is requested" if lost else ""
    apart = _apart(rule.alert, without) if restraint.softly and without.distraction_apart_s else ""
    return f"while nobody tells the speed, {level} at most{longer}{request}{apart}"


def _apart(kind: str, without: WithoutSpeed) -> str:
    """How far the rule's alerts keep from others while nobody tells the speed."""
    others = f" and {without.looks_apart_s:g} s after any of {joined(sorted(LOOKS), 'and')}" if kind in LOOKS else ""
    return f", {without.distraction_apart_s:g} s or more after the last{others}"


def _for_all(pack: Pack) -> Iterator[str]:
    yield "while an alert is raised its level only goes up; hiding from the camera does not end it"
    yield _one_prompt(pack.file.arbitration)
    yield "from urgent on the higher level goes first, below that the higher priority, then whichever came first"
    without = pack.file.without_speed
    if any(rule.speed is not None for rule in pack.file.rules.values()):
        yield (
            f"when a speed that was told is lost, for {without.strict_for_s:g} s every rule is judged as at the right speed; "
            "after that, and in a drive that was never told one, nobody tells the speed"
        )
        if HINT not in pack.file.rules:
            yield "that the speed was never told is told to nobody"


def _one_prompt(arbitration: Arbitration) -> str:
    kept = f"one that sounds keeps others waiting for {arbitration.prompt_s:g} s"
    continuous = f"from {arbitration.continuous_from} on as long as it is raised"
    return f"alerts sound from {arbitration.audible_from} on, one at a time: {kept}, {continuous}"


def _named(name: str, condition: Condition) -> Iterator[str]:
    line = f'"{name_in_words(name)}": {words_for(condition)}'
    if len(line) <= _LONGEST_LINE:
        yield line
    else:
        yield f'"{name_in_words(name)}":'
        yield from (f"  {part}" for part in _tree(condition))


def _tree(condition: Condition) -> Iterator[str]:
    """Yields a long condition part by part, the parts of parts further in."""
    if not isinstance(condition, (AllOf, AnyOf)) or len(words_for(condition)) <= _LONGEST_LINE:
        yield words_for(condition)
        return
    yield "all of" if isinstance(condition, AllOf) else "any of"
    for part in condition.parts():
        first, *rest = _tree(part)
        yield f"- {first}"
        yield from (f"  {line}" for line in rest)
