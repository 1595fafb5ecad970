"""How a pack writes a rule of kind `ratio`: a share of usable time in one or several windows (PERCLOS)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dms.config.problems import suggestion
from dms.decision.condition_schema import Condition, PackPart, PositiveSeconds, Seconds, words_for
from dms.decision.cue_words import joined, percent
from dms.decision.rule_parts import Share, ShareRung, climbs
from dms.decision.rule_schema import RuleBase


class ShareWindow(PackPart):
    """A window of a ratio rule, valid once it holds `usable_s` in which the condition was known."""

    window_s: PositiveSeconds
    usable_s: PositiveSeconds

    @model_validator(mode="after")
    def _can_be_valid(self) -> ShareWindow:
        if self.usable_s > self.window_s:
            raise ValueError(f"usable_s {self.usable_s:g} is more than window_s {self.window_s:g}")
        return self


class ShareClear(PackPart):
    """A ratio alert ends when the shares have been below these for `for_s`."""

    share_below: dict[str, Share] = Field(min_length=1)
    for_s: Seconds = 1.0


class RatioRule(RuleBase):
    """A share of the usable time in one or several windows. Stretches shorter than `at_least_s` do not count (blinks)."""

    kind: Literal["ratio"]
    when: Condition
    at_least_s: Seconds = 0.0
    at_least_times: int = Field(default=1, ge=1, description="How many stretches there must be in every window.")
    windows: dict[str, ShareWindow] = Field(min_length=1)
    ladder: Annotated[list[ShareRung], Field(min_length=1), climbs("share")]
    clear: ShareClear  # type: ignore[assignment]

    @model_validator(mode="after")
    def _windows_agree(self) -> RatioRule:
        for names in (*(rung.share for rung in self.ladder), self.clear.share_below):
            for name in names:
                if name not in self.windows:
                    raise ValueError(f"'{name}' is not one of the windows{suggestion(name, self.windows)}")
        for lower, upper in pairwise(self.ladder):
            if any(upper.share.get(name, share) < share for name, share in lower.share.items()):
                raise ValueError(f"share must go up from rung to rung: {upper.level} asks for less than {lower.level}")
        if any(self.ladder[0].share.get(name, 1.0) < share for name, share in self.clear.share_below.items()):
            raise ValueError("clear.share_below must not be more than the share of the first rung")
        return self

    def raised_in_words(self) -> Iterator[str]:
        condition = words_for(self.when)
        for rung in self.ladder:
            shares = joined([f"at least {percent(share)} of {self._window(name)}" for name, share in rung.share.items()], "and")
            yield f"{rung.level} when {condition} for {shares}{rung.request_in_words()}"
        usable = [f"{window.usable_s:g} s of {self._window(name)}" for name, window in self.windows.items()]
        yield f"only time in which this can be told is counted, and {joined(usable, 'and')} at least must be such time"
        if self.at_least_s:
            yield f"stretches shorter than {self.at_least_s:g} s do not count"
        if self.at_least_times > 1:
            yield f"there have to be {self.at_least_times} stretches in every window"

    def ended_in_words(self) -> str:
        shares = [f"less than {percent(share)} of {self._window(name)}" for name, share in self.clear.share_below.items()]
        return f"ends once it has been {joined(shares, 'and')} for {self.clear.for_s:g} s"

    def _window(self, name: str) -> str:
        return f"the last {self.windows[name].window_s:g} s"

    def rung_in_words(self, index: int) -> str:
        return " and ".join(f"{share:.0%} of {name}" for name, share in self.ladder[index].share.items())
