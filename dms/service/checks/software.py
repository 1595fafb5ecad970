"""Checks of what is installed: Python, libraries, networks, rule packs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from dms.config.cabin import load_cabin
from dms.config.settings import Settings
from dms.decision.pack_loader import load_pack, pack_names
from dms.errors import ConfigurationError
from dms.outputs.bus.memory import resident_mib
from dms.service.checks.finding import Finding, fail, ok, warn
from dms.service.machine import versions

if TYPE_CHECKING:
    from dms.config.defaults import EngineName

OLDEST_PYTHON = (3, 11)
LIBRARIES = ("numpy", "cv2", "zmq", "sqlalchemy", "transitions", "pydantic", "yaml", "mcap", "onnxruntime")
_REINSTALL = "install dms again, as docs/installing.md says"


def check_python() -> Iterator[Finding]:
    """Check the interpreter, and all libraries that the service loads."""
    found = versions()
    if sys.version_info < OLDEST_PYTHON:
        yield fail("python", found["python"], f"use Python {'.'.join(map(str, OLDEST_PYTHON))} or newer")
    else:
        yield ok("python", found["python"])
    missing = list(_missing(LIBRARIES))
    if missing:
        yield fail("libraries", "; ".join(missing), _REINSTALL)
    else:
        yield ok("libraries", ", ".join(f"{name} {number}" for name, number in found.items() if name not in ("dms", "python")))


def _missing(modules: tuple[str, ...]) -> Iterator[str]:
    for module in modules:
        try:
            import_module(module)
        except ImportError as error:
            yield f"{module}: {error}"


def check_engines() -> Iterator[Finding]:
    """Which engines can run the networks here. PyTorch is optional, so its absence is not a warning."""
    from dms.perception.engines.installed import LIBRARIES, how_to_install, missing_libraries

    states = [
        f"{engine}: {how_to_install(engine)}" if missing_libraries(engine) else f"{engine} is installed" for engine in LIBRARIES
    ]
    yield ok("engines", "; ".join(states))


def check_networks(settings: Settings) -> Iterator[Finding]:
    """Check the weights against the manifest's hashes, and load them into the configured engine."""
    from dms.perception.manifest import ModelError, load_manifest, models_directory, read_weights
    from dms.service.networks import load_perception, weights_directory

    directory = weights_directory(settings.perception)
    try:
        directory = directory or models_directory()
        manifest = load_manifest(directory)
        for file in manifest.files:
            read_weights(file, directory)
    except ModelError as error:
        yield fail("weights", str(error), f"restore the file, or {_REINSTALL}")
        return
    yield ok("weights", f"{len(manifest.files)} files in {directory} are the ones that the manifest lists")
    try:
        began = time.perf_counter()
        perception = load_perception(settings.perception)
    except ConfigurationError as error:
        yield fail("engine", str(error), _other_engine(settings.perception.engine))
        return
    took_s = time.perf_counter() - began
    memory = resident_mib()
    in_memory = "" if memory is None else f", {memory:.0f} MiB in memory"
    yield ok("engine", f"{settings.perception.engine}: loaded and warm in {took_s:.1f} s{in_memory}")
    for network, choice in perception.precisions.items():
        yield ok(f"precision {network}", f"{choice.precision}: {choice.why}")


def _other_engine(failed: EngineName) -> str:
    """What to try if `failed` cannot run the networks."""
    from dms.perception.engines.installed import installed_engines

    others = [engine for engine in installed_engines() if engine != failed]
    return f"use the other engine: `perception: {{engine: {others[0]}}}`" if others else _REINSTALL


def check_rules(settings: Settings) -> Iterator[Finding]:
    """Check all packs that ship, the configured one, and the cabin."""
    for name in dict.fromkeys((settings.rules, *pack_names())):
        in_use = name == settings.rules
        try:
            pack = load_pack(name, seal=settings.seals.rules if in_use else None)
        except ConfigurationError as error:
            report = fail if in_use else warn
            yield report(f"rules {name}", str(error), "correct the pack (`dms check` shows the same), or choose another")
            continue
        sealed = ", sealed" if settings.seals.rules else ""
        detail = f"{len(pack.file.rules)} rules" + (f", in use{sealed}" if in_use else "")
        yield ok(f"rules {name}", detail)
    try:
        cabin = load_cabin(settings.cabin, seal=settings.seals.cabin)
    except ConfigurationError as error:
        yield fail("cabin", str(error), "correct the file, or choose left_hand_drive or right_hand_drive")
    else:
        yield ok("cabin", f"{cabin.name}, driver on the {cabin.driver_side}")
