"""How a pack writes a rule of kind `count`: a number of events within a window, or too few kinds of sign of life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dms.decision.condition_schema import Condition, CueName, KindName, LevelName, PackPart, PositiveSeconds, Seconds
from dms.decision.cue_catalog import CUES
from dms.decision.rule_parts import CountRung, climbs
from dms.decision.rule_schema import RuleBase, words_or


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
            lasting = f" of {self.at_least_s:g} s or more" if self.at_least_s else ""
            return self.event.replace("_", " ") + lasting
        if self.raised is not None:
            return f"{self.raised} reaching {self.at_least}"
        if self.driver is not None:
            return f"driver {self.driver}"
        if self.moves is not None:
            return f"{self.moves} moving by {self.by:g}"
        return words_or(self.condition, "")


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
        return " or ".join(source.in_words() for source in self.of)

    def raised_in_words(self) -> Iterator[str]:
        what = self.counted_in_words()
        for rung in self.ladder:
            number = f"{rung.at_least} or more" if rung.at_least is not None else f"fewer than {rung.fewer_than}"
            lasting = f" for {rung.for_s:g} s" if rung.for_s else ""
            yield f"{rung.level} at {number} {'kinds ' if self.distinct else ''}of {what} within {self.within_s:g} s{lasting}"

    def ended_in_words(self) -> str:
        return f"ends after {self.clear.for_s:g} s of {words_or(self.clear.when, 'fewer than that')}"

    def rung_in_words(self, index: int) -> str:
        rung = self.ladder[index]
        number = f"{rung.at_least}" if rung.at_least is not None else f"fewer than {rung.fewer_than}"
        return f"{number} in {self.within_s:g} s" + (f" for {rung.for_s:g} s" if rung.for_s else "")
