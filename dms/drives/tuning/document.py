"""Finding one's way in a pack document: its mappings, the conditions that rules state, and the tests these come down to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dms.config.yaml_loader import KeyPath

Part = tuple[Mapping[str, Any], KeyPath]
"""A mapping of a document, and where it stands."""

_CONDITION_KEYS = frozenset({"when", "only_while", "freeze", "becomes", "holds"})


def parts(value: Any, path: KeyPath = ()) -> Iterator[Part]:
    """Every mapping in a part of the document, from the outside in."""
    if isinstance(value, dict):
        yield value, path
        for key, below in value.items():
            yield from parts(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from parts(below, (*path, index))


def conditions_in(part: Mapping[str, Any], path: KeyPath) -> Iterator[tuple[str, Any, KeyPath]]:
    """The conditions that stand directly in a mapping of a rule, with the key and the place of each."""
    for key in part:
        if key in _CONDITION_KEYS and part[key] is not None:
            yield key, part[key], (*path, key)


def tests_in(data: Mapping[str, Any], condition: Any, path: KeyPath) -> Iterator[Part]:
    """The single tests, of cues and of alerts, that a condition of the document comes down to."""
    if isinstance(condition, str):
        yield from tests_in(data, data["conditions"][condition], ("conditions", condition))
    elif "cue" in condition or "raised" in condition:
        yield condition, path
    else:
        for word, below in condition.items():
            if isinstance(below, list):
                for index, one in enumerate(below):
                    yield from tests_in(data, one, (*path, word, index))
            else:
                yield from tests_in(data, below, (*path, word))


def condition_names_in(data: Mapping[str, Any], rule: Mapping[str, Any]) -> set[str]:
    """The named conditions that a rule depends on, through others too."""
    asked = [condition for part, path in parts(rule) for _, condition, _ in conditions_in(part, path)]
    return set().union(*(_names(data, condition) for condition in asked))


def _names(data: Mapping[str, Any], condition: Any) -> set[str]:
    if isinstance(condition, str):
        return {condition} | _names(data, data["conditions"][condition])
    if "cue" in condition or "raised" in condition:
        return set()
    below = [one for value in condition.values() for one in (value if isinstance(value, list) else [value])]
    return set().union(*(_names(data, one) for one in below))
