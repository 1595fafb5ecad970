"""Reads hand-written YAML such that a slip is an error with a line number and never a different value.

What plain YAML would silently turn into something else is refused or read as written: `on` and `yes` stay text, `1:30` stays
text instead of becoming 90, `010` is refused instead of becoming 8, a repeated key is refused instead of the last one winning,
and aliases, tags, NaN and infinities do not exist here. `1e-3` is the number it looks like.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.composer import Composer

from dms.bounded import read_at_most
from dms.config.problems import describe, worth_saying
from dms.errors import ConfigurationError
from dms.refusal import line_of, not_utf8

YamlValue: TypeAlias = "bool | int | float | str | list[YamlValue] | dict[str, YamlValue] | None"
KeyPath: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
_LONGEST_KEY = 100
_MOST_PROBLEMS = 200
"""Nobody reads more at once, and looking for what each of fifty thousand was meant to be takes a minute."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+(\.[0-9]*)?|[-+]?0[xob][0-9a-fA-F_]+")
_NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_MOST_DIGITS = 18  # every number of 64 bits, and no float overflows with it
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class YamlDocument:
    """A file's values, the line of each, and what the reader refused, for which `validated` raises.

    `text` is the file's content.
    """

    file: str
    data: YamlValue
    lines: Mapping[KeyPath, int]
    refused: Mapping[KeyPath, str]
    text: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes, as `sha256sum` prints it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the value at `path`, or of the closest enclosing value that is in the file. Lines count from 1."""
        key = tuple(path)
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def at(self, path: KeyPath) -> YamlValue:
        """The section of the file at `path`, or the whole file without a path. An empty section has no keys."""
        value = self.data
        for key in path:
            assert isinstance(value, dict), "sections lie in mappings"
            value = value[str(key)]
        return {} if path and value is None else value


def read_yaml(path: Path) -> YamlDocument:
    """Read a YAML file.

    Raises:
        ConfigurationError: the file cannot be read or is not YAML. Valid YAML that is refused here is kept in
            `refused`, to be reported by `validated` together with everything else that is wrong.
    """
    try:
        content = read_at_most(path, MAX_BYTES)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}:{line_of(error)}: {not_utf8(error)}") from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, file: str) -> YamlDocument:
    """Same as `read_yaml`, for a text. `file` is the name used in messages."""
    try:
        node = _compose(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(_syntax_error(file, error)) from error
    if node is None:
        raise ConfigurationError(f"{file}:1: the file is empty")
    reader = _Reader()
    data = reader.value(node, ())
    return YamlDocument(file, data, reader.lines, reader.refused, text)


def validated(model: type[Model], document: YamlDocument, context: Mapping[str, Any] | None = None, *, at: KeyPath = ()) -> Model:
    """Returns the document, or the part of it at `at`, as a `model`. An empty part counts as one without keys.

    Raises:
        ConfigurationError: every problem, each on a line of its own, `file:line: key.path: value: what is wrong`, in the order
            of the file.
    """
    data = document.at(at)
    problems = [(path, what) for path, what in document.refused.items() if path[: len(at)] == at]
    result: Model | None = None
    unsaid = 0
    try:
        result = model.model_validate(data, context=dict(context or {}))
    except ValidationError as error:
        every = worth_saying(error.errors(include_url=False))
        unsaid = len(every) - _MOST_PROBLEMS
        found = [describe(problem, model, data) for problem in every[:_MOST_PROBLEMS]]
        problems += [((*at, *path), what) for path, what in found if (*at, *path) not in document.refused]
    if problems or result is None:
        lines = {(document.line(path), f"{'.'.join(map(str, path)) or 'the file'}: {what}") for path, what in problems}
        said = [f"{document.file}:{line}: {what}" for line, what in sorted(lines)]
        raise ConfigurationError("\n".join([*said, *([f"{document.file}: and {unsaid} further problems"] if unsaid > 0 else [])]))
    return result


def load(model: type[Model], path: Path) -> Model:
    """Read a file and validate it; raises as `read_yaml` and `validated` do."""
    return validated(model, read_yaml(path))


class _Limits(Composer):
    """A composer that refuses deep nesting, and aliases, with which a small file could unfold into a huge one."""

    depth = 0
    check_event: Any  # of the parser that it is joined with
    peek_event: Any

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not allowed: write the value out", problem_mark=self._mark())
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=f"nested more than {MAX_DEPTH} deep", problem_mark=self._mark())
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _mark(self) -> Any:
        return self.peek_event().start_mark


class LimitedLoader(_Limits, yaml.SafeLoader):
    """PyYAML's own reader within those limits."""


_QuickParser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _QuickLoader(_Limits, _QuickParser):  # type: ignore[misc]
    """The same by libyaml, where PyYAML has it: a seventh of the time, and other words for what is wrong."""

    def __init__(self, text: str) -> None:
        _QuickParser.__init__(self, text)
        Composer.__init__(self)


_READ_OTHERWISE = re.compile(r"[\t\r!\x85\u2028\u2029]|\?[ \n]|\?$|^---|[|>]#", re.MULTILINE)
"""What libyaml accepts and PyYAML refuses, or counts to another line."""


def _compose(text: str) -> yaml.Node | None:
    if not _READ_OTHERWISE.search(text):
        try:
            return _composed_by(_QuickLoader(text))
        except (yaml.YAMLError, UnicodeError):
            pass  # PyYAML says what is wrong, in words that people know
    return _composed_by(LimitedLoader(text))


def _composed_by(loader: LimitedLoader | _QuickLoader) -> yaml.Node | None:
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


_VALUE_WITH_A_COLON = "mapping values are not allowed here"


def _syntax_error(file: str, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = f"{file}:{mark.line + 1}" if mark is not None else f"{file}:1"
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    hint = " (a value with ': ' in it needs quotation marks around it)" if what == _VALUE_WITH_A_COLON else ""
    return f"{where}: {what}{hint}"


class _Reader:
    """Turns the nodes of a document into plain values and collects every problem it meets."""

    def __init__(self) -> None:
        self.lines: dict[KeyPath, int] = {}
        self.refused: dict[KeyPath, str] = {}

    def value(self, node: yaml.Node, path: KeyPath) -> YamlValue:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.startswith("tag:yaml.org,2002:python"):
            self._refuse(node, path, f"tags such as {node.tag} are not allowed")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, YamlValue]:
        result: dict[str, YamlValue] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or not re.fullmatch(r"[A-Za-z_][\w.-]*", key):
                self._refuse(key_node, (*path, str(key)[:_LONGEST_KEY]), "keys are plain words")
                continue
            if len(key) > _LONGEST_KEY:
                self._refuse(key_node, (*path, f"{key[:_LONGEST_KEY]}…"), f"a key has at most {_LONGEST_KEY} characters")
                continue
            if key in result:
                first = self.lines[(*path, key)]
                self._refuse(key_node, (*path, f"{key} (again)"), f"the key stands twice, first on line {first}")
                continue
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            result[key] = self.value(value_node, (*path, key))
        return result

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> YamlValue:
        text = node.value
        if _NO_TEXT.search(text):
            self._refuse(node, path, "the text has a character that no name can have: NUL, or half of one")
            return ""
        if node.style:  # None or nothing where the text stands without quotation marks
            return str(text)
        if text.lower() in _WORDS and text in (text.lower(), text.capitalize(), text.upper()):
            return _WORDS[text.lower()]
        if _INTEGER.fullmatch(text):
            return self._whole(node, path, text)
        if _FLOAT.fullmatch(text):
            return self._finite(node, path, float(text))
        if _LEADING_ZERO.fullmatch(text):
            self._refuse(node, path, f"{text}: write numbers in plain decimal, without a leading zero")
        elif _NOT_FINITE.fullmatch(text):
            self._refuse(node, path, f"{text}: a number must be finite")
        return str(text)

    def _whole(self, node: yaml.ScalarNode, path: KeyPath, text: str) -> int:
        if len(text) > _MOST_DIGITS:
            self._refuse(node, path, f"{text[:_MOST_DIGITS]}…: a number of {len(text)} digits; at most {_MOST_DIGITS} are read")
            return 0
        return int(text)

    def _finite(self, node: yaml.ScalarNode, path: KeyPath, number: float) -> float:
        if abs(number) == float("inf"):
            self._refuse(node, path, f"{node.value}: a number must be finite")
        return number

    def _refuse(self, node: yaml.Node, path: KeyPath, what: str) -> None:
        self.lines[path] = node.start_mark.line + 1
        self.refused[path] = what
