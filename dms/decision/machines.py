"""One state machine for each kind of alert, built from the pack: which levels it has, and how it moves between them.

    quiet ──▶ a level ──▶ a higher level …       only upwards while raised
      ▲         │ │ acknowledge
      │  clear  │ └──▶ acknowledged ── clear ──▶ quiet, or silenced until the next drive
      └─────────┘

The machines know nothing of time and cause nothing: the engine asks a machine to move, and publishes what follows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from transitions import Machine

from dms.decision.rule_schema import RuleBase
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

    def __init__(self, rules: Iterable[RuleBase]) -> None:
        states, moves = states_and_moves(list(rules))
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


def states_and_moves(rules: list[RuleBase]) -> tuple[list[AlarmState], list[dict[str, Any]]]:
    """Returns the states and the transitions for the rules that raise one kind of alert."""
    ranks = sorted({Level(rung.level).rank for rule in rules for rung in rule.ladder})
    levels = [LEVEL_STATES[rank] for rank in ranks]
    quiet, acknowledged, silenced = AlarmState.QUIET, AlarmState.ACKNOWLEDGED, AlarmState.SILENCED
    states = [quiet, *levels]
    moves: list[dict[str, Any]] = []
    for index, level in enumerate(levels):
        moves.append({"trigger": f"reach_{level.value}", "source": [quiet, *levels[:index]], "dest": level})
    moves.append({"trigger": "clear", "source": levels, "dest": quiet})
    until_new_drive = any(rule.acknowledge == "until_new_drive" for rule in rules)
    if until_new_drive or any(rule.acknowledge == "this_time" for rule in rules):
        states.append(acknowledged)
        moves.append({"trigger": "acknowledge", "source": levels, "dest": acknowledged})
        moves.append({"trigger": "clear", "source": acknowledged, "dest": silenced if until_new_drive else quiet})
    if until_new_drive:
        states.append(silenced)
        moves.append({"trigger": "acknowledge", "source": quiet, "dest": silenced})
    return states, moves
