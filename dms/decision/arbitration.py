"""One audible prompt at a time: which alert may sound now, and which has to wait."""

from __future__ import annotations

from dataclasses import dataclass

from dms.decision.pack_schema import Arbitration
from dms.types import Level

_WARNING = Level.WARNING.rank


@dataclass(frozen=True, slots=True)
class Prompt:
    """An alert that sounds, until a time; infinity stands for as long as it is raised."""

    kind: str
    rule: str
    rank: int
    priority: int
    until: float

    @property
    def precedence(self) -> tuple[int, int]:
        """What prompts are compared by: the greater one goes first."""
        return _precedence(self.rank, self.priority)


def _precedence(rank: int, priority: int) -> tuple[int, int]:
    """Urgent and emergency prompts go first whatever they are about; below that, the priority decides."""
    return (max(rank, _WARNING), priority)


class Arbiter:
    """Decides which alert may sound, and knows which one does."""

    def __init__(self, rules: Arbitration) -> None:
        self._audible_rank = Level(rules.audible_from).rank
        self._continuous_rank = Level(rules.continuous_from).rank
        self._prompt_s = rules.prompt_s
        self._sounding: Prompt | None = None

    def continue_from(self, earlier: Arbiter) -> None:
        """Take over what sounds, when the pack is replaced."""
        self._sounding = earlier._sounding

    def sounding(self, t: float) -> Prompt | None:
        """Returns what sounds at `t`, if anything."""
        if self._sounding is not None and t >= self._sounding.until:
            self._sounding = None
        return self._sounding

    def is_audible(self, rank: int) -> bool:
        """Returns whether an alert of this rank makes a sound at all."""
        return rank >= self._audible_rank

    def blocker(self, kind: str, rank: int, priority: int, t: float) -> Prompt | None:
        """Returns the prompt that an alert would have to wait for; None if it may sound at once."""
        sounding = self.sounding(t)
        if sounding is None or sounding.kind == kind or not self.is_audible(rank):
            return None
        return sounding if sounding.precedence >= _precedence(rank, priority) else None

    def sound(self, kind: str, rule: str, rank: int, priority: int, t: float) -> Prompt | None:
        """Start to sound an alert. Returns the prompt of another kind that it cuts short, if there is one."""
        if not self.is_audible(rank):
            return None
        before = self.sounding(t)
        until = float("inf") if rank >= self._continuous_rank else t + self._prompt_s
        self._sounding = Prompt(kind, rule, rank, priority, until)
        return before if before is not None and before.kind != kind else None

    def stop(self, kind: str) -> None:
        """Stop the sound of an alert that was cleared or acknowledged."""
        if self._sounding is not None and self._sounding.kind == kind:
            self._sounding = None

    def silence(self) -> None:
        """Stop whatever sounds."""
        self._sounding = None
