"""A pack as it is shown: paragraphs of sentences, and every number of its file with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from dms.decision.condition_schema import name_in_words
from dms.decision.pack_loader import Pack
from dms.drives.tuning.candidates import Original
from dms.drives.tuning.parameters import NOT_FOR_TUNING, Number, Parameter, parameters_of
from dms.drives.tuning.space import Dimension, Space
from dms.studio.rules.bounds import Bounds, Slide, bounds_at, schema_bounds, slide_between, slide_of
from dms.studio.rules.linked import Linked
from dms.studio.rules.sources import Sources

_ENDINGS = ("_s", "_deg", "_kph")
_GENERAL, _CONDITIONS = "For all rules", "Where"


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """Part of a sentence; `number` is the name of what it says, if it says a number of the file."""

    text: str
    number: str = ""


class Sentence(msgspec.Struct, frozen=True):
    """A sentence, and the names of the numbers whose sliders stand below it: it is the first of its paragraph to say them."""

    pieces: tuple[Piece, ...]
    numbers: tuple[str, ...]


class Section(msgspec.Struct, frozen=True):
    """A paragraph. `silent` are numbers of it that no sentence says, such as those that are 0; `alert` is what a rule raises."""

    name: str
    head: str
    sentences: tuple[Sentence, ...]
    silent: tuple[str, ...]
    alert: str = ""


class NumberShown(msgspec.Struct, frozen=True):
    """A number of the pack's file. `value` is what stands there; `label` and `says` are for people, `source` is its comment."""

    name: str
    label: str
    unit: str
    value: Number
    line: int
    low: float
    high: float
    step: float
    bounds: str
    opened: str
    source: str
    about: str


class Sheet(msgspec.Struct, frozen=True):
    """A whole pack."""

    name: str
    title: str
    description: str
    sha256: str
    sections: tuple[Section, ...]
    numbers: dict[str, NumberShown]


@dataclass(frozen=True, slots=True)
class Ranges:
    """What a search space opens, by the names of the numbers; `named` says where that is written."""

    named: str
    opened: Mapping[str, Dimension]

    @classmethod
    def of(cls, space: Space | None) -> Ranges:
        """Those of a space; none without one."""
        if space is None:
            return cls("", {})
        return cls(space.path.name, {one.name: one for one in space.dimensions})


def sheet_of(original: Original, space: Space | None, found: Sequence[Linked]) -> Sheet:
    """The pack as it stands in its file, with what `space` opens; `found` are its paragraphs."""
    parameters = parameters_of(original.data)
    known, sources, ranges = schema_bounds(original.pack.file), Sources(original.document), Ranges.of(space)
    shown = {
        one.name: _shown(one, bounds_at(one.path, known), sources.of(one.path), original, ranges) for one in parameters.values()
    }
    file = original.pack.file
    sections = sections_of(original.pack, parameters, found)
    return Sheet(file.pack, file.title, file.description.strip(), original.pack.sha256, sections, shown)


def sections_of(pack: Pack, parameters: Mapping[str, Parameter], found: Sequence[Linked]) -> tuple[Section, ...]:
    """The paragraphs of a pack that has these numbers; `found` are the same as `linked` gives them."""
    homes: dict[str, list[str]] = {}
    for one in parameters.values():
        homes.setdefault(_home(one), []).append(one.name)
    return tuple(_section(one, homes.get(_name(one), []), pack) for one in found)


def _home(parameter: Parameter) -> str:
    """The section in which a number has its slider."""
    section = parameter.path[0]
    if section == "rules":
        return f"rules.{parameter.path[1]}"
    return "conditions" if section == "conditions" else "all"


def _name(one: Linked) -> str:
    if one.paragraph.rule is not None:
        return f"rules.{one.paragraph.rule}"
    return {_GENERAL: "all", _CONDITIONS: "conditions"}[one.paragraph.head]


def _section(one: Linked, own: Sequence[str], pack: Pack) -> Section:
    paragraph, left = one.paragraph, dict.fromkeys(own)
    sentences = []
    for line, mentions in zip(paragraph.lines, one.mentions, strict=True):
        first = dict.fromkeys(mention.name for mention in mentions if mention.name in left)
        left = {name: None for name in left if name not in first}
        pieces, at = list[Piece](), 0
        for mention in mentions:
            pieces += [Piece(line[at : mention.begin]), Piece(line[mention.begin : mention.end], mention.name)]
            at = mention.end
        pieces.append(Piece(line[at:]))
        sentences.append(Sentence(tuple(piece for piece in pieces if piece.text), tuple(first)))
    alert = str(pack.file.rules[paragraph.rule].alert) if paragraph.rule is not None else ""
    return Section(_name(one), paragraph.head, tuple(sentences), tuple(left), alert)


def _shown(one: Parameter, bounds: Bounds, source: str, original: Original, ranges: Ranges) -> NumberShown:
    dimension = ranges.opened.get(one.name)
    slide, opened = _slide(one, bounds, dimension, ranges.named)
    note = NOT_FOR_TUNING.get(str(one.path[-1]), "")
    return NumberShown(
        name=one.name,
        label=_label(one),
        unit=one.unit,
        value=one.value,
        line=original.document.line(one.path),
        low=slide.low,
        high=slide.high,
        step=slide.step,
        bounds=bounds.in_words(one.unit),
        opened=opened,
        source=source,
        about="; ".join(part for part in (bounds.about.rstrip("."), note) if part),
    )


def _slide(one: Parameter, bounds: Bounds, dimension: Dimension | None, named: str) -> tuple[Slide, str]:
    if dimension is None:
        return slide_of(one.value, bounds), ""
    end = f" {one.unit}" if one.unit not in ("", "°") else one.unit
    opened = f"{named} opens {dimension.lowest:g} to {dimension.highest:g}{end}"
    return slide_between(one.value, dimension.lowest, dimension.highest, bounds, dimension.step), opened


def _label(one: Parameter) -> str:
    """What a number is called beside its slider: its keys below what it belongs to, without the unit, which is told apart."""
    keys = one.name.split(".")[1:] if one.path[0] != "rules" else one.name.split(".")[2:]
    last = next((keys[-1].removesuffix(ending) for ending in _ENDINGS if keys[-1].endswith(ending)), keys[-1])
    return " · ".join(name_in_words(key) for key in (*keys[:-1], last)) or one.name
