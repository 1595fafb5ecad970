"""What every pack says of simulated drives, in each of four installations: the counting behind `tools.benchmarks.packs`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dms.config.cabin import load_cabin
from dms.decision.engine import DecisionEngine
from dms.decision.pack_loader import load_pack
from dms.drives.scoring.matching import match_drive, out_of_reach, rule_times, times_of_drive
from dms.fusion.fusion import Fusion
from dms.types import KSS, Alert, DriveRecord, Label, Level, Observation, Phase, VehicleState
from tools.simulate.corpus import Known, Mood, as_known
from tools.simulate.files import SimulatedDrive

INSTALLATIONS: Mapping[Known, str] = {
    "all": "gaze and vehicle",
    "no_vehicle": "gaze, no vehicle",
    "no_gaze": "head only, vehicle",
    "head_only": "head only, no vehicle",
}
CABIN = "left_hand_drive"
ATTENTIVE: Mood = "attentive"


@dataclass(frozen=True)
class Incident:
    """A false alarm from `warning` up, or a label that nothing answered, and where to find it."""

    drive: SimulatedDrive
    t: float
    what: str


@dataclass
class Tally:
    """What one pack did in one installation: attentive hours, alerts in them by level, labels and answers by kind."""

    hours: float = 0.0
    planted_hours: float = 0.0
    alerts: Counter[Level] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    latencies_s: dict[str, list[float]] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count the other's drives as well."""
        self.hours += other.hours
        self.planted_hours += other.planted_hours
        self.alerts += other.alerts
        self.labels += other.labels
        self.answered += other.answered
        for kind, latencies_s in other.latencies_s.items():
            self.latencies_s.setdefault(kind, []).extend(latencies_s)
        self.incidents += other.incidents


Tallies = dict[tuple[str, Known], Tally]


def listen(drive: SimulatedDrive, packs: Sequence[str], installations: Sequence[Known]) -> Tallies:
    """Drive once, and let every pack listen in every installation."""
    records = list(drive.records())
    labels = [record for record in records if isinstance(record, Label) and record.kind != KSS]
    tallies: Tallies = {}
    for known in installations:
        alerts = _alerts(as_known(records, known), packs)
        for pack in packs:
            is_attentive = drive.mood == ATTENTIVE
            tally = (
                _false_alarms(drive, alerts[pack])
                if is_attentive
                else _answers(drive, pack, labels, alerts[pack], speed_told=known in ("all", "no_gaze"))
            )
            tallies[pack, known] = tally
    return tallies


def _alerts(records: Iterable[DriveRecord], packs: Sequence[str]) -> dict[str, list[Alert]]:
    """The alerts of each pack. Cues do not depend on the pack, and are made once for all."""
    fusion = Fusion(load_cabin(CABIN))
    engines = {name: DecisionEngine(load_pack(name)) for name in packs}
    alerts: dict[str, list[Alert]] = {name: [] for name in packs}
    for record in records:
        if isinstance(record, VehicleState):
            fusion.vehicle(record)
        elif isinstance(record, Observation) and (cues := fusion.observe(record)) is not None:
            for name, engine in engines.items():
                alerts[name] += engine.step(cues)
    return alerts


def _false_alarms(drive: SimulatedDrive, alerts: Iterable[Alert]) -> Tally:
    """An attentive driver: whatever is said about them is one alert too many."""
    said = list(_about_the_driver(alerts))
    tally = Tally(hours=drive.minutes / 60, alerts=Counter(alert.level for alert in said))
    tally.incidents = [
        Incident(drive, alert.t, f"{alert.level} {alert.kind} ({alert.rule})")
        for alert in said
        if alert.level.rank >= Level.WARNING.rank
    ]
    return tally


def _about_the_driver(alerts: Iterable[Alert]) -> Iterator[Alert]:
    """Each time that an alert begins or grows worse, except those about the system."""
    for alert in alerts:
        if alert.phase in (Phase.RAISE, Phase.ESCALATE) and not alert.kind.startswith("system."):
            yield alert


def _answers(drive: SimulatedDrive, pack: str, labels: Sequence[Label], alerts: Sequence[Alert], *, speed_told: bool) -> Tally:
    """A driver who ought to be told. What no rule of the pack can answer in its own time is not counted."""
    times = times_of_drive(rule_times(load_pack(pack)), speed_told=speed_told)
    matching = match_drive(labels, alerts, times)
    unreachable = out_of_reach(matching.missed, times)
    missed = [label for label in matching.missed if label not in unreachable]
    tally = Tally(planted_hours=drive.minutes / 60)
    tally.answered = Counter(match.label.kind for match in matching.matched)
    tally.labels = tally.answered + Counter(label.kind for label in missed)
    for match in matching.matched:
        if match.latency_s is not None:
            tally.latencies_s.setdefault(match.label.kind, []).append(match.latency_s)
    tally.incidents = [Incident(drive, label.t, f"missed {label.kind}: {label.note}") for label in missed]
    return tally
