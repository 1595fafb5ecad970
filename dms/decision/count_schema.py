"""How a pack writes a rule of kind `count`: a number of events within a window, or too few kinds of sign of life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dms.decision.condition_schema import Condition, CueName, KindName, LevelName, PackPart, PositiveSeconds, Seconds, words_for
from dms.decision.cue_catalog import CUES
from dms.decision.cue_words import amount, joined, lasting, noun_of
from dms.decision.rule_parts import CountRung, climbs
from dms.decision.rule_schema import RuleBase


class EventSource(PackPart):
    """What is counted: exactly one of the keys up to `moves`."""

    event: Literal["blink", "long_blink", "closure", "yawn", "glance", "nod"] | None = None
    raised: KindName | None = None
    driver: Literal["acknowledge", "interaction"] | None = None
    becomes: Condition | None = Field(default=None, description="Each time this becomes true.")
    holds: Condition | None = Field(default=None, description="Every moment at which this is true; for distinct counts.")
    moves: CueName | None = Field(default=None, description="Each time this number has moved on by `by`.")
    by: float | None = Field(default=None, gt=0.0)
    at_least: LevelName = "info"
    at_least_s: Seconds = Field(default=0.0, description="Shorter events do not count.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> EventSource:
        things = (self.event, self.raised, self.driver, self.becomes, self.holds, self.moves)
        if sum(thing is not None for thing in things) != 1:
            raise ValueError("exactly one of event, raised, driver, becomes, holds, moves is wanted")
        if (self.moves is None) != (self.by is None):
            raise ValueError("moves and by go together")
        if self.moves is not None and CUES[self.moves].type != "number":
            raise ValueError(f"{self.moves} is no number")
        return self

    @property
    def condition(self) -> Condition | None:
        """The condition that is counted, if it is one."""
        return self.becomes if self.becomes is not None else self.holds

    def in_words(self) -> str:
        """Returns what is counted, for people."""
        if self.event is not None:
            return _EVENTS[self.event] + (f" of {self.at_least_s:g} s or more" if self.at_least_s else "")
        if self.raised is not None:
            return f"alerts of {self.raised}" + (f" that reach {self.at_least}" if self.at_least != "info" else "")
        if self.driver is not None:
            return _ACTIONS[self.driver]
        if self.moves is not None and self.by is not None:
            return f"changes by {amount(self.moves, self.by)} of {noun_of(self.moves)}"
        if self.becomes is not None:
            return f"times at which it comes about that {words_for(self.becomes)}"
        return f"times at which {words_for(self.holds or '')}"


_EVENTS = {
    "blink": "blinks",
    "long_blink": "long blinks",
    "closure": "closures of the eyes",
    "yawn": "yawns",
    "glance": "glances away",
    "nod": "nods",
}
_ACTIONS = {"acknowledge": "acknowledgements by the driver", "interaction": "inputs to the controls"}


class CountRule(RuleBase):
    """A number of events within a window; with `distinct`, the number of sources that had one."""

    kind: Literal["count"]
    of: list[EventSource] = Field(min_length=1)
    within_s: PositiveSeconds
    distinct: bool = False
    ladder: Annotated[list[CountRung], Field(min_length=1), climbs("at_least")]

    @model_validator(mode="after")
    def _makes_sense(self) -> CountRule:
        if any(source.holds is not None for source in self.of) and not self.distinct:
            raise ValueError("holds can be counted only with distinct: true")
        if any(rung.fewer_than is not None for rung in self.ladder) and not self.distinct:
            raise ValueError("fewer_than goes with distinct: true")
        return self

    def counted_in_words(self) -> str:
        """Returns what is counted, for people."""
        return joined([source.in_words() for source in self.of], "or")

    def raised_in_words(self) -> Iterator[str]:
        for rung in self.ladder:
            number = f"{rung.at_least} or more" if rung.at_least is not None else f"fewer than {rung.fewer_than}"
            held = f", for {rung.for_s:g} s" if rung.for_s else ""
            end = f"within the last {lasting(self.within_s)}{held}{rung.request_in_words()}"
            yield f"{rung.level} at {number}{self._what()} {end}"
        if any(rung.fewer_than is not None for rung in self.ladder):
            yield f"judged for the first time {lasting(self.within_s)} after it began to watch"

    def _what(self) -> str:
        return f" of these kinds: {self.counted_in_words()}" if self.distinct else f" {self.counted_in_words()}"

    def ended_in_words(self) -> str:
        if self.clear.when is not None:
            return super().ended_in_words()
        first = self.ladder[0]
        number = f"fewer than {first.at_least}" if first.at_least is not None else f"{first.fewer_than} or more"
        return f"ends once there have been {number} within the last {lasting(self.within_s)}, for {self.clear.for_s:g} s"

    def rung_in_words(self, index: int) -> str:
        rung = self.ladder[index]
        number = f"{rung.at_least}" if rung.at_least is not None else f"fewer than {rung.fewer_than}"
        return f"{number} in {self.within_s:g} s" + (f" for {rung.for_s:g} s" if rung.for_s else "")
