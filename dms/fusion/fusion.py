"""Observations, vehicle states and driver inputs in, cues out. Pure: in event time only, the same input gives the same cues."""

from __future__ import annotations

from dms.config.cabin import Cabin
from dms.fusion.calibration import Calibration
from dms.fusion.cue_sheet import cues_of
from dms.fusion.directions import Forward
from dms.fusion.event_time import EventTime
from dms.fusion.learning import Learning
from dms.fusion.readings import Reading, forward_of, read
from dms.fusion.settings import FusionSettings
from dms.fusion.trackers import Trackers
from dms.fusion.vehicle import HeldVehicle
from dms.types import CueEvent, Cues, DriverInput, Observation, VehicleState

_DEFAULTS = FusionSettings()


class Fusion:
    """The state of one driver at the wheel. Everything has to be fed in the order of event time.

    `rejected` counts the observations and vehicle states whose time could not be used: not increasing, negative, absurd.
    """

    def __init__(self, cabin: Cabin, settings: FusionSettings = _DEFAULTS, calibration: Calibration | None = None) -> None:
        self.cabin = cabin
        self.settings = settings
        self._rejected = 0
        self._time = EventTime(settings)
        self._vehicle = HeldVehicle(settings)
        self._paused = False
        self._never_fed = Trackers(cabin, settings)
        self._begin(calibration)

    def _begin(self, calibration: Calibration | None) -> None:
        self._learning = Learning(self.cabin.camera, self.settings, calibration)
        self._trackers = Trackers(self.cabin, self.settings)
        self._in_use: Calibration | None = None
        self._forward: Forward | None = None

    @property
    def calibration(self) -> Calibration:
        """What is known about this driver now."""
        return self._learning.calibration

    @property
    def gaze_sigma_deg(self) -> float:
        """The standard error with which it is known where the driver looks; 0 where nothing has to be forgiven the gaze."""
        return self._trackers.gaze_sigma_deg

    @property
    def rejected(self) -> int:
        """How many observations and vehicle states had an impossible time."""
        return self._rejected + self._vehicle.rejected

    def know(self, calibration: Calibration | None) -> None:
        """Go on with what is known from elsewhere about the driver of this seat; with None, forget it and learn again."""
        self._learning = Learning(self.cabin.camera, self.settings, calibration)

    def vehicle(self, state: VehicleState) -> None:
        """Take what the vehicle says of itself. It counts for 2 s."""
        self._vehicle.take(state)

    def driver(self, action: DriverInput) -> None:
        """Take what the driver did.

        A new drive starts afresh, with what was learned in this seat as a first guess and nothing else from before: its
        recording, replayed on its own, gives the same cues. The time of a pause is unknown.
        """
        match action.action:
            case "new_drive":
                self._begin(self.calibration if self.calibration.is_complete else None)
                self._time.begin_anew()
                self._vehicle.forget()
                self._paused = False
            case "forget_calibration":
                self.know(None)
            case "pause":
                self._trackers.gap(self._time.t)
                self._paused = True
            case "resume":
                if self._paused:
                    self._time.restart()
                self._paused = False
            case "acknowledge" | "interaction":
                self._trackers.availability.control_input(self._time.since_origin_s(action.t))

    def observe(self, observation: Observation) -> Cues | None:
        """Returns the cues at this observation; None if its time cannot be used, which is counted in `rejected`."""
        if not self._time.advance(observation.t):
            self._rejected += 1
            return None
        vehicle = self._vehicle.at(observation.t)
        calibration = self._learning.calibration
        if self._paused:
            nothing_read = Reading(observation.camera, has_face=False)
            speed_status = self._vehicle.speed_status
            return cues_of(observation.t, nothing_read, self._never_fed, vehicle, speed_status, calibration, (), paused=True)
        if calibration is not self._in_use:
            self._in_use = calibration
            self._forward = forward_of(calibration)
        reading = read(observation, self._forward, calibration, self.settings)
        events = self._trackers.update(self._time, reading, vehicle)
        self._learning.update(self._time.held_s, reading, self._trackers, vehicle)
        if events:
            events = tuple(self._on_the_clock(event) for event in events)
        speed_status = self._vehicle.speed_status
        return cues_of(observation.t, reading, self._trackers, vehicle, speed_status, self._learning.calibration, events)

    def _on_the_clock(self, event: CueEvent) -> CueEvent:
        clock_s = self._time.clock_s
        return CueEvent(event.kind, clock_s(event.onset), clock_s(event.end), event.value)
