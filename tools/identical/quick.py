"""All that the quick comparison looks at, in a minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.identical.broken_drives import broken_drive_outputs
from tools.identical.broken_rules import broken_rule_outputs
from tools.identical.commands import Commands
from tools.identical.drives import seen_drives, simulate, simulated_drives
from tools.identical.manifest import Output
from tools.identical.normal import normal
from tools.identical.replays import alert_outputs, page_outputs, replay_outputs, score_outputs
from tools.identical.service import mcap_outputs, observation_outputs, service_outputs
from tools.identical.words import label_outputs, rule_outputs, schema_outputs


def quick_outputs(commands: Commands) -> Iterator[Output]:
    """Every format that the outside world sees, with a word for what varies from run to run."""
    for output in _outputs(commands):
        yield Output(output.name, normal(output.text, commands.folder), output.of_pictures)


def _outputs(commands: Commands) -> Iterator[Output]:
    drives = [*seen_drives(commands.folder), *simulated_drives(commands.folder)]
    yield from alert_outputs(commands, drives)
    yield from replay_outputs(commands, drives)
    yield from score_outputs(commands, drives)
    yield from page_outputs(commands, drives)
    yield from rule_outputs(commands)
    yield from schema_outputs()
    yield from simulated_mcap_outputs(commands.folder)
    yield from label_outputs(commands, drives[0])
    yield from broken_rule_outputs(commands)
    yield from broken_drive_outputs(commands)
    yield from observation_outputs(commands)
    yield from service_outputs(commands)


def simulated_mcap_outputs(folder: Path) -> Iterator[Output]:
    """A simulated drive as MCAP, record by record."""
    path = folder / "simulated.mcap"
    simulate("drive", "--mood", "drowsy", "--minutes", "0.5", "--fps", "10", "--seed", "3", "-o", str(path))
    yield from mcap_outputs("simulated", path)
