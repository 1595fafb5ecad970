"""How a pack writes a condition: a test of one cue, a name, another alert being raised, or `all`, `any`, `not` of these.

Conditions are true, false or unknown; unknown stays unknown unless the rest decides (Kleene's three-valued logic). Every form of
condition has `parts()` and can be read out `in_words()`. Code that walks a condition uses these, or `parts_of`, `tests_in` and
`words_for`, which also take a name.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationInfo, model_validator

from dms.config.problems import suggestion
from dms.decision.cue_catalog import CUES
from dms.decision.cue_words import number_in_words, presence_in_words, truth_in_words, word_in_words
from dms.types import AlertKind, Level


class PackPart(BaseModel):
    """Part of a pack: strict and frozen, without unknown keys, and with finite numbers only."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


def _known(what: str, names: tuple[str, ...]) -> AfterValidator:
    def check(word: str) -> str:
        if word not in names:
            raise ValueError(f"unknown {what}{suggestion(word, names)}")
        return word

    return AfterValidator(check)


CueName = Annotated[str, _known("cue", tuple(CUES))]
KindName = Annotated[str, _known("kind of alert", tuple(AlertKind))]
LevelName = Annotated[str, _known("level", tuple(Level))]
Seconds = Annotated[float, Field(ge=0.0, le=86_400.0)]
PositiveSeconds = Annotated[float, Field(gt=0.0, le=86_400.0)]


NUMBER_TESTS = ("above", "at_least", "below", "at_most", "beyond")


class ConditionPart(PackPart):
    """A condition that is written out rather than named."""

    def parts(self) -> tuple[Condition, ...]:
        """Returns the conditions directly within this one; none for a single test."""
        return ()

    @abstractmethod
    def in_words(self) -> str:
        """Returns the condition as a phrase for people."""


class CueTest(ConditionPart):
    """A test of one cue. `until` is where a test of a number stops being true (hysteresis)."""

    cue: CueName
    above: float | None = Field(default=None, description="The value is greater than this.")
    below: float | None = Field(default=None, description="The value is less than this.")
    at_least: float | None = Field(default=None, description="The value is this or greater.")
    at_most: float | None = Field(default=None, description="The value is this or less.")
    beyond: float | None = Field(default=None, ge=0.0, description="The value is farther from 0 than this, on either side.")
    until: float | None = Field(default=None, description="Once true, it stays true until the value is back to this.")
    is_: bool | str | None = Field(default=None, alias="is", description="The value is this: true, false or a word.")
    in_: list[str] | None = Field(default=None, alias="in", min_length=1, description="The value is one of these words.")
    not_in: list[str] | None = Field(default=None, min_length=1, description="The value is known and none of these words.")
    unknown: bool | None = Field(default=None, description="What an unknown value counts as, if it is not to stay unknown.")
    present: bool | None = Field(default=None, description="Whether the cue has a value at all; never unknown itself.")

    def in_words(self) -> str:
        doubt = "" if self.unknown is None else f" (unknown counts as {'so' if self.unknown else 'not so'})"
        return self._known_in_words() + doubt

    def _known_in_words(self) -> str:
        for test in NUMBER_TESTS:
            limit = getattr(self, test)
            if limit is not None:
                return number_in_words(self.cue, test, limit, self.until)
        if self.present is not None:
            return presence_in_words(self.cue, self.present)
        if isinstance(self.is_, bool):
            return truth_in_words(self.cue, self.is_)
        if self.not_in is not None:
            return word_in_words(self.cue, self.not_in, others=True)
        return word_in_words(self.cue, self.in_ or [str(self.is_)])

    @model_validator(mode="after")
    def _fits_the_cue(self, info: ValidationInfo) -> CueTest:
        given = [name for name, value in self._tests().items() if value is not None]
        if len(given) != 1:
            listed = " and ".join(given) if given else "none"
            raise ValueError(f"exactly one of {', '.join(self._tests())} is wanted, and there is {listed}")
        cue, test = CUES[self.cue], given[0]
        fitting = {"number": NUMBER_TESTS, "truth": ("is",), "text": ("is", "in", "not_in")}[cue.type]
        if test not in (*fitting, "present"):
            raise ValueError(
                f"{self.cue} is a {cue.type}: it can be tested with {', '.join(fitting)} or present, not with {test}"
            )
        self._check_numbers(test)
        self._check_words((info.context or {}).get("zones", ()) if self.cue == "gaze_zone" else cue.values)
        return self

    def _tests(self) -> dict[str, Any]:
        return {
            "above": self.above, "at_least": self.at_least, "below": self.below, "at_most": self.at_most, "beyond": self.beyond,
            "is": self.is_, "in": self.in_, "not_in": self.not_in, "present": self.present,
        }  # fmt: skip

    def _check_numbers(self, test: str) -> None:
        cue, limit = CUES[self.cue], self._tests()[test]
        for name, number in ((test, limit if test in NUMBER_TESTS else None), ("until", self.until)):
            if number is not None and not cue.lowest <= number <= cue.highest:
                raise ValueError(f"{name} {number:g}: {self.cue} lies between {cue.lowest:g} and {cue.highest:g}")
        if self.until is None:
            return
        if test not in NUMBER_TESTS:
            raise ValueError(f"until goes with {', '.join(NUMBER_TESTS)}, not with {test}")
        if test in ("below", "at_most") and self.until <= limit:
            raise ValueError(f"until {self.until:g} must be greater than {test} {limit:g}")
        if test not in ("below", "at_most") and self.until >= limit:
            raise ValueError(f"until {self.until:g} must be less than {test} {limit:g}")

    def _check_words(self, known: Collection[str]) -> None:
        cue = CUES[self.cue]
        if cue.type == "truth" and self.is_ is not None and not isinstance(self.is_, bool):
            raise ValueError(f"is {self.is_!r}: {self.cue} is true or false")
        words = [*(self.in_ or ()), *(self.not_in or ())]
        if cue.type == "text" and self.is_ is not None:
            words.append(str(self.is_))
        for word in words:
            if known and word not in known:
                raise ValueError(f"{word!r} is no value of {self.cue}{suggestion(word, known)}")


class RaisedTest(ConditionPart):
    """Another alert of this pack is raised, at the given level or above."""

    raised: KindName
    at_least: LevelName = "info"

    def in_words(self) -> str:
        return self._said("is raised")

    def negated_in_words(self) -> str:
        """Returns that the alert is not raised, as a phrase for people."""
        return self._said("is not raised")

    def _said(self, verb: str) -> str:
        return f"{self.raised} {verb}" + (f" at {self.at_least} or above" if self.at_least != "info" else "")

    @model_validator(mode="after")
    def _is_raised_by_the_pack(self, info: ValidationInfo) -> RaisedTest:
        kinds = (info.context or {}).get("kinds")
        if kinds is not None and self.raised not in kinds:
            raise ValueError(f"no rule of this pack raises {self.raised}{suggestion(self.raised, kinds)}")
        return self


class AllOf(ConditionPart):
    """True when every part is."""

    all: list[Condition] = Field(min_length=1)

    def parts(self) -> tuple[Condition, ...]:
        return tuple(self.all)

    def in_words(self) -> str:
        return " and ".join(_bracketed(part, AnyOf) for part in self.all)


class AnyOf(ConditionPart):
    """True when at least one part is."""

    any: list[Condition] = Field(min_length=1)

    def parts(self) -> tuple[Condition, ...]:
        return tuple(self.any)

    def in_words(self) -> str:
        return " or ".join(_bracketed(part, AllOf) for part in self.any)


class NotOf(ConditionPart):
    """True when the part is false."""

    not_: Condition = Field(alias="not")

    def parts(self) -> tuple[Condition, ...]:
        return (self.not_,)

    def in_words(self) -> str:
        part = self.not_
        if isinstance(part, RaisedTest):
            return part.negated_in_words()
        return f"not {words_for(part)}" if isinstance(part, str) else f"it is not so that ({words_for(part)})"


def _bracketed(part: Condition, weaker: type[ConditionPart]) -> str:
    """Returns a part in words, in brackets if its own parts are joined by the other word and there are several."""
    return f"({words_for(part)})" if isinstance(part, weaker) and len(part.parts()) > 1 else words_for(part)


def _named(name: str, info: ValidationInfo) -> str:
    names = (info.context or {}).get("conditions")
    if names is not None and name not in names:
        raise ValueError(f"no condition of this name under 'conditions'{suggestion(name, names)}")
    return name


_FORMS = ("cue", "raised", "all", "any", "not")


def _form(value: Any) -> str:
    if isinstance(value, str):
        return "(name)"
    if isinstance(value, dict):
        return next((f"({form})" for form in _FORMS if form in value), "(cue)")
    return f"({_FORM_OF.get(type(value), 'cue')})"


Condition: TypeAlias = Annotated[
    Annotated[str, AfterValidator(_named), Tag("(name)")]
    | Annotated[CueTest, Tag("(cue)")]
    | Annotated[RaisedTest, Tag("(raised)")]
    | Annotated[AllOf, Tag("(all)")]
    | Annotated[AnyOf, Tag("(any)")]
    | Annotated[NotOf, Tag("(not)")],
    Discriminator(_form),
]
_FORM_OF: dict[type, str] = {CueTest: "cue", RaisedTest: "raised", AllOf: "all", AnyOf: "any", NotOf: "not"}
for part in (AllOf, AnyOf, NotOf):
    part.model_rebuild()


def words_for(condition: Condition) -> str:
    """Returns the condition as a phrase for people; a named one is called by its name, in quotation marks."""
    return f'"{name_in_words(condition)}"' if isinstance(condition, str) else condition.in_words()


def name_in_words(name: str) -> str:
    """Returns a name of the pack as people read it."""
    return name.replace("_", " ")


def while_words(condition: Condition) -> str:
    """Returns the time in which the condition holds, for people: `of "looking away"`, `in which the eyes are closed`."""
    return f"of {words_for(condition)}" if isinstance(condition, str) else f"in which {words_for(condition)}"


def parts_of(condition: Condition, named: Mapping[str, Condition]) -> tuple[Condition, ...]:
    """Returns the conditions directly within a condition. Within a name is the one that it stands for in `named`."""
    return (named[condition],) if isinstance(condition, str) else condition.parts()


def tests_in(condition: Condition, named: Mapping[str, Condition]) -> Iterator[CueTest | RaisedTest]:
    """Yields the single tests that a condition comes down to, in the order in which they are written."""
    if isinstance(condition, (CueTest, RaisedTest)):
        yield condition
    for part in parts_of(condition, named):
        yield from tests_in(part, named)
