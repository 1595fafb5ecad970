"""All that the quick comparison looks at, in a minute, and the parts that can be compared apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
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


@dataclass(frozen=True)
class Part:
    """Some of the outputs: those whose names begin with one of `beginnings`, before the first slash."""

    beginnings: frozenset[str]
    outputs: Callable[[Commands], Iterator[Output]]

    def holds(self, name: str) -> bool:
        """Returns whether an output of this name belongs to it."""
        return name.partition("/")[0] in self.beginnings


def quick_outputs(commands: Commands, parts: Sequence[str] = ()) -> Iterator[Output]:
    """Every format that the outside world sees, with a word for what varies from run to run; of these parts, or of all."""
    for part in parts or PARTS:
        for output in PARTS[part].outputs(commands):
            yield Output(output.name, normal(output.text, commands.folder), output.of_pictures)


def _alerts(commands: Commands) -> Iterator[Output]:
    yield from alert_outputs(commands, _drives(commands.folder))


def _told(commands: Commands) -> Iterator[Output]:
    drives = _drives(commands.folder)
    yield from replay_outputs(commands, drives)
    yield from score_outputs(commands, drives)
    yield from page_outputs(commands, drives)


def _written(commands: Commands) -> Iterator[Output]:
    yield from rule_outputs(commands)
    yield from schema_outputs()
    yield from simulated_mcap_outputs(commands.folder)
    yield from label_outputs(commands, seen_drives(commands.folder)[0])


def _refused(commands: Commands) -> Iterator[Output]:
    yield from broken_rule_outputs(commands)
    yield from broken_drive_outputs(commands)


def _seen(commands: Commands) -> Iterator[Output]:
    yield from observation_outputs(commands)
    yield from service_outputs(commands)  # on what was cut for the observations


PARTS: Mapping[str, Part] = {
    "alerts": Part(frozenset({"alerts"}), _alerts),
    "told": Part(frozenset({"replay", "score", "report"}), _told),
    "written": Part(frozenset({"rules", "check", "schema", "simulated", "label"}), _written),
    "refused": Part(frozenset({"broken"}), _refused),
    "seen": Part(frozenset({"observe", "service"}), _seen),
}


def simulated_mcap_outputs(folder: Path) -> Iterator[Output]:
    """A simulated drive as MCAP, record by record."""
    path = folder / "simulated.mcap"
    simulate("drive", "--mood", "drowsy", "--minutes", "0.5", "--fps", "10", "--seed", "3", "-o", str(path))
    yield from mcap_outputs("simulated", path)


@cache
def _drives(folder: Path) -> list[Path]:
    return [*seen_drives(folder), *simulated_drives(folder)]
