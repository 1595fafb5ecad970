"""How a pack is written: its name, named conditions and speed gates, and the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import AfterValidator, Field, model_validator

from dms.decision.condition_schema import Condition, LevelName, PackPart, Seconds
from dms.decision.cue_catalog import CUES
from dms.decision.rule_kinds import RULE_KINDS
from dms.decision.rule_parts import SpeedGate
from dms.decision.rule_schema import RuleBase
from dms.decision.without_speed import Restraint, WithoutSpeed, restraint_of, with_hint
from dms.types import AlertKind, Level

if TYPE_CHECKING:
    Rule = RuleBase
else:
    Rule = Annotated[Union[tuple(RULE_KINDS)], Field(discriminator="kind")]  # noqa: UP007 - the members are known only here


class Arbitration(PackPart):
    """One audible prompt at a time: the level from which alerts sound, and how long a prompt lasts."""

    audible_from: LevelName = "warning"
    continuous_from: LevelName = Field(default="urgent", description="From this level on the prompt lasts as long as the alert.")
    prompt_s: Seconds = Field(default=3.0, description="How long a prompt below that level keeps the others waiting.")

    @model_validator(mode="after")
    def _is_ordered(self) -> Arbitration:
        if Level(self.continuous_from).rank < Level(self.audible_from).rank:
            raise ValueError("continuous_from must not be below audible_from")
        return self


def _plain_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise ValueError("a pack's name has small letters, digits and hyphens")
    return name


class PackFile(PackPart):
    """A whole rule pack."""

    pack: Annotated[str, AfterValidator(_plain_name)] = Field(description="The pack's name, as in the file's name.")
    title: str = Field(min_length=1)
    description: str = ""
    conditions: dict[str, Condition] = Field(default={}, description="Conditions that rules refer to by name.")
    speed_gates: dict[str, SpeedGate] = Field(default={}, description="Speed gates that rules refer to by name.")
    without_speed: WithoutSpeed = WithoutSpeed()
    arbitration: Arbitration = Arbitration()
    rules: Annotated[dict[str, Rule], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _says_once_that_speed_is_missing(cls, data: Any) -> Any:
        return with_hint(data)

    def restraint(self, rule: RuleBase) -> Restraint | None:
        """What holds this rule back while nobody tells the speed, if anything does."""
        return restraint_of(rule, self.without_speed, self.conditions)

    def restrained_ranks(self, rules: Iterable[RuleBase]) -> set[int]:
        """The ranks that these rules come to while nobody tells the speed."""
        return {
            rank
            for rule in rules
            if (restraint := self.restraint(rule)) is not None
            for rank in restraint.ranks(Level(rung.level).rank for rung in rule.ladder)
        }


def pack_json_schema() -> dict[str, Any]:
    """Returns the JSON Schema of a pack file, for editors that complete and check it while it is written."""
    schema = PackFile.model_json_schema(by_alias=True)
    kinds, levels, cues = list(AlertKind), list(Level), list(CUES)
    for part in schema["$defs"].values():
        properties = part.get("properties", {})
        for key, words in (("alert", kinds), ("raised", kinds), ("level", levels), ("cue", cues)):
            if properties.get(key, {}).get("type") == "string":
                properties[key]["enum"] = [str(word) for word in words]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "dms rule pack"}
