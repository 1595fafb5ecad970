"""What ought to be said of a drive, and whether it was: alerts that must not come, and alerts that must, by when."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = ("info", "advisory", "warning", "urgent", "emergency")
DRIVER = ("distraction", "fatigue", "driver", "assist")
"""The families of alerts that speak of the driver; `system` speaks of the system."""


@dataclass(frozen=True)
class Told:
    """An alert as the command wrote it, at the moment it was raised or became more urgent, and until when it stood (s)."""

    t: float
    kind: str
    level: str
    onset: float
    until: float = math.inf

    @property
    def rank(self) -> int:
        """0 for `info` up to 4 for `emergency`."""
        return LEVELS.index(self.level)

    def of(self, kinds: Sequence[str]) -> bool:
        """Whether it is of one of those kinds or families (`fatigue` is every `fatigue.…`)."""
        return any(self.kind == kind or self.kind.startswith(kind + ".") for kind in kinds)

    def __str__(self) -> str:
        return f"{self.kind} {self.level} at {self.t:.1f} s"


@dataclass(frozen=True)
class Outcome:
    """What the command said of a drive: what was told, its messages, its exit code (None where many drives shared one)."""

    told: tuple[Told, ...]
    messages: str = ""
    exit_code: int | None = None


@dataclass(frozen=True)
class Quiet:
    """No alert of those kinds from `level` up between `begin` and `end`, but for `at_most` of them."""

    begin: float = 0.0
    end: float = 1e9
    level: str = "advisory"
    kinds: tuple[str, ...] = DRIVER
    at_most: int = 0

    def problem(self, outcome: Outcome) -> str | None:
        """What is wrong with the outcome, None if nothing is."""
        rank = LEVELS.index(self.level)
        found = [told for told in outcome.told if told.rank >= rank and told.of(self.kinds) and self.begin <= told.t <= self.end]
        if len(found) <= self.at_most:
            return None
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return f"{found[0]}{more}"

    def __str__(self) -> str:
        rest = f", at most {self.at_most}" if self.at_most else ""
        what = "/".join(self.kinds) if self.kinds != DRIVER else "alert"
        return f"no {what} ≥ {self.level}{rest}{_when(self.begin, self.end)}"


@dataclass(frozen=True)
class Over:
    """No alert about the driver stands any more at `by`, whenever it was raised before."""

    by: float

    def problem(self, outcome: Outcome) -> str | None:
        """What is wrong with the outcome, None if nothing is."""
        standing = [told for told in outcome.told if told.of(DRIVER) and told.rank > 0 and told.t < self.by < told.until]
        return f"{standing[0]} still stands at {self.by:.1f} s" if standing else None

    def __str__(self) -> str:
        return f"no alert stands at {self.by:.1f} s"


@dataclass(frozen=True)
class Due:
    """An alert of one of those kinds, at least that urgent, not before `begin` and not after `end`."""

    begin: float
    end: float
    kinds: tuple[str, ...]
    level: str = "warning"

    def problem(self, outcome: Outcome) -> str | None:
        """What is wrong with the outcome, None if nothing is."""
        rank = LEVELS.index(self.level)
        found = [told for told in outcome.told if told.rank >= rank and told.of(self.kinds) and told.t >= self.begin - 0.05]
        if found and found[0].t <= self.end + 0.05:
            return None
        late = f", came at {found[0].t:.1f} s" if found else ""
        return f"no {'/'.join(self.kinds)} ≥ {self.level} by {self.end:.1f} s{late}"

    def __str__(self) -> str:
        return f"{'/'.join(self.kinds)} ≥ {self.level}{_when(self.begin, self.end)}"


@dataclass(frozen=True)
class Says:
    """The command says something, once, that matches a pattern."""

    pattern: str
    meaning: str

    def problem(self, outcome: Outcome) -> str | None:
        """What is wrong with the outcome, None if nothing is."""
        lines = [line for line in outcome.messages.splitlines() if re.search(self.pattern, line, re.IGNORECASE)]
        if len(lines) == 1:
            return None
        return f"{len(lines)} lines that {self.meaning} instead of one" if lines else f"no message that {self.meaning}"

    def __str__(self) -> str:
        return f"one message that {self.meaning}"


Expectation = Quiet | Over | Due | Says


def _when(begin: float, end: float) -> str:
    if begin <= 0 and end >= 1e8:
        return ""
    return f" from {begin:.1f} s" if end >= 1e8 else f" from {begin:.1f} to {end:.1f} s"


def problems(expected: Sequence[Expectation], outcome: Outcome) -> list[str]:
    """Everything that is wrong with an outcome, in words; nothing if it is as it ought to be."""
    return [problem for one in expected if (problem := one.problem(outcome)) is not None]
