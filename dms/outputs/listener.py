"""Listening to a drive: to its beginning, to each record with what was decided on it, and to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dms.fusion.calibration import Calibration
from dms.health import Health
from dms.monitor.setup import Basis
from dms.types import Alert, AlertKind, Cues, DriverInput, Frame, Observation, VehicleState

DriveEnd = Literal["shutdown", "source_ended", "new_drive", "rules_reloaded", "fault"]
"""Why a drive ended. Rules that are reloaded begin a new one, so that each alert stands with the rules that decided it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One record and what was decided on it.

    `t` is the time of the drive in seconds, never less than that of an earlier step. `cues` are those in force, None before the
    first observation, and `cues_changed` says whether this record led to them. `active` are the alerts in force, `calibration`
    is what is known of the driver, `sounding` the kind of alert that makes a sound.
    """

    t: float
    record: Observation | VehicleState | DriverInput
    alerts: tuple[Alert, ...]
    cues: Cues | None
    cues_changed: bool
    active: tuple[Alert, ...]
    calibration: Calibration
    sounding: AlertKind | None = None


class Listener:
    """Hears of a drive on the pipeline's thread, so no method may wait. A listener overrides the methods that it needs.

    The listeners of this repository never raise because of a disk, a network or a subscriber: they count what they lose and
    report it. An exception in one of them is a fault of the program and ends the run. `Aside` shields the pipeline from listeners
    of other packages.
    """

    def on_drive_begins(self, t: float, basis: Basis) -> None:
        """A drive begins at `t`; `basis` is what its decisions rest on."""

    def on_step(self, step: Step) -> None:
        """A record was decided on."""

    def on_picture(self, frame: Frame) -> None:
        """A picture was decided on, in the step before. It must not be changed."""

    def on_drive_ends(self, reason: DriveEnd) -> None:
        """The drive is over."""

    def on_health(self, health: Health) -> None:
        """How the service is, once a second. Only outputs that run aside are told."""

    def what_is_wrong(self) -> str | None:
        """What the listener cannot do at present, in words for the service's health; asked for on another thread."""
        return None

    def close(self) -> None:
        """Nothing will follow: finish and let go."""


class Listeners(Listener):
    """Several listeners as one. Each hears everything before the next one does."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = tuple(listeners)

    def on_drive_begins(self, t: float, basis: Basis) -> None:
        """Tell each of them."""
        for listener in self._listeners:
            listener.on_drive_begins(t, basis)

    def on_step(self, step: Step) -> None:
        """Tell each of them."""
        for listener in self._listeners:
            listener.on_step(step)

    def on_picture(self, frame: Frame) -> None:
        """Tell each of them."""
        for listener in self._listeners:
            listener.on_picture(frame)

    def on_drive_ends(self, reason: DriveEnd) -> None:
        """Tell each of them."""
        for listener in self._listeners:
            listener.on_drive_ends(reason)
