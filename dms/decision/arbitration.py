"""One audible prompt at a time: who may sound now, and who has to wait for whom."""

from __future__ import annotations

from dataclasses import dataclass

from dms.decision.pack_schema import Arbitration
from dms.types import Level

_WARNING = Level.WARNING.rank


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something that sounds: a rule's alert of a kind at a level rank, until a time (infinity: as long as it is raised)."""

    kind: str
    rule: str
    rank: int
    priority: int
    until: float

    @property
    def precedence(self) -> tuple[int, int]:
        """What goes first: the greater."""
        return _precedence(self.rank, self.priority)


def _precedence(rank: int, priority: int) -> tuple[int, int]:
    """Urgent and emergency prompts go first whatever they are about; below that, the priority decides."""
    return (max(rank, _WARNING), priority)


class Arbiter:
    """Knows which prompt sounds now."""

    def __init__(self, rules: Arbitration) -> None:
        self._audible_rank = Level(rules.audible_from).rank
        self._continuous_rank = Level(rules.continuous_from).rank
        self._prompt_s = rules.prompt_s
        self._sounding: Prompt | None = None

    def continue_from(self, earlier: Arbiter) -> None:
        """Take over what sounds, when the pack is replaced."""
        self._sounding = earlier._sounding

    def sounding(self, t: float) -> Prompt | None:
        """What sounds at `t`, if anything."""
        if self._sounding is not None and t >= self._sounding.until:
            self._sounding = None
        return self._sounding

    def is_audible(self, rank: int) -> bool:
        """Whether an alert of this rank sounds at all."""
        return rank >= self._audible_rank

    def blocker(self, kind: str, rank: int, priority: int, t: float) -> Prompt | None:
        """The prompt that an alert would have to wait for."""
        sounding = self.sounding(t)
        if sounding is None or sounding.kind == kind or not self.is_audible(rank):
            return None
        return sounding if sounding.precedence >= _precedence(rank, priority) else None

    def sound(self, kind: str, rule: str, rank: int, priority: int, t: float) -> Prompt | None:
        """An alert begins to sound; returns the prompt of another kind that it cuts short."""
        if not self.is_audible(rank):
            return None
        before = self.sounding(t)
        until = float("inf") if rank >= self._continuous_rank else t + self._prompt_s
        self._sounding = Prompt(kind, rule, rank, priority, until)
        return before if before is not None and before.kind != kind else None

    def stop(self, kind: str) -> None:
        """An alert was cleared or acknowledged: it sounds no more."""
        if self._sounding is not None and self._sounding.kind == kind:
            self._sounding = None

    def silence(self) -> None:
        """Nothing sounds."""
        self._sounding = None
