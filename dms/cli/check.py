"""`dms check`: whether configurations, rule packs, cabin files and search spaces can be honoured, with every problem at once."""

from __future__ import annotations

import json as json_text
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from dms.config.allowed_clients import read_allowed_clients
from dms.config.cabin import Cabin, cabin_paths, load_cabin
from dms.config.endpoints import tcp_host
from dms.config.key_files import read_server_pair
from dms.config.settings import DEFAULT_PATH, NO_VEHICLE_INPUT, Settings, keys_folder
from dms.config.settings_schema import settings_json_schema
from dms.config.yaml_loader import YamlDocument, read_yaml, validated
from dms.console.answers import CheckAnswer, CheckedFile, Problem, answer_text
from dms.console.terminal_text import row
from dms.decision.pack_loader import load_pack, pack_names, pack_path
from dms.errors import EXIT_CONFIGURATION, ConfigurationError, DmsError, UsageError
from dms.perception.manifest import ModelError
from dms.perception.own_weights import checked_weights
from dms.resources import resource_directory

_PLACED = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<message>.*)", re.DOTALL)


def command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Configurations, packs, cabins, spaces; none: the one in force and all that ship."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="What was found as one JSON object: docs/schema/dms-check.schema.json.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of configurations, for editors, and check nothing.")
    ] = False,
) -> None:
    """Check configuration, rule packs and cabin files; every error with its file and line, exit code 78 if there is one."""
    if schema:
        if files or as_json:
            raise UsageError("--schema prints a schema and checks nothing: leave everything else out")
        typer.echo(json_text.dumps(settings_json_schema(), indent=2, ensure_ascii=False))
        return
    checked = []
    for path in files or _everything():
        one = _checked(path)
        checked.append(one)
        if not as_json:
            _show(one)
    problems = sum(len(one.problems) for one in checked)
    if as_json:
        typer.echo(answer_text(CheckAnswer(not problems, tuple(checked))))
    elif not files and not DEFAULT_PATH.is_file():
        typer.echo(f"{DEFAULT_PATH}: not there, so the built-in settings apply")
    if problems:
        typer.echo(f"dms check: {problems} problem{'s' if problems > 1 else ''}", err=True)
        raise typer.Exit(EXIT_CONFIGURATION)


def _checked(path: Path) -> CheckedFile:
    try:
        return CheckedFile(str(path), check_file(path), ())
    except ConfigurationError as error:
        one_line = str(error).replace(str(path), row(str(path)))
        return CheckedFile(str(path), None, tuple(_problem(line, path) for line in one_line.splitlines()))


def _problem(line: str, path: Path) -> Problem:
    placed = _PLACED.fullmatch(line)
    if placed is None:
        return Problem(str(path), None, line.removeprefix(f"{row(str(path))}: "))
    return Problem(placed["file"], int(placed["line"]), placed["message"])


def _show(checked: CheckedFile) -> None:
    if not checked.problems:
        typer.echo(row(f"{checked.file}: {checked.is_a}"))
    for problem in checked.problems:
        where = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        typer.echo(row(f"{where}: {problem.message}"), err=True)


def check_file(path: Path) -> str:
    """What a file is, if it can be honoured.

    Raises:
        ConfigurationError: it cannot; one line for each problem.
    """
    document = read_yaml(path)
    keys = set(document.data) if isinstance(document.data, dict) else set()
    if keys & {"pack", "rules"} and not isinstance(_value(document, "rules"), str):
        pack = load_pack(str(path))
        return f"rule pack '{pack.name}', {len(pack.file.rules)} rules, sha256 {pack.sha256}"
    if keys & {"tunes", "parameters"}:
        return _space(path)
    if keys & {"limits", "ddaw_sensitivity", "availability_min"}:
        return _limits(path)
    if keys & {"driver_side", "targets", "regions"}:
        cabin = validated(Cabin, document)
        return f"cabin '{cabin.name}', {len(cabin.zones)} zones, sha256 {document.sha256}"
    settings = validated(Settings, document)
    return f"configuration, {_what_it_names(settings, document)}"


def _limits(path: Path) -> str:
    """What a scoring must not fall below."""
    from dms.drives.scoring.limits import load_limits

    return f"limits for {len(load_limits(path).limits)} kinds of alert"


def _space(path: Path) -> str:
    """A search space, held against the pack that it is for."""
    from dms.drives.tuning.candidates import check_bounds, load_original
    from dms.drives.tuning.space import load_space, read_space_file

    original = load_original(read_space_file(path)[0].tunes)
    space = load_space(path, original.pack.name, original.data)
    check_bounds(space, original)
    return f"search space for pack '{original.pack.name}', {len(space.dimensions)} numbers"


def _what_it_names(settings: Settings, document: YamlDocument) -> str:
    """The pack, the cabin and the parts of other packages that a configuration names: they have to be there and right as well."""
    from dms.capture.factory import check_scheme
    from dms.outputs.plugin import read_outputs
    from dms.vehicle.configured import read_vehicle_sources

    problems = []
    zones: tuple[str, ...] = ()
    try:
        zones = load_cabin(settings.cabin, seal=settings.seals.cabin).zones
    except ConfigurationError as error:
        problems.append(f"{document.file}:{document.line(('cabin',))}: cabin: {settings.cabin!r}: {error}")
    try:
        pack = load_pack(settings.rules, zones, seal=settings.seals.rules)
    except ConfigurationError as error:
        problems.append(f"{document.file}:{document.line(('rules',))}: rules: {settings.rules!r}: {error}")
    problems += [str(each) for each in read_outputs(settings.outputs, document) if isinstance(each, ConfigurationError)]
    problems += [str(each) for each in read_vehicle_sources(settings, document) if isinstance(each, ConfigurationError)]
    if settings.perception.models is not None:
        try:
            checked_weights(Path(settings.perception.models))
        except ModelError as error:
            problems.append(f"{document.file}:{document.line(('perception', 'models'))}: perception.models: {error}")
    second = settings.second_camera
    for place, address in ((("source",), settings.source), (("second_camera", "source"), second.source if second else None)):
        try:
            check_scheme(address or "")
        except DmsError as error:
            problems.append(f"{document.file}:{document.line(place)}: {'.'.join(place)}: {error}")
    problems += _keys_problems(settings, document)
    if problems:
        raise ConfigurationError("\n".join(problems))
    vehicle = settings.vehicle
    unheard = vehicle.is_silent
    seals = settings.seals
    pack_seal, cabin_seal = (" (sealed)" if seal else "" for seal in (seals.rules, seals.cabin))
    named = f"rules '{pack.name}'{pack_seal}, cabin '{settings.cabin}'{cabin_seal}"
    return f"{named}; {NO_VEHICLE_INPUT}" if unheard else named


def _keys_problems(settings: Settings, document: YamlDocument) -> Iterator[str]:
    """What is wrong with the keys for TCP, at the lines that name them."""
    for name, section in (("bus", settings.bus), ("vehicle", settings.vehicle)):
        folder = keys_folder(section)
        if folder is None or tcp_host(section.endpoint or "") is None:
            continue
        try:
            read_server_pair(folder)
            read_allowed_clients(folder)
        except ConfigurationError as error:
            yield f"{document.file}:{document.line((name, 'keys'))}: {name}.keys: {error}"


def _value(document: YamlDocument, key: str) -> object:
    return document.data.get(key) if isinstance(document.data, dict) else None


def _everything() -> list[Path]:
    """The configuration in force, and every pack, cabin and search space that ships."""
    configuration = [DEFAULT_PATH] if DEFAULT_PATH.is_file() else []
    spaces = sorted((resource_directory("rules") / "spaces").glob("*.yaml"))
    return [*configuration, *(pack_path(name) for name in pack_names()), *cabin_paths(), *spaces]
