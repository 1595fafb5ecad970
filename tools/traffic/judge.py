"""The judge: the shipped command over attentive hours, planted hours and cases, and the figures that come of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tools.traffic.events import Planted
from tools.traffic.expectations import DRIVER, LEVELS, Outcome
from tools.traffic.hours import VARIANTS, write_hours
from tools.traffic.places import PLACES
from tools.traffic.planted import write_planted
from tools.traffic.shipped import replay


@dataclass
class Rates:
    """Alerts about the driver in attentive time: how many of each level, an escalation where it leads, in how many hours."""

    hours: float = 0.0
    alerts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))

    def add(self, outcome: Outcome, length_s: float) -> None:
        """Count a drive."""
        self.hours += length_s / 3600
        for told in outcome.told:
            if told.of(DRIVER):
                self.alerts[told.level] += 1

    def per_hour(self, level: str) -> float:
        """Alerts of that level an hour."""
        return self.alerts[level] / self.hours if self.hours else float("nan")


@dataclass
class Recall:
    """How much of a kind of planted event was told in time, and how long after it began (seconds)."""

    planted: int = 0
    delays_s: list[float] = field(default_factory=list)

    def add(self, event: Planted, outcome: Outcome) -> None:
        """Count an event: told by the first alert that fits, if any."""
        self.planted += 1
        rank = LEVELS.index(event.level)
        times = [told.t for told in outcome.told if told.of(event.kinds) and told.rank >= rank]
        fitting = [t for t in times if event.begin <= t <= event.due + 1e-6]
        if fitting:
            self.delays_s.append(fitting[0] - event.begin)

    def quantile_s(self, share: float) -> float:
        """That quantile of the delays, NaN if nothing was told."""
        return float(np.quantile(self.delays_s, share)) if self.delays_s else float("nan")


Where = tuple[str, str, str]
"""A pack, a variant, and a place or a kind of event."""


def rates(packs: Sequence[str], hours: float, seed: int, places: Sequence[str] = tuple(PLACES)) -> dict[Where, Rates]:
    """What attentive drivers hear, by pack, variant and place."""
    found: dict[Where, Rates] = defaultdict(Rates)
    with TemporaryDirectory() as folder:
        for place in places:
            drives = [drive for driver in write_hours(Path(folder), hours, seed, (place,)) for drive in driver]
            for pack in packs:
                for drive in drives:
                    found[pack, drive.variant, place].add(replay(drive.path, pack), drive.length_s)
            _remove(drive.path for drive in drives)
    return dict(found)


def recalls(packs: Sequence[str], drivers: int, seed: int) -> dict[Where, Recall]:
    """What is told of planted events, by pack, variant and kind.

    Without vehicle data only fatigue is counted: how loudly to tell of a look away from somebody who may be standing is open.
    """
    found: dict[Where, Recall] = defaultdict(Recall)
    with TemporaryDirectory() as folder:
        for drive in write_planted(Path(folder), drivers, seed, VARIANTS[:2]):
            for pack in packs:
                outcome = replay(drive.path, pack)
                told_alike = [event for event in drive.planted if drive.vehicle or event.kinds[0].startswith("fatigue")]
                for event in told_alike:
                    found[pack, drive.variant, event.name].add(event, outcome)
    return dict(found)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink()
