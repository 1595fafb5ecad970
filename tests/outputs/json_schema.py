"""As much of a JSON Schema validator as the schemas of the bus use; a keyword it does not know is an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_SAY_NOTHING = {"type", "title", "description", "default", "$schema", "$defs", "format", "nullable"}


def violations(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, where: str = "$") -> list[str]:
    """Everything about `value` that `schema` forbids, each with the place where it stands."""
    root = schema if root is None else root
    if "type" in schema and not _has_type(value, schema["type"]):
        return [f"{where}: {value!r} is no {schema['type']}"]
    found: list[str] = []
    for keyword, rule in schema.items():
        if keyword not in _SAY_NOTHING:
            found += _CHECKS[keyword](value, rule, root, where)
    return found


def _has_type(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and not (isinstance(value, bool) and name in ("integer", "number"))


def _reference(value: Any, rule: str, root: dict[str, Any], where: str) -> list[str]:
    return violations(value, root["$defs"][rule.removeprefix("#/$defs/")], root, where)


def _any_of(value: Any, rule: list[dict[str, Any]], root: dict[str, Any], where: str) -> list[str]:
    fits = any(not violations(value, option, root, where) for option in rule)
    return [] if fits else [f"{where}: {value!r} fits none of {len(rule)} alternatives"]


def _properties(value: Any, rule: dict[str, Any], root: dict[str, Any], where: str) -> list[str]:
    return [each for name in rule.keys() & value.keys() for each in violations(value[name], rule[name], root, f"{where}.{name}")]


def _additional(value: Any, rule: Any, root: dict[str, Any], where: str) -> list[str]:
    if rule is True:
        return []
    return [each for name, entry in value.items() for each in violations(entry, rule, root, f"{where}.{name}")]


def _items(value: Any, rule: Any, root: dict[str, Any], where: str) -> list[str]:
    return [each for i, entry in enumerate(value) for each in violations(entry, rule, root, f"{where}[{i}]")]


def _prefix_items(value: Any, rule: list[Any], root: dict[str, Any], where: str) -> list[str]:
    pairs = enumerate(zip(value, rule, strict=False))
    return [each for i, (entry, one) in pairs for each in violations(entry, one, root, f"{where}[{i}]")]


_CHECKS: dict[str, Callable[[Any, Any, dict[str, Any], str], list[str]]] = {
    "$ref": _reference,
    "anyOf": _any_of,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "prefixItems": _prefix_items,
    "const": lambda value, rule, _, where: [] if value == rule else [f"{where}: {value!r} is not {rule!r}"],
    "enum": lambda value, rule, _, where: [] if value in rule else [f"{where}: {value!r} is not one of {rule}"],
    "required": lambda value, rule, _, where: [f"{where}: {name} is missing" for name in rule if name not in value],
    "minimum": lambda value, rule, _, where: [] if value >= rule else [f"{where}: {value} is below {rule}"],
    "minItems": lambda value, rule, _, where: [] if len(value) >= rule else [f"{where}: fewer than {rule} entries"],
    "maxItems": lambda value, rule, _, where: [] if len(value) <= rule else [f"{where}: more than {rule} entries"],
    "propertyNames": lambda value, rule, root, where: [each for name in value for each in violations(name, rule, root, where)],
}
