"""Finding, reading and checking a rule pack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dms.config.cabin import cabin_paths, load_cabin
from dms.config.seals import check_seal
from dms.config.shipped import named_file, rules_folder, shipped_files
from dms.config.yaml_loader import YamlDocument, read_yaml, validated
from dms.decision.condition_schema import Condition, parts_of
from dms.decision.pack_schema import PackFile
from dms.decision.rule_parts import SpeedGate
from dms.decision.rule_schema import RuleBase
from dms.errors import ConfigurationError


@dataclass(frozen=True)
class Pack:
    """A valid rule pack and where it came from. `sha256` is the hash of the file's bytes, `text` their content."""

    name: str
    sha256: str
    path: Path
    file: PackFile
    text: str = ""

    def speed_gate(self, rule: RuleBase) -> SpeedGate | None:
        """Returns the speed gate of a rule, whether it is named or written out."""
        return self.file.speed_gates[rule.speed] if isinstance(rule.speed, str) else rule.speed


def pack_names() -> list[str]:
    """Returns the names of the packs that ship with the program."""
    return [path.stem for path in shipped_files(rules_folder())]


def pack_path(name_or_path: str) -> Path:
    """Returns the file of a pack, given a name under `rules/` or a path.

    Raises:
        ConfigurationError: there is no such file; the message names the nearest pack.
    """
    return named_file(name_or_path, rules_folder(), "rule pack")


def load_pack(name_or_path: str, zones: Iterable[str] = (), *, seal: str | None = None) -> Pack:
    """Returns the pack of that name or path. `zones` are names that its rules may use besides those of the shipped cabins.

    `seal` is the SHA-256 that the file must have, None if any will do.

    Raises:
        ConfigurationError: the pack does not exist, is not the one that is sealed, or is not valid; every problem is a line with
            file and line number.
    """
    path = pack_path(name_or_path)
    document = read_yaml(path)
    check_seal(document, seal, "rules")
    pack = pack_from(document, document.sha256, zones)
    if pack.name != path.stem and path.parent == rules_folder():
        raise ConfigurationError(f"{path}:{document.line(('pack',))}: pack: {pack.name!r}: the file is called {path.name}")
    return pack


def pack_from(document: YamlDocument, sha256: str, zones: Iterable[str] = ()) -> Pack:
    """Returns the pack in a document, wherever it came from. Raises what `load_pack` raises."""
    file = validated(PackFile, document, {**_names_in(document), "zones": {*_shipped_zones(), *zones}})
    _refuse_circles(file, document)
    return Pack(name=file.pack, sha256=sha256, path=Path(document.file), file=file, text=document.text)


@cache
def _shipped_zones() -> frozenset[str]:
    return frozenset(zone for path in cabin_paths() for zone in load_cabin(path).zones)


def _names_in(document: YamlDocument) -> dict[str, Any]:
    """Returns what names in the pack may refer to, so that a wrong name is reported together with everything else."""
    data = document.data if isinstance(document.data, dict) else {}
    sections = {key: value if isinstance(value, dict) else {} for key, value in data.items()}
    rules = sections.get("rules", {}).values()
    return {
        "conditions": tuple(sections.get("conditions", {})),
        "speed_gates": tuple(sections.get("speed_gates", {})),
        "kinds": tuple({str(rule.get("alert")) for rule in rules if isinstance(rule, dict)}),
    }


def _refuse_circles(file: PackFile, document: YamlDocument) -> None:
    """Refuse a condition that is made of itself: working it out would never end."""
    for name in file.conditions:
        if name in _names_behind(file, file.conditions[name], frozenset()):
            line = document.line(("conditions", name))
            raise ConfigurationError(f"{document.file}:{line}: conditions.{name}: the condition is made of itself")


def _names_behind(file: PackFile, condition: Condition, seen: frozenset[str]) -> set[str]:
    if isinstance(condition, str):
        if condition in seen:
            return set()
        return {condition} | _names_behind(file, file.conditions[condition], seen | {condition})
    return set().union(*(_names_behind(file, part, seen) for part in parts_of(condition, file.conditions)))
