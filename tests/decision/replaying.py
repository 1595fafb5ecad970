"""Scripts written to drives and put through the `dms replay` command itself: what a person at a shell would get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from typer.testing import CliRunner

from dms.cli.app import app
from dms.config.cabin import load_cabin
from dms.fusion.fusion import Fusion
from dms.recording.drive import open_drive
from dms.types import Alert, CueEvent, Observation, Phase, VehicleState
from dms.wire import from_json, to_json
from tests.decision.driving_script import Script


@dataclass
class Replays:
    """Drives in a folder, each written once, and what `dms replay` says of them."""

    folder: Path
    scripts: dict[str, Script] = field(default_factory=dict)

    def drive(self, name: str, make: Callable[[], Script], **sampling: Any) -> tuple[Path, Script]:
        """The drive of that name, written if it is not there yet."""
        path = self.folder / f"{name.replace(' ', '-')}.jsonl"
        if name not in self.scripts:
            script = self.scripts[name] = make()
            with path.open("wb") as file:
                file.writelines(to_json(record) + b"\n" for record in script.records(**sampling))
        return path, self.scripts[name]

    def alerts(self, name: str, make: Callable[[], Script], pack: str, *options: str, **sampling: Any) -> list[Alert]:
        """What the pack says of the drive; times count from the script's mark."""
        path, script = self.drive(name, make, **sampling)
        zero_s = script.mark + sampling.get("shift_s", 0.0)
        lines = self.dms_replay(path, "--rules", pack, "--jsonl", "-", "--quiet", *options).splitlines()
        alerts = [alert for alert in map(from_json, lines) if isinstance(alert, Alert)]
        assert len(alerts) == len(lines)
        return [replace(alert, t=alert.t - zero_s, onset=alert.onset - zero_s) for alert in alerts]

    def told(self, name: str, make: Callable[[], Script], pack: str, *options: str) -> str:
        """What `dms replay` prints for people."""
        path, _ = self.drive(name, make)
        return self.dms_replay(path, "--rules", pack, *options)

    @staticmethod
    def dms_replay(path: Path, *options: str) -> str:
        """The standard output of `dms replay`, which has to succeed."""
        result = CliRunner().invoke(app, ["replay", str(path), *options])
        assert result.exit_code == 0, result.output
        return result.stdout


def events_of(path: Path) -> list[CueEvent]:
    """What fusion makes of a drive: blinks, closures, yawns, glances, in the order in which they ended."""
    fusion = Fusion(load_cabin())
    events: list[CueEvent] = []
    for record in open_drive(path):
        if isinstance(record, VehicleState):
            fusion.vehicle(record)
        elif isinstance(record, Observation) and (cues := fusion.observe(record)) is not None:
            events.extend(cues.events)
    return events


def happened(alerts: list[Alert], after_s: float = 0.0) -> list[Alert]:
    """What the driver got to know of since the stimulus, prompts that were only repeated left out."""
    return [
        alert
        for alert in alerts
        if alert.phase in (Phase.RAISE, Phase.ESCALATE) and alert.t >= after_s and "repeat" not in alert.cause
    ]
