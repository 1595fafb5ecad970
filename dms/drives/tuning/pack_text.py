"""A tuned pack as text: the file of the pack it came from, letter by letter, but for the numbers that changed.

Comments stay. Those behind a number that changed are told so: the source they name no longer says that number.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from dms.config.yaml_loader import KeyPath, parse_yaml
from dms.drives.tuning.candidates import Original
from dms.drives.tuning.parameters import Number, with_values
from dms.errors import ConfigurationError

TUNED = "tuned, was"
"""What is said beside a number that a search has changed."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """Characters `begin` to `end` of a text become `new`."""

    begin: int
    end: int
    new: str


def tuned_text(
    original: Original, changes: Mapping[KeyPath, Number], name: str, story: Sequence[str], remark: str = TUNED
) -> str:
    """The file of a pack with other numbers.

    Args:
        original: the pack that it is made from.
        changes: the numbers that differ.
        name: what the new pack is called.
        story: how it came about; lines of a comment at the top, if there are any.
        remark: what stands beside a changed number, before the one that stood there.

    Raises:
        ConfigurationError: the file is written in a way in which numbers cannot be replaced one by one.
    """
    file = original.document.file
    text = original.document.text
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert root is not None
    named = _node(root, ("pack",))
    edits = [_Edit(named.start_mark.index, named.end_mark.index, name)]
    by_line: dict[int, list[str]] = {}
    for path, value in changes.items():
        node = _node(root, path)
        edits.append(_Edit(node.start_mark.index, node.end_mark.index, _written(value, node.value)))
        by_line.setdefault(node.end_mark.line, []).append(node.value)
    edits += _remarks(text, by_line, remark)
    for edit in sorted(edits, key=lambda edit: -edit.begin):
        text = text[: edit.begin] + edit.new + text[edit.end :]
    text = "".join(f"# {line}\n" for line in story) + ("#\n" if story else "") + text
    if parse_yaml(text, file).data != {**with_values(original.data, changes), "pack": name}:
        raise ConfigurationError(f"{file}: the numbers of this file cannot be replaced one by one; write it in plain YAML")
    return text


def difference(before: str, after: str, names: tuple[str, str]) -> list[str]:
    """The lines that differ, as `diff -u` shows them with a line around."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, n=1, lineterm="")
    return list(lines)


def _node(root: yaml.Node, path: KeyPath) -> yaml.ScalarNode:
    node = root
    for step in path:
        if isinstance(node, yaml.SequenceNode):
            node = node.value[step]
        else:
            assert isinstance(node, yaml.MappingNode)
            node = next(value for key, value in node.value if key.value == step)
    assert isinstance(node, yaml.ScalarNode)
    return node


def _written(value: Number, before: str) -> str:
    """A number in the style of the one that stood there: 3.0 stays a number with a point."""
    text = f"{value:.9g}"
    return f"{text}.0" if "." in before and text.lstrip("-").isdigit() else text


def _remarks(text: str, by_line: Mapping[int, Sequence[str]], said: str) -> Iterator[_Edit]:
    """What is said of the numbers that changed, at the end of their lines."""
    ends = ends_of_code(text)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    lines = text.splitlines()
    for line, before in by_line.items():
        remark = f"({said} {' and '.join(before)})"
        has_comment = "#" in lines[line][ends[line] :]
        at = starts[line] + len(lines[line].rstrip())
        yield _Edit(at, at, f" {remark}" if has_comment else f"  # {remark[1:-1]}")


def ends_of_code(text: str) -> dict[int, int]:
    """The column at which the last token of each line ends, both from 0: what comes after it is a comment."""
    ends: dict[int, int] = {}
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if token.end_mark.index > token.start_mark.index:
            ends[token.end_mark.line] = max(ends.get(token.end_mark.line, 0), token.end_mark.column)
    return ends
