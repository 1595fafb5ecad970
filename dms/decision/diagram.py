"""The state machines of a pack as Mermaid state charts, drawn from the machines themselves."""

from __future__ import annotations

from dms.decision.machines import LEVEL_STATES, AlarmState, states_and_moves
from dms.decision.pack_loader import Pack
from dms.decision.rule_schema import RuleBase
from dms.types import Level


def diagrams(pack: Pack) -> dict[str, str]:
    """Returns a Mermaid `stateDiagram-v2` for each kind of alert that the pack raises."""
    kinds = dict.fromkeys(rule.alert for rule in pack.file.rules.values())
    return {kind: diagram(pack, kind) for kind in kinds}


def diagram(pack: Pack, kind: str) -> str:
    """Returns the chart of one kind. An arrow to a level names the rules and times that lead there."""
    rules = {name: rule for name, rule in pack.file.rules.items() if rule.alert == kind}
    _, moves = states_and_moves(list(rules.values()), pack.file.restrained_ranks(rules.values()))
    lines = ["stateDiagram-v2", f"    [*] --> {AlarmState.QUIET.value}"]
    for move in moves:
        sources = move["source"] if isinstance(move["source"], list) else [move["source"]]
        for source in sources:
            lines.append(f"    {source.value} --> {move['dest'].value}: {_label(move['trigger'], move['dest'], rules, pack)}")
    return "\n".join(lines)


def _label(trigger: str, dest: AlarmState, rules: dict[str, RuleBase], pack: Pack) -> str:
    if not trigger.startswith("reach_"):
        return trigger
    reasons = [
        f"{name} {rule.rung_in_words(index)}"
        for name, rule in rules.items()
        for index, rung in enumerate(rule.ladder)
        if Level(rung.level).value == dest.value
    ]
    held_back = [
        f"{name} without speed"
        for name, rule in rules.items()
        if (restraint := pack.file.restraint(rule)) is not None
        and LEVEL_STATES[restraint.at_most] is dest
        and max(Level(rung.level).rank for rung in rule.ladder) > restraint.at_most
        and all(Level(rung.level).rank != restraint.at_most for rung in rule.ladder)
    ]
    return ", ".join([*reasons, *held_back])
