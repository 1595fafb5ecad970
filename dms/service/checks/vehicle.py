"""Checks of where the speed and the rest come from: who means to tell them, and what arrives."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from importlib.util import find_spec
from pathlib import Path

from dms import plugins
from dms.config.settings import NO_VEHICLE_ADVICE, NO_VEHICLE_INPUT, Settings
from dms.config.yaml_loader import read_yaml
from dms.counted import counted
from dms.errors import ConfigurationError
from dms.health import SignalHealth, VehicleSourceHealth
from dms.service.checks.finding import Finding, fail, ok, warn
from dms.service.checks.plugins import INSTALL_AGAIN
from dms.vehicle.configured import BUILT_IN, ConfiguredVehicleSource, read_vehicle_sources
from dms.vehicle.live import LiveVehicle
from dms.vehicle.source import PLUGIN_GROUP, VehicleSource

LISTENS_FOR_S = 5.0
"""A satellite receiver speaks once a second, and a bus that sleeps says nothing in any time."""
_LOOKS_EVERY_S = 0.1
NEEDS = {"can": ("can", "cantools"), "kuksa": ("kuksa", "grpc")}
"""What the sources that come with dms need beside it, by the extra of the same name."""


def check_vehicle(settings: Settings, path: Path, listens_for_s: float = LISTENS_FOR_S) -> Iterator[Finding]:
    """Check that somebody means to tell the speed, and listen to every source that `settings`, read from `path`, ask for."""
    vehicle = settings.vehicle
    if vehicle.assume_speed_kph is not None:
        yield ok("vehicle", f"{vehicle.assume_speed_kph:g} km/h unless the vehicle tells another speed")
    if vehicle.endpoint is not None:
        yield ok("vehicle", f"listens on {vehicle.endpoint}")
    if vehicle.is_silent:
        yield warn("vehicle", NO_VEHICLE_INPUT, NO_VEHICLE_ADVICE)
    sources: list[ConfiguredVehicleSource] = []
    for each in read_vehicle_sources(settings, read_yaml(path)) if vehicle.sources else ():
        if isinstance(each, ConfigurationError):
            yield fail("vehicle source", str(each), "correct the configuration, or install what is missing")
        else:
            sources.append(each)
    yield from _heard(sources, listens_for_s)
    yield from _installed(settings)


def _heard(sources: Sequence[ConfiguredVehicleSource], listens_for_s: float) -> Iterator[Finding]:
    """What each source tells while it is listened to, all of them at once."""
    with ExitStack() as parts:
        readers = [parts.enter_context(closing(LiveVehicle(each.name, each.open, each.tells))) for each in sources]
        give_up_s = time.monotonic() + listens_for_s
        while time.monotonic() < give_up_s and not all(_tells_all(each.health()) for each in readers):
            time.sleep(_LOOKS_EVERY_S)
        if readers:
            time.sleep(min(1.0, listens_for_s))  # a rate needs some time, once everything has been heard
        for reader in readers:
            yield from _findings(reader.name, reader.health())


def _tells_all(health: VehicleSourceHealth) -> bool:
    return all(signal.age_s is not None for signal in health.signals.values())


def _findings(name: str, health: VehicleSourceHealth) -> Iterator[Finding]:
    subject = f"vehicle {name}"
    refused = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in health.refused.items() if count)
    heard = f"{counted(health.accepted, 'message')} used" + (f"; not used: {refused}" if refused else "")
    if health.state == "lost":
        yield fail(subject, health.problem or "not connected", "see docs/vehicle_data.md")
        return
    if health.accepted:
        yield ok(subject, heard)
    else:
        yield warn(
            subject,
            f"connected, and tells nothing: {health.problem or heard}",
            "is the ignition on, and the source the right one?",
        )
    for field, signal in health.signals.items():
        yield _signal(f"{subject} {field}", signal)


def _signal(subject: str, signal: SignalHealth) -> Finding:
    if signal.age_s is None:
        return warn(subject, "was not told", "is the signal the right one, and sent at present?")
    if signal.value is None:
        return warn(
            subject, f"is unknown to the vehicle, told so {signal.age_s:.2f} s ago", "drive, or wait for a fix, and look again"
        )
    value = (
        f"{signal.value:.1f}"
        if isinstance(signal.value, float)
        else str(signal.value).lower()
        if isinstance(signal.value, bool)
        else signal.value
    )
    sigma = f" ± {signal.sigma:.1f}" if signal.sigma is not None else ""
    return ok(subject, f"{value}{sigma}, {signal.per_s:g} a second, the last {signal.age_s:.2f} s ago")


def _installed(settings: Settings) -> Iterator[Finding]:
    """The sources that are installed, whether the configuration asks for them or not."""
    missing = {name: [module for module in modules if find_spec(module) is None] for name, modules in NEEDS.items()}
    states = (f"{name} needs the extra dms[{name}]" if missing.get(name) else f"{name} is installed" for name in BUILT_IN)
    yield ok("vehicle sources", "; ".join(states))
    for name, plugin in plugins.installed(PLUGIN_GROUP).items():
        subject = f"vehicle source {name}"
        if name in BUILT_IN:
            yield warn(subject, f"{plugin} of {plugin.package} is never used: dms brings {name} itself", INSTALL_AGAIN)
            continue
        try:
            plugin.load(VehicleSource)
        except ConfigurationError as error:
            yield (fail if name in settings.vehicle.sources else warn)(subject, str(error), INSTALL_AGAIN)
        else:
            yield ok(subject, plugin.package)
