"""`dms doctor`: what works on this machine, what is missing, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dms.errors import EXIT_DONE, EXIT_FAILED

if TYPE_CHECKING:
    from dms.config.settings import Settings
    from dms.service.checks import Finding, Grade

_COLORS = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


def command(
    config: Annotated[
        Path | None, typer.Option(help="Configuration file. Without one: /etc/dms/dms.yaml if there is one, else the defaults.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Look at this source instead of the configured one.")] = None,
) -> None:
    """Check this machine, part by part. Exit code 1 if something is missing without which the service cannot work."""
    from dms.config.settings import DEFAULT_PATH, load_settings, with_changes

    settings = with_changes(load_settings(config), {"source": source} if source else {})
    worst = [_show(finding) for finding in _findings(settings, config or DEFAULT_PATH)]
    failed = sum(verdict == "fail" for verdict in worst)
    warned = sum(verdict == "warn" for verdict in worst)
    typer.echo(f"\n{len(worst)} checks: {len(worst) - failed - warned} ok, {warned} to look at, {failed} failed")
    raise typer.Exit(EXIT_FAILED if failed else EXIT_DONE)


def _findings(settings: Settings, path: Path) -> Iterator[Finding]:
    from dms.service.checks import camera, outputs, plugins, software, systemd, tampering

    yield from software.check_python()
    yield from software.check_engines()
    yield from software.check_networks(settings)
    yield from software.check_rules(settings)
    yield from tampering.check_tampering(settings, path)
    yield from software.check_vehicle(settings)
    yield from camera.check_camera(settings)
    yield from outputs.check_journal(settings)
    yield from outputs.check_calibration(settings)
    yield from outputs.check_recordings(settings)
    yield from outputs.check_bus(settings)
    yield from plugins.check_plugins(settings, path)
    yield from systemd.check_systemd()


def _show(finding: Finding) -> Grade:
    """One line, and what to do on the next."""
    shown = f"{finding.grade:<5}"
    if sys.stdout.isatty():
        shown = typer.style(shown, fg=_COLORS[finding.grade])
    typer.echo(f"{shown} {finding.subject}: {finding.detail}")
    if finding.advice:
        typer.echo(f"      {finding.advice}")
    return finding.grade
