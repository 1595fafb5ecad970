"""The health message put together from what each part says of itself, and everything that is not as it should be, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec import UnsetType
from msgspec.structs import replace

from dms.errors import one_line
from dms.health import (
    BusHealth,
    CalibrationHealth,
    Health,
    InputHealth,
    JournalHealth,
    RecorderHealth,
    RulesHealth,
    SecondCameraHealth,
    SourceHealth,
    Status,
    VehicleSourceHealth,
)
from dms.outputs.aside import Aside
from dms.service.pipeline import Pipeline
from dms.service.supervisor import Supervisor
from dms.types import LEARNING_IN_WORDS, CameraHealth, Learning

_LONGEST_PROBLEM = 1000
"""Characters. Other programs and other packages have a say in it, and it is published every second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Where the parts of a `Health` come from, under the names of its fields. They are called on the heartbeat's thread."""

    journal: Callable[[], JournalHealth]
    recorder: Callable[[], RecorderHealth] | None
    rules: Callable[[], RulesHealth]
    calibration: Callable[[], CalibrationHealth]
    vehicle: Callable[[], InputHealth | None]
    vehicle_sources: Callable[[], Mapping[str, VehicleSourceHealth]]
    bus: Callable[[], BusHealth]
    cameras: Callable[[], tuple[SourceHealth, SecondCameraHealth]] | None = None


class HealthReport:
    """Published each second, and once more with the status `stopping`. `outputs` are those of other packages."""

    def __init__(
        self,
        pipeline: Pipeline,
        supervisor: Supervisor,
        parts: Parts,
        outputs: Sequence[Aside],
        publish: Callable[[Health], None],
    ) -> None:
        self._pipeline = pipeline
        self._supervisor = supervisor
        self._parts = parts
        self._outputs = outputs
        self._publish = publish

    def publish(self, status: Status | None = None) -> str:
        """Publish the message. Returns the status in a sentence; without `status` it is the one that fits."""
        health = self._collected()
        problems = [one_line(problem, _LONGEST_PROBLEM) for problem in self._problems(health)]
        camera = self._pipeline.meter.camera
        health = replace(
            health,
            status=status or ("degraded" if problems else "starting" if camera is None else "ok"),
            degraded=tuple(problems),
        )
        self._publish(health)
        for output in self._outputs:
            output.on_health(health)
        if problems:
            return f"{health.status}: {'; '.join(problems)}"
        watching = f"{health.status}: watching {self._pipeline.meter.source}"
        learning = LEARNING_IN_WORDS[self._learning()]
        return f"{watching}, {learning}" if learning else watching

    def _learning(self) -> Learning | None:
        """How the driver is being learned; before the first frame, whether one is known from another drive."""
        monitor = self._pipeline.monitor
        if monitor.cues is not None:
            return monitor.cues.learning
        return None if monitor.fusion.calibration.is_complete else "learning"

    def _collected(self) -> Health:
        parts, meter = self._parts, self._pipeline.meter
        for output in self._outputs:
            meter.faults_so_far(f"output.{output.name}", output.faults)
        health = meter.beat(self._pipeline.t)
        if parts.cameras is not None:
            first, second = parts.cameras()
            health = replace(health, camera=first, second_camera=second)
        return replace(
            health,
            journal=parts.journal(),
            recorder=parts.recorder() if parts.recorder else None,
            rules=parts.rules(),
            calibration=parts.calibration(),
            vehicle=parts.vehicle(),
            vehicle_sources=parts.vehicle_sources(),
            bus=parts.bus(),
            rejected_observations=self._pipeline.monitor.rejected,
            threads=self._supervisor.threads(),
        )

    def _problems(self, health: Health) -> Iterator[str]:
        """What is not as it should be, in words."""
        yield from self._supervisor.problems()
        yield from _cameras_in_words(health)
        if health.journal and health.journal.status != "ok":
            yield f"journal: {health.journal.reason}"
        if health.recorder and health.recorder.problem:
            yield f"recorder: {health.recorder.problem}"
        if health.rules and health.rules.refused:
            yield "rules not reloaded, the old ones stay in force"
        for name, source in health.vehicle_sources.items():
            if source.problem:
                yield f"vehicle source {name}: {source.problem}"
        yield from (f"output {output.name}: {output.problem}" for output in self._outputs if output.problem)


def _cameras_in_words(health: Health) -> Iterator[str]:
    """The state of a camera that does not see well; of two, which one it is."""
    first, second = health.camera, health.second_camera
    which = "" if isinstance(second, UnsetType) else "first "
    if first and first.state not in (None, CameraHealth.OK):
        yield f"{which}camera {first.state}" + (f" ({first.note})" if first.note else "")
    if isinstance(second, UnsetType):
        return
    if second.state not in (None, CameraHealth.OK):
        yield f"second camera {second.state}" + (f" ({second.note})" if second.note else "")
    elif second.note:
        yield f"second camera: {second.note}"
