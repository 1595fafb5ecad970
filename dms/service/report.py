"""The health message put together: the figures of the meter, and everything that is not as it should be, in words."""

from __future__ import annotations

import math

from msgspec.structs import replace

from dms.health import CalibrationHealth, JournalHealth, RulesHealth, Status
from dms.outputs.bus.bus import Bus
from dms.outputs.journal import Journal
from dms.recording.recorder import Recorder
from dms.service.calibration_keeper import CalibrationKeeper
from dms.service.drive_log import DriveLog
from dms.service.health import HealthMeter
from dms.service.pipeline import Pipeline
from dms.service.supervisor import Supervisor
from dms.service.vehicle import VehicleInput
from dms.types import CameraHealth


class HealthReport:
    """Published each second, and once more with the status `stopping`."""

    def __init__(
        self,
        meter: HealthMeter,
        supervisor: Supervisor,
        pipeline: Pipeline,
        drive_log: DriveLog,
        bus: Bus,
        journal: Journal,
        recorder: Recorder | None,
        keeper: CalibrationKeeper,
        inputs: VehicleInput,
    ) -> None:
        self._meter = meter
        self._supervisor = supervisor
        self._pipeline = pipeline
        self._drive_log = drive_log
        self._bus = bus
        self._journal = journal
        self._recorder = recorder
        self._keeper = keeper
        self._inputs = inputs
        self._written = 0

    def publish(self, status: Status | None = None) -> str:
        """Send the message; returns the status in a sentence. Without `status` it is the one that fits."""
        journal = self._journal.health()
        if journal.backlog == 0 or journal.written > self._written:
            self._supervisor.journal_works()
        self._written = journal.written
        degraded = self._degraded(journal)
        status = status or ("degraded" if degraded else "starting" if self._meter.camera is None else "ok")
        pack, calibration = self._drive_log.pack, self._pipeline.monitor.fusion.calibration
        learned_percent = math.floor(100.0 * calibration.progress)
        health = replace(
            self._meter.beat(self._pipeline.t, status, degraded, journal),
            recorder=self._recorder.health() if self._recorder else None,
            rules=RulesHealth(pack.name, pack.sha256, self._drive_log.refusal),
            calibration=CalibrationHealth(learned_percent, calibration.source, self._keeper.is_kept, self._keeper.problem),
            vehicle=self._inputs.health(),
            bus=self._bus.health(),
            rejected_observations=self._pipeline.monitor.rejected,
        )
        self._bus.publish_health(health)
        if degraded:
            return f"{status}: {'; '.join(degraded)}"
        learning = "" if calibration.is_complete else ", learning the driver"
        return f"{status}: watching {self._meter.source}{learning}"

    def _degraded(self, journal: JournalHealth) -> list[str]:
        reasons = [f"no progress in {name}" for name in self._supervisor.overdue()]
        if self._meter.camera not in (None, CameraHealth.OK):
            note = f" ({self._meter.camera_note})" if self._meter.camera_note else ""
            reasons.append(f"camera {self._meter.camera}{note}")
        if journal.status != "ok":
            reasons.append(f"journal: {journal.reason}")
        if self._recorder and self._recorder.problem:
            reasons.append(f"recorder: {self._recorder.problem}")
        if self._drive_log.refusal:
            reasons.append("rules not reloaded, the old ones stay in force")
        return reasons
