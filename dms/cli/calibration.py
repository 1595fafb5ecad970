"""`dms calibration`: what the service keeps of the driver of each seat, and how to have it forgotten."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dms.console.configuration_option import Config
from dms.console.terminal_text import row
from dms.errors import DmsError, UsageError

if TYPE_CHECKING:
    from dms.config.settings import Settings
    from dms.service.calibration_file import KeptSeat
    from dms.service.calibration_store import CalibrationStore

app = typer.Typer(help="What is learned of the driver of a seat: show it, forget it.", no_args_is_help=True)

_HEALTH_WITHIN_S = 1.5
_CONFIRMED_WITHIN_S = 10.0


@app.command()
def show(config: Config = None) -> None:
    """Show what is kept for each camera and cabin, and how far a running service has come."""
    settings, store = _opened(config)
    typer.echo(f"{store.path}: {'nothing is kept' if not (kept := store.read()) else f'{len(kept)} kept'}")
    for seat in kept:
        typer.echo(row(f"  {_seat_text(seat)}"))
    health = _running(settings)
    if health is not None:
        from dms.service.calibration_store import progress_text

        typer.echo(f"the running service: {progress_text(health)}")


@app.command()
def forget(
    config: Config = None,
    source: Annotated[str | None, typer.Option(help="Forget this camera's driver instead of the configured one's.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Forget the drivers of all cameras and cabins.")] = False,
) -> None:
    """Forget what was learned of the driver. A running service starts learning its driver again."""
    settings, store = _opened(config)
    forgotten = 0
    health = _running(settings)
    watched = None if health is None else str(health["camera"]["source"])
    if health is not None and (everything or _source(settings, source) in (None, watched)):
        _have_the_service_forget(settings, health)
        typer.echo(f"{watched}: the running service has forgotten its driver and learns again")
        forgotten += 1
    for seat in _chosen(store, settings, source, everything=everything):
        if seat.source != watched and store.forget(seat.source, seat.cabin):
            typer.echo(row(f"{seat.source}, {seat.cabin}: forgotten"))
            forgotten += 1
    if not forgotten:
        typer.echo(f"nothing to forget in {store.path}")


def _opened(config: Path | None) -> tuple[Settings, CalibrationStore]:
    from dms.config.settings import load_settings
    from dms.service.calibration_store import CalibrationStore, calibration_path

    settings = load_settings(config)
    return settings, CalibrationStore(calibration_path(settings.calibration))


def _source(settings: Settings, source: str | None) -> str | None:
    """The name under which the service knows a source."""
    from dms.capture.address import without_password

    named = source or settings.source
    return None if named is None else without_password(named)


def _chosen(store: CalibrationStore, settings: Settings, source: str | None, *, everything: bool) -> Sequence[KeptSeat]:
    kept = store.read()
    if everything or not kept:
        return kept
    wanted = _source(settings, source)
    found = [seat for seat in kept if seat.source == wanted and (source is not None or seat.cabin == settings.cabin)]
    if source is not None and not found:
        names = ", ".join(sorted({seat.source for seat in kept}))
        raise UsageError(f"nothing is kept for the source '{source}': expected one of {names}, or --all")
    if wanted is None:
        raise UsageError("no source is configured: say whose driver is to be forgotten, with --source or --all")
    return found


def _running(settings: Settings) -> dict[str, Any] | None:
    """The health of the service that runs with this configuration; None if none does."""
    from dms.console.connecting import own_subscriber
    from dms.outputs.bus.messages import Topic

    with own_subscriber(settings, {Topic.HEALTH}) as subscriber:
        message = None if subscriber.why_silent() else subscriber.receive(_HEALTH_WITHIN_S)
    return None if message is None or message.fields.get("status") == "stopping" else message.fields


def _have_the_service_forget(settings: Settings, health: dict[str, Any]) -> None:
    from dms.client.sender import send_driver_action
    from dms.config.endpoints import connectable
    from dms.console.connecting import own_keys

    endpoint = (health.get("vehicle") or {}).get("endpoint")
    if endpoint is None:
        raise DmsError("the service that runs takes no input: set vehicle.endpoint, or stop it and try again")
    send_driver_action(connectable(endpoint), "forget_calibration", keys=own_keys(settings.vehicle))
    give_up = time.monotonic() + _CONFIRMED_WITHIN_S
    while time.monotonic() < give_up:
        now = _running(settings)
        if now is not None and now["calibration"]["source"] not in ("learned", "restored"):
            return
    raise DmsError(f"the service that runs has not confirmed it within {_CONFIRMED_WITHIN_S:g} s: look at `dms listen`")


def _seat_text(seat: KeptSeat) -> str:
    yaw_deg, pitch_deg = seat.values.forward_yaw_deg, seat.values.forward_pitch_deg
    aside = f"{abs(yaw_deg):.1f}° to the {'left' if yaw_deg > 0 else 'right'}"
    above = f"{abs(pitch_deg):.1f}° {'up' if pitch_deg > 0 else 'down'}"
    learned = f"learned {seat.learned_utc[:16].replace('T', ' ')} UTC" if seat.learned_utc else "learned at an unknown time"
    return (
        f"{seat.source}, {seat.cabin}: forward {aside} and {above} of the camera, open eye {seat.values.open_eye:.2f}, {learned}"
    )
