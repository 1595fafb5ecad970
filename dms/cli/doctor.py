"""`dms doctor`: what works on this machine, what is missing, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dms.console.answers import Checked, DoctorAnswer, answer_text
from dms.console.configuration_option import Config
from dms.console.terminal_text import row
from dms.console.weights_option import Models
from dms.errors import EXIT_DONE, EXIT_FAILED

if TYPE_CHECKING:
    from dms.config.settings import Settings
    from dms.service.checks import Finding

_COLORS = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


def command(
    config: Config = None,
    source: Annotated[str | None, typer.Option(help="Look at this source instead of the configured one.")] = None,
    models: Models = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The findings as one JSON object: docs/schema/dms-doctor.schema.json.")
    ] = False,
) -> None:
    """Check this machine, part by part. Exit code 1 if something is missing without which the service cannot work."""
    from dms.config.settings import DEFAULT_PATH, load_settings, with_changes

    given = {"source": source, "perception.models": str(models) if models else None}
    settings = with_changes(load_settings(config), {name: value for name, value in given.items() if value})
    findings = []
    for finding in _findings(settings, config or DEFAULT_PATH):
        findings.append(finding)
        if not as_json:
            _show(finding)
    failed = sum(finding.grade == "fail" for finding in findings)
    if as_json:
        checks = (Checked(finding.grade.value, finding.subject, finding.detail, finding.advice) for finding in findings)
        typer.echo(answer_text(DoctorAnswer(not failed, tuple(checks))))
    else:
        warned = sum(finding.grade == "warn" for finding in findings)
        typer.echo(f"\n{len(findings)} checks: {len(findings) - failed - warned} ok, {warned} to look at, {failed} failed")
    raise typer.Exit(EXIT_FAILED if failed else EXIT_DONE)


def _findings(settings: Settings, path: Path) -> Iterator[Finding]:
    from dms.service.checks import camera, outputs, plugins, software, systemd, tampering, vehicle

    yield from software.check_python()
    yield from software.check_engines()
    yield from software.check_networks(settings)
    yield from software.check_rules(settings)
    yield from tampering.check_tampering(settings, path)
    yield from vehicle.check_vehicle(settings, path)
    yield from camera.check_camera(settings)
    yield from outputs.check_journal(settings)
    yield from outputs.check_calibration(settings)
    yield from outputs.check_recordings(settings)
    yield from outputs.check_bus(settings)
    yield from plugins.check_plugins(settings, path)
    yield from systemd.check_systemd()


def _show(finding: Finding) -> None:
    """One line, and what to do on the next."""
    shown = f"{finding.grade:<5}"
    if sys.stdout.isatty():
        shown = typer.style(shown, fg=_COLORS[finding.grade])
    typer.echo(row(f"{shown} {finding.subject}: {finding.detail}"))
    if finding.advice:
        typer.echo(f"      {finding.advice}")
