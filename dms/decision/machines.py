"""One state machine for each kind of alert, built from the pack: which levels it has, and how it moves between them.

    quiet ──▶ a level ──▶ a higher level …       only upwards while raised
      ▲         │ │ acknowledge
      │  clear  │ └──▶ acknowledged ── clear ──▶ quiet, or silenced until the next drive
      └─────────┘            └──▶ a higher level, or the same again when the acknowledgement has grown old

An acknowledgement silences a level and those below it, never a rise above: `dms.decision.alarm` knows which level that was.

The machines know nothing of time and cause nothing: the engine asks a machine to move, and publishes what follows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from transitions import Machine

from dms.decision.rule_schema import RuleBase, passes_at_once
from dms.types import Level

logging.getLogger("transitions").setLevel(logging.ERROR)


class AlarmState(Enum):
    """Where an alert of one kind can be; the middle ones are the levels."""

    QUIET = "quiet"
    INFO = "info"
    ADVISORY = "advisory"
    WARNING = "warning"
    URGENT = "urgent"
    EMERGENCY = "emergency"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"


LEVEL_STATES = tuple(AlarmState(level.value) for level in Level)


class AlarmMachine:
    """The machine of one kind of alert. `trigger(name)` moves it; a move that it does not have is a `MachineError`."""

    state: AlarmState
    trigger: Callable[[str], bool]

    def __init__(self, rules: Iterable[RuleBase], also: Iterable[int] = ()) -> None:
        states, moves = states_and_moves(list(rules), also)
        self.known = tuple(states)
        Machine(
            model=self,
            states=states,
            transitions=moves,
            initial=AlarmState.QUIET,
            auto_transitions=False,
            queued=False,
            send_event=False,
        )

    @property
    def raised(self) -> bool:
        """Whether an alert is raised, acknowledged ones included."""
        return self.state is not AlarmState.QUIET and self.state is not AlarmState.SILENCED


def states_and_moves(rules: list[RuleBase], also: Iterable[int] = ()) -> tuple[list[AlarmState], list[dict[str, Any]]]:
    """Returns the states and the transitions for the rules that raise one kind of alert; `also` are ranks that no rung names."""
    ranks = sorted({Level(rung.level).rank for rule in rules for rung in rule.ladder} | {*also})
    levels = [LEVEL_STATES[rank] for rank in ranks]
    quiet, acknowledged, silenced = AlarmState.QUIET, AlarmState.ACKNOWLEDGED, AlarmState.SILENCED
    states = [quiet, *levels]
    moves: list[dict[str, Any]] = []
    until_new_drive = any(rule.acknowledge == "until_new_drive" for rule in rules)
    can_be_acknowledged = until_new_drive or any(rule.acknowledge == "this_time" for rule in rules)
    passes = all(passes_at_once(rule.alert) for rule in rules)
    for index, level in enumerate(levels):
        sources = [quiet, *levels[:index]]
        # The lowest level can only be told again, which is for alerts whose acknowledgement grows old.
        if can_be_acknowledged and (index or not passes):
            sources += [acknowledged, silenced] if until_new_drive else [acknowledged]
        moves.append({"trigger": f"reach_{level.value}", "source": sources, "dest": level})
    moves.append({"trigger": "clear", "source": levels, "dest": quiet})
    if can_be_acknowledged:
        states.append(acknowledged)
        moves.append({"trigger": "acknowledge", "source": levels, "dest": acknowledged})
        moves.append({"trigger": "clear", "source": acknowledged, "dest": silenced if until_new_drive else quiet})
    if until_new_drive:
        states.append(silenced)
        moves.append({"trigger": "acknowledge", "source": quiet, "dest": silenced})
    return states, moves
