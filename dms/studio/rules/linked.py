"""Which numbers of a pack stand where in its sentences: found by saying the pack again with each number changed.

The words are those of `dms rules explain`. What differs in them when a number differs is where that number stands, also where
the words say something that follows from it, such as a speed less its hysteresis. New kinds of rule need nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from dms.config.yaml_loader import KeyPath
from dms.decision.in_words import Paragraph, paragraphs_of, rule_paragraph
from dms.decision.pack_loader import Pack
from dms.drives.tuning.parameters import Number, Parameter

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_OTHER, _SMALL = 1.25, 0.25


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `begin` to `end` of a sentence, which say the number called `name`, or what follows from it."""

    begin: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A paragraph with what its sentences mention, a tuple for each."""

    paragraph: Paragraph
    mentions: tuple[tuple[Mention, ...], ...]


def linked(pack: Pack, parameters: Iterable[Parameter], before: Sequence[Linked] = ()) -> list[Linked]:
    """The paragraphs of a pack, and which of these numbers of its file they mention.

    `before` are those of the same pack with other numbers: what says the same is not looked at again.
    """
    paragraphs = list(paragraphs_of(pack))
    known = {one.paragraph: one for one in before}
    fresh = [place for place, paragraph in enumerate(paragraphs) if paragraph not in known]
    found = {place: [dict[int, Mention]() for _ in paragraphs[place].lines] for place in fresh}
    for parameter in parameters if fresh else ():
        for place, changed in _said_with(parameter, pack, paragraphs, fresh):
            _note(found[place], paragraphs[place].lines, changed.lines, parameter.name)
    return [
        known[paragraph] if place not in found else Linked(paragraph, tuple(map(_in_order, found[place])))
        for place, paragraph in enumerate(paragraphs)
    ]


def _in_order(mentions: Mapping[int, Mention]) -> tuple[Mention, ...]:
    return tuple(mentions[begin] for begin in sorted(mentions))


def _said_with(
    parameter: Parameter, pack: Pack, paragraphs: Sequence[Paragraph], wanted: Iterable[int]
) -> Iterator[tuple[int, Paragraph]]:
    """The wanted paragraphs that may differ when that number is another one, with their places."""
    section, *below = parameter.path
    wanted = [place for place in wanted if section != "rules" or paragraphs[place].rule == below[0]]
    if not wanted:
        return
    changed = replace(pack, file=_with(pack.file, parameter.path, parameter.value * _OTHER or _SMALL))
    general = [] if all(paragraphs[place].rule for place in wanted) else list(paragraphs_of(changed))
    for place in wanted:
        rule = paragraphs[place].rule
        yield place, general[place] if general else rule_paragraph(str(rule), changed)


def _note(found: Sequence[dict[int, Mention]], lines: Sequence[str], changed: Sequence[str], name: str) -> None:
    if len(lines) != len(changed):  # a number that is 0 says nothing, and another one adds a sentence
        return
    for by_place, line, other in zip(found, lines, changed, strict=True):
        if line == other:
            continue
        before, after = list(_NUMBER.finditer(line)), list(_NUMBER.finditer(other))
        if len(before) == len(after):
            for one, now in zip(before, after, strict=True):
                if one.group() != now.group():
                    by_place.setdefault(one.start(), Mention(one.start(), one.end(), name))


def _with(value: Any, path: KeyPath, number: Number) -> Any:
    """A part of a pack with another number at `path`, which the schema need not allow: it is only said, never run."""
    if not path:
        return number
    step, rest = path[0], path[1:]
    if isinstance(value, BaseModel):
        name = next(name for name, field in type(value).model_fields.items() if (field.alias or name) == step)
        return value.model_copy(update={name: _with(getattr(value, name), rest, number)})
    if isinstance(value, Mapping):
        return {**value, step: _with(value[step], rest, number)}
    assert isinstance(step, int)
    return [_with(one, rest, number) if place == step else one for place, one in enumerate(value)]
