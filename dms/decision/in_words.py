"""A rule pack in sentences, for people who want to know what it will do."""

from __future__ import annotations

from collections.abc import Iterator

from dms.decision.condition_schema import Condition, words_for
from dms.decision.pack_loader import Pack
from dms.decision.rule_parts import AfterTable, SpeedGate, TimedRung
from dms.decision.rule_schema import BudgetRule, CountRule, CumulativeRule, EventSource, RatioRule, Rule, SustainedRule


def explain_pack(pack: Pack) -> str:
    """The whole pack, one paragraph for each rule."""
    parts = [f"{pack.file.title} ({pack.name}, sha256 {pack.sha256[:12]})", pack.file.description.strip()]
    parts += [explain_rule(name, pack) for name in pack.file.rules]
    if pack.file.conditions:
        named = [f"  {name.replace('_', ' ')}: {words_for(condition)}" for name, condition in pack.file.conditions.items()]
        parts.append("\n".join(["Where", *named]))
    return "\n\n".join(part for part in parts if part)


def explain_rule(name: str, pack: Pack) -> str:
    """One rule: what raises it, what holds it back, what ends it."""
    rule = pack.file.rules[name]
    head = f"{name.replace('_', ' ')}: {rule.alert}, priority {pack.priority(rule)}"
    said = [f'  says "{rule.says}"'] if rule.says else []
    return "\n".join([head, *said, *(f"  {line}" for line in _lines(rule, pack))])


def _lines(rule: Rule, pack: Pack) -> Iterator[str]:
    yield from _raises(rule)
    gate = pack.speed_gate(rule)
    if gate is not None:
        yield f"only {_speeds(gate)}"
    if rule.only_while is not None:
        yield f"only while {words_for(rule.only_while)}"
    for arming in rule.arm:
        yield f"once {words_for(arming.when)} for {arming.for_s:g} s in this drive"
    for hold in rule.suppress:
        yield f"held back ({hold.reason}) for at most {hold.at_most_s:g} s while {words_for(hold.when)}"
    yield _ends(rule)
    if rule.latch_from is not None:
        yield f"from {rule.latch_from} on only a pause or a new drive ends it"
    if rule.cooldown_s:
        yield f"not again within {rule.cooldown_s:g} s"
    if rule.rewarn_s is not None:
        yield f"prompts again every {rule.rewarn_s:g} s"
    if rule.acknowledge != "no":
        yield f"an acknowledgement silences it {rule.acknowledge.replace('_', ' ')}"


def _raises(rule: Rule) -> Iterator[str]:
    if isinstance(rule, SustainedRule):
        yield from _sustained(rule)
    elif isinstance(rule, CumulativeRule):
        for total in rule.ladder:
            yield f"{total.level} after {total.total_s:g} of the last {rule.window_s:g} s of: {words_for(rule.when)}"
        if rule.reset is not None:
            yield f"counted afresh after {rule.reset.for_s:g} s of {_opposite(rule.reset.when, rule.when)}"
    elif isinstance(rule, RatioRule):
        for rung in rule.ladder:
            shares = " and ".join(
                f"{share:.0%} of the last {rule.windows[name].window_s:g} s" for name, share in rung.share.items()
            )
            yield f"{rung.level} when {words_for(rule.when)} for {shares}"
        yield f"stretches shorter than {rule.at_least_s:g} s do not count, and there have to be {rule.at_least_times}"
    elif isinstance(rule, BudgetRule):
        yield from _budget(rule)
    else:
        yield from _count(rule)


def _sustained(rule: SustainedRule) -> Iterator[str]:
    for rung in rule.ladder:
        request = f", requesting {rung.request}" if rung.request else ""
        yield f"{rung.level} {_after(rung)} of: {words_for(rule.when)}{request}"
    for more in rule.more_time:
        yield f"{more.add_s:g} s later while {words_for(more.when)}"
    yield f"breaks shorter than {rule.gap_tolerance_s:g} s do not count"


def _after(rung: TimedRung) -> str:
    if rung.plus_s is not None:
        return f"{rung.plus_s:g} s after the level before"
    if isinstance(rung.after_s, AfterTable):
        points = ", ".join(f"{seconds:g} s at {value:g}" for value, seconds in rung.after_s.points)
        return f"after {points} by {rung.after_s.cue}"
    return f"after {rung.after_s:g} s"


def _budget(rule: BudgetRule) -> Iterator[str]:
    for rung in rule.ladder:
        yield f"{rung.level} when {rung.spent_s:g} of {rule.capacity_s:g} s are spent"
    for drain in rule.drain:
        free = f", the first {drain.free_s:g} s free" if drain.free_s else ""
        yield f"{drain.rate:g} s are spent each second while {words_for(drain.when)}{free}"
    refill = rule.refill
    rates = f"{refill.rate_full:g} s"
    if refill.rate_empty != refill.rate_full:
        rates = f"{refill.rate_full:g} s (full) to {refill.rate_empty:g} s (empty)"
    condition = f" while {words_for(refill.when)}" if refill.when is not None else ""
    yield f"otherwise {rates} come back each second{condition}"
    if rule.refilled_by:
        condition = f" while {words_for(rule.refilled_while)}" if rule.refilled_while is not None else ""
        yield f"a driver's {' or '.join(rule.refilled_by)} fills it at once{condition}"
    if rule.freeze is not None:
        yield f"nothing changes while {words_for(rule.freeze)}"


def _count(rule: CountRule) -> Iterator[str]:
    what = " or ".join(_source(source) for source in rule.of)
    for rung in rule.ladder:
        number = f"{rung.at_least} or more" if rung.at_least is not None else f"fewer than {rung.fewer_than}"
        lasting = f" for {rung.for_s:g} s" if rung.for_s else ""
        yield f"{rung.level} at {number} {'kinds ' if rule.distinct else ''}of {what} within {rule.within_s:g} s{lasting}"


def _source(source: EventSource) -> str:
    if source.event is not None:
        return source.event.replace("_", " ")
    if source.raised is not None:
        return f"{source.raised} reaching {source.at_least}"
    if source.driver is not None:
        return f"driver {source.driver}"
    if source.moves is not None:
        return f"{source.moves} moving by {source.by:g}"
    condition = source.becomes if source.becomes is not None else source.holds
    return words_for(condition) if condition is not None else ""


def _ends(rule: Rule) -> str:
    if isinstance(rule, RatioRule):
        shares = " and ".join(f"below {share:.0%} of {name.replace('_', ' ')}" for name, share in rule.clear.share_below.items())
        return f"ends after {rule.clear.for_s:g} s {shares}"
    if isinstance(rule, BudgetRule):
        return f"ends when it fills again and less than {rule.clear.spent_below_s or rule.ladder[0].spent_s:g} s are spent"
    own = rule.when if isinstance(rule, (SustainedRule, CumulativeRule)) else None
    return f"ends after {rule.clear.for_s:g} s of {_opposite(rule.clear.when, own)}"


def _opposite(given: Condition | None, own: Condition | None) -> str:
    if given is not None:
        return words_for(given)
    return "the opposite" if own is not None else "fewer than that"


def _speeds(gate: SpeedGate) -> str:
    upper = f" and below {gate.below_kph:g} km/h" if gate.below_kph is not None else ""
    return f"from {gate.from_kph:g} km/h{upper}, until {gate.hysteresis_kph:g} km/h less; also when the speed is unknown"
