"""Trying a pack on the cues of drives: the engine runs on every moment, or on those that matter (see `moments`).

What a label asks for is judged by the times of the pack that is tuned, not of the one that is tried: a pack that takes its time
would otherwise be given more time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dms.decision.engine import DecisionEngine
from dms.decision.pack_loader import Pack
from dms.drives.scoring.matching import RuleTime, match_drive
from dms.drives.tuning.columns import CueColumns
from dms.drives.tuning.drive_cues import DriveCues
from dms.drives.tuning.figures import Tried
from dms.types import Alert, Cues, DriverInput

CHECK_EVERY = 1024
"""Moments between two checks whether a trial is still wanted: some hundredths of a second."""


@dataclass(frozen=True)
class Moments:
    """Moments of a drive with their cues, built once for all trials, their places among all of them, and what the driver did."""

    places: Sequence[int]
    cues: Sequence[Cues]
    inputs: tuple[tuple[int, DriverInput], ...]

    @classmethod
    def all_of(cls, columns: CueColumns) -> Moments:
        """Every moment of a drive."""
        return cls(range(len(columns)), tuple(columns.cues()), columns.inputs)

    @classmethod
    def at(cls, places: NDArray[np.intp], columns: CueColumns) -> Moments:
        """The moments at these places."""
        return cls(places.tolist(), tuple(columns.cues(places)), columns.inputs)


def alerts_on(pack: Pack, moments: Moments) -> tuple[Alert, ...]:
    """What a pack raises when it is shown these moments."""
    return alerts_along(pack, zip(moments.places, moments.cues, strict=True), moments.inputs)


def checked(moments: Iterable[tuple[int, Cues]], check: Callable[[], None]) -> Iterator[tuple[int, Cues]]:
    """The same moments; `check` is called now and then, and may raise to end a trial that nobody waits for any more."""
    for number, moment in enumerate(moments):
        if number % CHECK_EVERY == 0:
            check()
        yield moment


def alerts_along(pack: Pack, moments: Iterable[tuple[int, Cues]], inputs: Sequence[tuple[int, DriverInput]]) -> tuple[Alert, ...]:
    """What a pack raises when it is shown moments, each with its place, one after the other."""
    engine = DecisionEngine(pack)
    alerts: list[Alert] = []
    step, waiting = engine.step, list(reversed(inputs))
    for place, cues in moments:
        while waiting and waiting[-1][0] <= place:
            alerts.extend(engine.driver(waiting.pop()[1]))
        raised = step(cues)
        if raised:
            alerts.extend(raised)
    while waiting:
        alerts.extend(engine.driver(waiting.pop()[1]))
    return tuple(alerts)


def without_cause(alerts: Iterable[Alert]) -> list[tuple[float, str, str, str, float, str]]:
    """Alerts without the values behind them, of which only those are known that the rules compare."""
    return [(alert.t, alert.kind, alert.level, alert.phase, alert.onset, alert.rule) for alert in alerts]


def tried(drive: DriveCues, alerts: Iterable[Alert], times: Mapping[str, RuleTime]) -> Tried:
    """How what a pack raised on a drive compares to the drive's labels."""
    return Tried(drive.path, drive.driver, drive.watched_s / 3600, match_drive(drive.labels, alerts, times))
