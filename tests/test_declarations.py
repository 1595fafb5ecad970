"""Each record is declared once, for memory and for the wire, and nothing goes behind a declaration."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dms import health, types
from dms.outputs.bus import messages
from dms.trip import summary

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(path for package in ("dms", "tools") for path in (ROOT / package).rglob("*.py"))
RECORDS = [
    declared
    for module in (types, health, summary, messages)
    for declared in vars(module).values()
    if isinstance(declared, type) and issubclass(declared, msgspec.Struct) and declared.__module__ == module.__name__
]


def declarations() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The module, the name and the fields of every class that declares fields."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                annotated = (each.target for each in node.body if isinstance(each, ast.AnnAssign))
                fields = tuple(sorted(target.id for target in annotated if isinstance(target, ast.Name)))
                if fields:
                    yield ".".join(path.relative_to(ROOT).with_suffix("").parts), node.name, fields


def test_no_other_module_declares_the_fields_of_a_record_again() -> None:
    places = defaultdict(set)
    for module, name, fields in declarations():
        places[fields].add((module, name))
    for record in RECORDS:
        fields = tuple(sorted(field.name for field in msgspec.structs.fields(record)))
        assert {module for module, _ in places[fields]} == {record.__module__}, record.__name__


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_record_is_frozen(record: type[msgspec.Struct]) -> None:
    assert record.__struct_config__.frozen


def test_no_object_is_given_another_class() -> None:
    assigned = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "__class__" and isinstance(node.ctx, ast.Store)
    ]
    assert assigned == []
