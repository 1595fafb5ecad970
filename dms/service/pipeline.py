"""From a frame to what is published of it: perceive, decide, write down, publish. All on the thread that calls `run`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from dms.capture import FrameSource, Silence
from dms.monitor.monitor import Monitor
from dms.outputs.announce import announce
from dms.outputs.bus.bus import Bus
from dms.outputs.journal import Journal
from dms.recording.recorder import Recorder
from dms.service.calibration_keeper import CalibrationKeeper
from dms.service.drive_log import DriveLog
from dms.service.health import HealthMeter
from dms.service.setup_log import SetupLog
from dms.service.supervisor import Supervisor
from dms.service.vehicle import VehicleInput
from dms.types import Alert, CameraHealth, DriverInput, Frame, Observation, VehicleState

LOG = logging.getLogger(__name__)
STATE_EVERY_S = 0.2
FAILURES_IN_A_ROW = 30
"""A picture on which a library fails is passed over; a second of nothing else is a broken program."""


class Perceives(Protocol):
    """What turns frames into observations; `dms.perception.pipeline.Perception` in earnest."""

    @property
    def faults(self) -> Mapping[str, int]:
        """How often a network's output was unusable, by output."""
        ...

    @property
    def model_hashes(self) -> Mapping[str, str]:
        """The sha256 of the weights by network."""
        ...

    @property
    def camera_note(self) -> str | None:
        """What would help a camera that does not see as it should, if that is known."""
        ...

    def observe(self, frame: Frame) -> Observation:
        """All that can be said of the frame."""
        ...

    def observe_silence(self, t: float) -> Observation:
        """What is to be said while no frame comes."""
        ...

    def new_drive(self) -> None:
        """Another driver may sit there."""
        ...


class Pipeline:
    """The parts in their order. `t` is the drive's time now."""

    def __init__(
        self,
        perception: Perceives,
        monitor: Monitor,
        bus: Bus,
        journal: Journal,
        drive_log: DriveLog,
        recorder: Recorder | None,
        health: HealthMeter,
        supervisor: Supervisor,
        keeper: CalibrationKeeper | None = None,
        setup_log: SetupLog | None = None,
    ) -> None:
        self.monitor = monitor
        self.t = 0.0
        self._perception = perception
        self._bus = bus
        self._journal = journal
        self._drive_log = drive_log
        self._recorder = recorder
        self._health = health
        self._supervisor = supervisor
        self._keeper = keeper
        self._setup_log = setup_log
        self._failures = 0
        self._state_due_t = 0.0

    def run(
        self, source: FrameSource, inputs: VehicleInput, captured_s: Callable[[Frame], float], go_on: Callable[[], bool]
    ) -> None:
        """Until the source ends or `go_on`, asked before each frame, says no. `captured_s` tells a frame's monotonic time."""
        self._supervisor.begin("capture")
        for item in source:
            if not go_on():
                return
            self._health.dropped("superseded", source.dropped)
            self._report_events(source)
            for record in inputs.until(item.t):
                self.take(record)
            if isinstance(item, Silence):
                self._no_picture(item)
            else:
                self.picture(item, captured_s(item))
            self._supervisor.begin("capture")
        self._report_events(source)

    def take(self, record: Observation | VehicleState | DriverInput) -> tuple[Alert, ...]:
        """Decide on a record and let everybody know: alerts to the journal first, then to the bus."""
        self.t = max(self.t, record.t)
        self._supervisor.begin("decision")
        before = self.monitor.cues
        alerts = self.monitor.feed(record)
        cues = self.monitor.cues
        self._supervisor.begin("publishing")
        announce(alerts, self._journal, self._bus)
        for alert in alerts:
            LOG.info(f"{alert.phase} {alert.kind} {alert.level} at {alert.t:.2f} s, began {alert.onset:.2f} s")
        if isinstance(record, Observation):
            self._bus.publish_observation(record)
        if alerts or self.t >= self._state_due_t:
            self._bus.publish_state(self.t, self.monitor.cues, self.monitor.active)
            self._state_due_t = self.t + STATE_EVERY_S
        self._drive_log.trips.follow(None if cues is before else cues, alerts)
        if self._recorder:
            for each in (record, *alerts):
                self._recorder.write(each)
        if self._keeper:
            self._keeper.follow(self.monitor.fusion.calibration)
            if isinstance(record, DriverInput) and record.action == "forget_calibration":
                self._keeper.forget()
        if isinstance(record, DriverInput) and record.action == "new_drive":
            self._perception.new_drive()
            self._drive_log.new_drive()
            if self._setup_log:
                self._setup_log.begin(self.t)
        return alerts

    def picture(self, frame: Frame, captured_s: float) -> None:
        """A frame, captured at the monotonic time `captured_s`, all the way."""
        self._supervisor.begin("perception")
        observation = self._perceive(frame)
        self._health.camera, self._health.camera_note = observation.camera, self._perception.camera_note
        self.take(observation)
        self._health.frame_published(time.monotonic() - captured_s)
        if self._recorder:
            self._recorder.picture(frame)

    def _no_picture(self, silence: Silence) -> None:
        """The driver cannot be judged, which is a state that everybody hears of and no reason to stop."""
        self._health.camera, self._health.camera_note = CameraHealth.STALE, silence.reason
        self.take(self._perception.observe_silence(silence.t))

    def _perceive(self, frame: Frame) -> Observation:
        try:
            observation = self._perception.observe(frame)
        except Exception:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                raise
            LOG.exception("frame %d could not be read", frame.index)
            self._health.fault("picture")
            return Observation(frame.t, frame.index, camera=CameraHealth.STALE)
        self._failures = 0
        self._health.network_faults(self._perception.faults)
        return observation

    def _report_events(self, source: FrameSource) -> None:
        for event in source.take_events():
            LOG.log(logging.WARNING if event.is_fault else logging.INFO, event.message)
