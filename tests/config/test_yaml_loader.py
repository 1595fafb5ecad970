"""Slips in a YAML file: each one line that names file, line, place and value, and never a different value."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from dms.config.settings import load_settings
from dms.config.yaml_loader import YamlDocument, load, parse_yaml, read_yaml, validated
from dms.errors import ConfigurationError


class Inner(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    for_s: float = Field(default=1.0, ge=0.0)
    enabled: bool = False
    name: str = "x"


class Outer(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    rules: dict[str, Inner] = {}
    count: int = 1
    steps: tuple[Inner, ...] = Field(default=(Inner(),), min_length=1, strict=False)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        validated(Outer, parse_yaml(text, "f.yaml"))
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count: 010", "f.yaml:1: count: 010: write numbers in plain decimal, without a leading zero"),
        ("count: 0x10", "f.yaml:1: count: 0x10: write numbers in plain decimal, without a leading zero"),
        ("count: 1:30", "f.yaml:1: count: '1:30': a whole number is wanted"),
        ("count: 1.5", "f.yaml:1: count: 1.5: a whole number is wanted"),
        ("count:", "f.yaml:1: count: a whole number is wanted, and there is nothing"),
        ("count: yes", "f.yaml:1: count: 'yes': a whole number is wanted"),
        ("count: true", "f.yaml:1: count: true: a whole number is wanted"),
        ("cuont: 2", "f.yaml:1: cuont: unknown key; did you mean 'count'?"),
        ("count: 1\ncount: 2", "f.yaml:2: count (again): the key stands twice, first on line 1"),
        ("1: 2", "f.yaml:1: 1: keys are plain words"),
        ("on: 2", "f.yaml:1: on: unknown key; did you mean 'count'?"),
        ("? [a]\n: 1", "f.yaml:1: None: keys are plain words"),
        ("rules:\n  a: {for_s: .nan}", "f.yaml:2: rules.a.for_s: .nan: a number must be finite"),
        ("rules:\n  a: {for_s: -.inf}", "f.yaml:2: rules.a.for_s: -.inf: a number must be finite"),
        ("rules:\n  a: {for_s: 1e999}", "f.yaml:2: rules.a.for_s: 1e999: a number must be finite"),
        ("rules:\n  a: {for_s: 2 s}", "f.yaml:2: rules.a.for_s: '2 s': a number is wanted"),
        ("rules:\n  a: {for_ms: 2}", "f.yaml:2: rules.a.for_ms: unknown key; times are in seconds, in keys that end in _s"),
        ("rules:\n  a: {enabled: on}", "f.yaml:2: rules.a.enabled: 'on': true or false is wanted"),
        ("rules:\n  a: {name: 12}", "f.yaml:2: rules.a.name: 12: text is wanted"),
        ("steps: [{naem: a}]", "f.yaml:1: steps.0.naem: unknown key; did you mean 'name'?"),
        ("steps: []", "f.yaml:1: steps: Tuple should have at least 1 item after validation, not 0"),
        ("rules: [1]", "f.yaml:1: rules: keys with values are wanted"),
        (
            "count: !!python/object:os.system 1",
            "f.yaml:1: count: tags such as tag:yaml.org,2002:python/object:os.system are not allowed",
        ),
    ],
)
def test_each_slip_is_one_clear_line(text: str, expected: str) -> None:
    assert problems(text)[0] == expected


def test_what_follows_from_a_slip_is_not_told_beside_it() -> None:
    """Pydantic counts only the items that are right."""
    assert len(problems("steps: [{naem: a}]")) == 1


def test_all_slips_of_a_file_come_at_once_in_the_order_of_the_file() -> None:
    text = "rules:\n  a:\n    for_s: -1\n    enabled: yes\n  b:\n    nmae: q\n    for_s: 007\ncount: x\n"
    assert [line.split(": ")[0] for line in problems(text)] == ["f.yaml:3", "f.yaml:4", "f.yaml:6", "f.yaml:7", "f.yaml:8"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: &x [1]\nb: *x", "f.yaml:2: aliases (*name) are not allowed"),
        ("a: [1, 2", "f.yaml:1"),
        ("a:\n\t- 1", "f.yaml:2: found character '\\t'"),
        ("", "f.yaml:1: the file is empty"),
        ("# nothing but a comment\n", "f.yaml:1: the file is empty"),
        ("a: 1\n---\na: 2", "f.yaml:2"),
        ("[" * 40 + "]" * 40, "nested more than 24 deep"),
    ],
)
def test_what_is_no_usable_yaml_is_refused_with_its_line(text: str, part: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_yaml(text, "f.yaml")
    assert part in str(caught.value)


def test_a_small_file_cannot_unfold_into_a_huge_one() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    with pytest.raises(ConfigurationError, match="aliases"):
        parse_yaml(bomb, "f.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1e-3", 0.001),
        ("a: .5", 0.5),
        ("a: -0", 0),
        ("a: 0", 0),
        ("a: 3.", 3.0),
        ("a: 'on'", "on"),
        ("a: no", "no"),
        ("a: 1_000", "1_000"),
    ],
)
def test_values_are_read_as_written(text: str, value: object) -> None:
    data = parse_yaml(text, "f.yaml").data
    assert data == {"a": value}
    assert isinstance(data, dict)
    assert type(data["a"]) is type(value)


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "missing.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(ConfigurationError, match=r"latin.yaml:2: byte 0xe9 at column 7 is not UTF-8"):
        read_yaml(tmp_path / "latin.yaml")
    (tmp_path / "huge.yaml").write_bytes(b"# " + b"x" * 1_000_001)
    with pytest.raises(ConfigurationError, match="larger than 1000000 bytes"):
        read_yaml(tmp_path / "huge.yaml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_yaml(tmp_path)


def test_a_good_file_becomes_a_model(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("rules: {a: {for_s: 2, enabled: true}}\ncount: 3\n")
    assert load(Outer, tmp_path / "good.yaml") == Outer(rules={"a": Inner(for_s=2, enabled=True)}, count=3)


def test_of_endless_problems_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    path = tmp_path / "endless.yaml"
    path.write_text("".join(f"key{number}: 1\n" for number in range(5000)))
    with pytest.raises(ConfigurationError) as refused:
        load_settings(path)
    *told, rest = str(refused.value).splitlines()
    assert told[0].startswith(f"{path}:1: key0: unknown key")
    assert (len(told), rest) == (200, f"{path}: and 4800 further problems")


ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(path for folder in ("rules", "models", "systemd") for path in (ROOT / folder).rglob("*.yaml"))
PIECES = st.sampled_from(
    [*"ab:{}[],'\"#|%@`~\\ é=?!\t\r\x85\u2028", "a: ", "- ", ", ", " #", "> ", "\n", "\n  ", "\n    ", "&x ", "*x", "? ", "1.5",
     "...", "---", "<<", "|2-\n", "key: value", "\n- ", "{a: b}", "[1, 2]"]
)  # fmt: skip


def by_pyyaml_alone(text: str) -> YamlDocument | str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("dms.config.yaml_loader._READ_OTHERWISE", re.compile(""))
        return document_or_problem(text)


def document_or_problem(text: str) -> YamlDocument | str:
    try:
        return parse_yaml(text, "f.yaml")
    except ConfigurationError as refusal:
        return str(refusal)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_quick_reader_reads_what_ships_as_pyyaml_does(path: Path) -> None:
    assert document_or_problem(path.read_text()) == by_pyyaml_alone(path.read_text())


@given(st.lists(PIECES, max_size=12).map("".join))
@example("|#")
@example("--- ")
@example("key:\tvalue")
def test_the_quick_reader_reads_and_refuses_any_text_as_pyyaml_does(text: str) -> None:
    assert document_or_problem(text) == by_pyyaml_alone(text)
