"""Rules in words and diagrams, labels to and from ELAN, and the schemas that are published."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tools.identical.commands import ROOT, Commands
from tools.identical.manifest import Output
from tools.identical.packs import packs

_SCHEMAS = ("docs/schema", "rules/schema")
_CHECKED = ("rules", "rules/cabin", "rules/spaces")


def rule_outputs(commands: Commands) -> Iterator[Output]:
    """`dms rules` and `dms check`, of everything that ships."""
    yield Output("rules/list", commands.run("rules", "list").text)
    yield Output("rules/schema", commands.run("rules", "schema").text)
    for pack in packs():
        yield Output(f"rules/explain/{pack}", commands.run("rules", "explain", pack).text)
        yield Output(f"rules/diagram/{pack}", commands.run("rules", "diagram", pack).text)
    files = [path for folder in _CHECKED for path in sorted((ROOT / folder).glob("*.yaml"))]
    yield Output("check/shipped", commands.run("check", *files, ROOT / "systemd" / "dms.yaml").text)


def schema_outputs() -> Iterator[Output]:
    """The JSON Schemas of the bus and of rule packs, as they lie in the repository."""
    for folder in _SCHEMAS:
        for path in sorted((ROOT / folder).glob("*.json")):
            yield Output(f"schema/{path.name}", path.read_text())


def label_outputs(commands: Commands, drive: Path) -> Iterator[Output]:
    """`dms label`: added, listed, refused, removed, to ELAN and back."""
    own = commands.folder / "labelled.jsonl"
    shutil.copy(drive, own)
    side, document = own.with_suffix(".labels.csv"), own.with_suffix(".eaf")
    label = ("label", own.name)
    added = ("--from", "0:10.5", "--to", "12.25", "--kind", "fatigue.yawning", "--note", 'a yawn, "wide" & <long>')
    for name, words in {
        "add": added,
        "add/again": added,
        "add/rating": ("--from", "0", "--to", "1:00", "--kind", "fatigue.drowsiness"),
        "add/unknown": ("--from", "1", "--to", "2", "--kind", "fatigue.yawnin"),
        "add/outside": ("--from", "1:02:03", "--to", "1:02:04", "--kind", "fatigue.sleep"),
        "add/no-value": ("--from", "1", "--to", "2", "--kind", "kss"),
        "list": (),
        "export": ("--export", document.name),
        "export/there": ("--export", document.name),
        "remove": ("--remove", "1"),
        "remove/none": ("--remove", "9"),
        "import/refused": ("--import", document.name),
        "import": ("--import", document.name, "--force"),
        "both": ("--list", "--remove", "1"),
    }.items():
        yield Output(f"label/{name}", commands.run(*label, *words).text)
    yield Output("label/side", side.read_bytes().decode())
    yield Output("label/elan", document.read_text())
