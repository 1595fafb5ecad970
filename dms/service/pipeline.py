"""From a frame to what is said of it: perceive, decide, tell. All on the thread that calls `run`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from dms.capture import FrameSource, Silence
from dms.decision.pack_loader import Pack
from dms.monitor.monitor import Monitor
from dms.monitor.setup import Basis
from dms.outputs.listener import DriveEnd, Listener, Step
from dms.service.health_meter import HealthMeter
from dms.service.supervisor import Supervisor
from dms.service.vehicle import VehicleInput
from dms.types import Alert, CameraHealth, DriverInput, Frame, Observation, VehicleState
from dms.views.pairs import shown
from dms.views.perception import Perceives

LOG = logging.getLogger(__name__)
FAILURES_IN_A_ROW = 30
"""A picture on which a library fails is passed over; a second of nothing else is a broken program."""


class Pipeline:
    """Perceives, decides, and tells the listener. `t` is the time of the drive, `meter` counts for the health message.

    `assumed_speed_kph` is the one that the monitor assumes: a recorded drive says so.
    """

    def __init__(
        self,
        perception: Perceives,
        monitor: Monitor,
        listener: Listener,
        meter: HealthMeter,
        supervisor: Supervisor,
        *,
        assumed_speed_kph: float | None = None,
    ) -> None:
        self.monitor = monitor
        self.meter = meter
        self.t = 0.0
        self._perception = perception
        self._listener = listener
        self._supervisor = supervisor
        self._basis = Basis(monitor.engine.pack, monitor.fusion.cabin, assumed_speed_kph)
        self._failures = 0
        self._is_out_of_time = False

    def begin_drive(self) -> None:
        """A drive begins. What is known of its driver by now is known from its first picture on."""
        calibration = self.monitor.fusion.calibration
        self._basis = replace(self._basis, calibration=calibration if calibration.source == "restored" else None)
        self._listener.on_drive_begins(self.t, self._basis)

    def end_drive(self, reason: DriveEnd) -> None:
        """The drive is over."""
        self._listener.on_drive_ends(reason)

    def replace_rules(self, pack: Pack) -> None:
        """Go on under another pack, in a new drive."""
        self.monitor.replace_pack(pack)
        self._basis = replace(self._basis, pack=pack)
        self._listener.on_drive_ends("rules_reloaded")
        self._listener.on_drive_begins(self.t, self._basis)

    def run(
        self, source: FrameSource, inputs: VehicleInput, captured_s: Callable[[Frame], float], go_on: Callable[[], bool]
    ) -> None:
        """Run until the source ends or `go_on`, asked before each frame, says no. `captured_s` tells a frame's monotonic time."""
        self._supervisor.begin("capture")
        for item in source:
            if not go_on():
                return
            self.meter.dropped("superseded", source.dropped)
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
        """Decide on a record and tell the listener. Returns the alerts."""
        self.t = max(self.t, record.t)
        self._supervisor.begin("decision")
        before, rejected = self.monitor.cues, self.monitor.rejected
        alerts = self.monitor.feed(record)
        cues = self.monitor.cues
        self._tell_of_time(record.t, was_rejected=self.monitor.rejected > rejected)
        self._supervisor.begin("publishing")
        monitor = self.monitor
        calibration, sounding = monitor.fusion.calibration, monitor.sounding
        self._listener.on_step(Step(self.t, record, alerts, cues, cues is not before, monitor.active, calibration, sounding))
        if isinstance(record, DriverInput) and record.action == "new_drive":
            self._perception.new_drive()
            self.end_drive("new_drive")
            self.begin_drive()
        return alerts

    def _tell_of_time(self, t: float, *, was_rejected: bool) -> None:
        """Health counts every record whose time cannot be; the log says when it begins and ends."""
        if was_rejected and not self._is_out_of_time:
            LOG.warning("not used: a record at %.3f s; time has to go on, in seconds since the drive began", t)
        elif self._is_out_of_time and not was_rejected:
            LOG.info("times are right again at %.3f s", t)
        self._is_out_of_time = was_rejected

    def picture(self, frame: Frame, captured_s: float) -> None:
        """Take a frame all the way. It was captured at the monotonic time `captured_s`."""
        self._supervisor.begin("perception")
        observation = self._perceive(frame)
        self.meter.camera, self.meter.camera_note = observation.camera, self._perception.camera_note
        self.take(observation)
        self.meter.frame_published(time.monotonic() - captured_s)
        picture = shown(frame, observation)
        if picture is not None:
            self._listener.on_picture(picture)

    def _no_picture(self, silence: Silence) -> None:
        """Tell the listener that the driver cannot be judged, which is no reason to stop."""
        self.meter.camera, self.meter.camera_note = CameraHealth.STALE, silence.reason
        self.take(self._perception.observe_silence(silence.t))

    def _perceive(self, frame: Frame) -> Observation:
        try:
            observation = self._perception.observe(frame)
        except Exception:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                raise
            LOG.exception("frame %d could not be read", frame.index)
            self.meter.fault("picture")
            return Observation(frame.t, frame.index, camera=CameraHealth.STALE)
        self._failures = 0
        self.meter.network_faults(self._perception.faults)
        return observation

    def _report_events(self, source: FrameSource) -> None:
        for event in source.take_events():
            LOG.log(logging.WARNING if event.is_fault else logging.INFO, event.message)
