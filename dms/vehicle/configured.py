"""The sources that a configuration asks for: found, their sections understood, every mistake with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dms import plugins
from dms.config.problems import suggestion
from dms.config.settings import SOURCE_OF_VEHICLE_KEYS, Settings
from dms.config.yaml_loader import KeyPath, YamlDocument, read_yaml, validated
from dms.errors import ConfigurationError
from dms.vehicle.fields import FieldName
from dms.vehicle.source import PLUGIN_GROUP, Feed, VehicleSource

BUILT_IN: Mapping[str, str] = {
    "can": "dms.vehicle.can.source",
    "gpsd": "dms.vehicle.gpsd",
    "kuksa": "dms.vehicle.kuksa",
}
"""Modules with their `SOURCE`, by name: each loads a library of its own, and whoever has no CAN bus needs none."""


@dataclass(frozen=True, slots=True)
class ConfiguredVehicleSource:
    """A source of the configuration, its section understood."""

    name: str
    source: VehicleSource[Any]
    options: BaseModel

    def open(self) -> Feed:
        """Connect; raises SourceError if that fails."""
        return self.source.open(self.options)

    @property
    def tells(self) -> Mapping[FieldName, float]:
        """The fields that it is to tell, each with the seconds for which a value counts."""
        return self.source.tells(self.options)


def load_vehicle_sources(settings: Settings, path: Path) -> list[ConfiguredVehicleSource]:
    """Return the sources that `settings`, read from `path`, ask for, the one that counts most first.

    Raises:
        ConfigurationError: every problem with its line.
    """
    if not settings.vehicle.sources:
        return []
    found = list(read_vehicle_sources(settings, read_yaml(path)))
    problems = [str(each) for each in found if isinstance(each, ConfigurationError)]
    if problems:
        raise ConfigurationError("\n".join(problems))
    return [each for each in found if isinstance(each, ConfiguredVehicleSource)]


def read_vehicle_sources(settings: Settings, document: YamlDocument) -> Iterator[ConfiguredVehicleSource | ConfigurationError]:
    """Yield each source of `vehicle:` in `document`, or what is wrong with it."""
    for name in settings.vehicle.sources:
        section, at, named_at = _section(document, name)
        try:
            source = installed(_kind(document, at) or name)
        except ConfigurationError as error:
            where = ".".join(map(str, named_at))
            yield ConfigurationError(f"{document.file}:{document.line(named_at)}: {where}: {error}")
            continue
        try:
            options = validated(source.options, section, at=at)
            _check(source, options, section, at)
        except ConfigurationError as error:
            yield error
        else:
            yield ConfiguredVehicleSource(name, source, options)


def installed(name: str) -> VehicleSource[Any]:
    """Return the source of this name.

    Raises:
        ConfigurationError: there is none, or the package that brings it cannot be loaded.
    """
    if name in BUILT_IN:
        source: VehicleSource[Any] = import_module(BUILT_IN[name]).SOURCE
        return source
    others = plugins.installed(PLUGIN_GROUP)
    if name not in others:
        raise ConfigurationError(f"no vehicle source '{name}' is installed{suggestion(name, (*BUILT_IN, *others))}")
    return others[name].load(VehicleSource)


def _section(document: YamlDocument, name: str) -> tuple[YamlDocument, KeyPath, KeyPath]:
    """Return the document as the source is to read it, where its keys stand, and where it is named."""
    at: KeyPath = ("vehicle", "sources", name)
    if at in document.lines:
        return _without(document, at, {"source"}), at, at
    return _without(document, ("vehicle",), SOURCE_OF_VEHICLE_KEYS), ("vehicle",), ("vehicle", "source")


def _kind(document: YamlDocument, at: KeyPath) -> str | None:
    """Return the kind of a source that is named otherwise, as two buses have to be."""
    section = document.at(at)
    kind = section.get("source") if isinstance(section, dict) else None
    return str(kind) if kind is not None else None


def _without(document: YamlDocument, at: KeyPath, keys: frozenset[str] | set[str]) -> YamlDocument:
    """Return the document without some keys of the section at `at`, which are not the source's."""
    section = document.at(at)
    if not isinstance(section, dict):
        return document
    data: Any = {key: value for key, value in section.items() if key not in keys}
    for index in reversed(range(len(at))):
        outer = document.at(at[:index])
        assert isinstance(outer, dict), "sections lie in mappings"
        data = {**outer, str(at[index]): data}
    return replace(document, data=data)


def _check(source: VehicleSource[Any], options: BaseModel, document: YamlDocument, at: KeyPath) -> None:
    problems = [(document.line((*at, *each.path)), (*at, *each.path), each.what) for each in source.check(options)]
    if problems:
        lines = (f"{document.file}:{line}: {'.'.join(map(str, path))}: {what}" for line, path, what in sorted(problems))
        raise ConfigurationError("\n".join(lines))
