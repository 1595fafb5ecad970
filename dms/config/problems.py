"""pydantic's findings, worded for the person who wrote the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

_WANTED = {
    "float_type": "a number is wanted",
    "int_type": "a whole number is wanted",
    "float_parsing": "a number is wanted",
    "int_parsing": "a whole number is wanted",
    "bool_parsing": "true or false is wanted",
    "string_type": "text is wanted",
    "bool_type": "true or false is wanted",
    "dict_type": "keys with values are wanted",
    "model_type": "keys with values are wanted",
    "model_attributes_type": "keys with values are wanted",
    "list_type": "a list is wanted",
    "finite_number": "a number must be finite",
}
_UNITS = {
    ("_ms", "_sec", "_secs", "_seconds", "_min", "_minutes", "_frames"): "times are in seconds, in keys that end in _s",
    ("_rad", "_degrees"): "angles are in degrees, in keys that end in _deg",
    ("_mps", "_mph", "_kmh"): "speeds are in km/h, in keys that end in _kph",
}
_SHOWN = 60


def suggestion(word: str, known: Iterable[str]) -> str:
    """Returns `; did you mean 'x'?` for the known word closest to `word`, or lists the known words if none is close and they are
    few."""
    words = list(known)
    by_lower = {candidate.lower(): candidate for candidate in words}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    if near:
        return f"; did you mean '{by_lower[near[0]]}'?"
    return f"; known: {', '.join(sorted(words))}" if 0 < len(words) <= 20 else ""


def worth_saying(problems: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Without what only follows from others: of a list all of whose items are wrong pydantic says that it is too short, too."""
    places = [problem["loc"] for problem in problems]

    def follows(problem: ErrorDetails) -> bool:
        at = problem["loc"]
        return problem["type"] == "too_short" and any(len(other) > len(at) and other[: len(at)] == at for other in places)

    return [problem for problem in problems if not follows(problem)]


def describe(problem: ErrorDetails, model: type[BaseModel], data: Any) -> tuple[tuple[str | int, ...], str]:
    """Returns the path of a problem in the document, and the problem with the value that caused it."""
    location = problem["loc"]
    path = path_in(data, location)
    kind, value = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        key = str(location[-1])
        return path, f"unknown key{_unit_hint(key) or suggestion(key, keys_at(model, location[:-1]))}"
    if kind == "union_tag_invalid":
        context = problem["ctx"]
        known = [tag.strip(" '") for tag in str(context["expected_tags"]).split(",")]
        return (
            path,
            f"{context['discriminator'].strip(chr(39))} {context['tag']!r} is unknown{suggestion(str(context['tag']), known)}",
        )
    if kind == "union_tag_not_found":
        return path, f"the key {problem['ctx']['discriminator'].strip(chr(39))} is missing"
    if kind == "missing":
        return (*path, str(location[-1])), "the key is missing"
    message = _WANTED.get(kind) or problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if value is None and kind in _WANTED:
        return path, f"{message}, and there is nothing"
    if isinstance(value, (str, int, float, bool)):
        return path, f"{_shown(value)}: {message}"
    return path, message


def _unit_hint(key: str) -> str:
    """The key to write instead of one in a unit that is not used here."""
    for endings, hint in _UNITS.items():
        if key.endswith(endings):
            return f"; {hint}"
    return ""


def _shown(value: str | float) -> str:
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"


def path_in(data: Any, location: Sequence[str | int]) -> tuple[str | int, ...]:
    """The part of a pydantic location that exists in the document, without the names of union members."""
    path: list[str | int] = []
    for step in location:
        inside_mapping = isinstance(data, dict) and step in data
        inside_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if inside_mapping or inside_list:
            data = data[step]
            path.append(step)
    return tuple(path)


def keys_at(annotation: Any, location: Sequence[str | int]) -> list[str]:
    """The keys allowed at `location` below a type; empty if they are not a fixed set."""
    for step in location:
        annotation = _below(annotation, step)
    annotation = _bare(annotation)
    if not _is_model(annotation):
        return []
    return [field.alias or name for name, field in annotation.model_fields.items()]


def _below(annotation: Any, step: str | int) -> Any:
    annotation = _bare(annotation)
    if _is_model(annotation):
        field = next((f for name, f in annotation.model_fields.items() if (f.alias or name) == step), None)
        return field.annotation if field else None
    members = get_args(annotation)
    tagged = [member for member in members if _tag(member) == step]
    if tagged:
        return tagged[0]
    of_all = [member for member in members if member is not Ellipsis]
    return of_all[-1] if get_origin(annotation) in (list, dict, tuple) and of_all else None


def _bare(annotation: Any) -> Any:
    """Without `Annotated[…]` and without `| None`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        members = get_args(annotation)
        others = [member for member in members if member is not type(None)]
        if len(others) == 1 and len(members) == 2:
            annotation = others[0]
            continue
        return annotation


def _tag(annotation: Any) -> str | None:
    """The name under which pydantic lists a member of a union: its explicit tag, or the value of its `kind`."""
    if get_origin(annotation) is Annotated:
        return next((part.tag for part in get_args(annotation)[1:] if isinstance(part, Tag)), _tag(get_args(annotation)[0]))
    if _is_model(annotation) and "kind" in annotation.model_fields:
        return next(iter(get_args(annotation.model_fields["kind"].annotation)), None)
    return None


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
