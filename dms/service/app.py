"""The service: which parts there are, the order in which they start, and the order in which they stop."""

from __future__ import annotations

import gc
import hashlib
import logging
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from dms.capture import FrameSource, Mounting
from dms.capture.address import without_password
from dms.config import settings as configuration
from dms.config.cabin import load_cabin
from dms.config.settings import Settings, keys_folder
from dms.decision.pack_loader import load_pack
from dms.locations import default_endpoint, default_journal_path
from dms.monitor.monitor import Monitor
from dms.outputs.announce import Announcer
from dms.outputs.aside import Aside
from dms.outputs.bus.bus import Bus
from dms.outputs.journal import Journal, Retention
from dms.outputs.listener import DriveEnd, Listeners
from dms.outputs.plugin import ConfiguredOutput
from dms.outputs.run_identity import RunIdentity
from dms.service.alert_lines import AlertLines
from dms.service.asleep import SleepWatch
from dms.service.calibration_file import Seat
from dms.service.calibration_keeper import CalibrationKeeper
from dms.service.calibration_store import CalibrationStore, calibration_path
from dms.service.capture_time import CaptureTime
from dms.service.drive_log import DriveLog
from dms.service.first_picture import FirstPicture
from dms.service.health_meter import HealthMeter
from dms.service.health_report import HealthReport, Parts
from dms.service.heartbeat import Heartbeat
from dms.service.inputs import open_frames, open_inputs, open_vehicle_sources
from dms.service.log_thread import LogThread
from dms.service.machine import allow_descriptors, versions
from dms.service.networks import LoadPerception, check_weights, load_both, load_perception
from dms.service.pipeline import Pipeline
from dms.service.recording_log import RecordingLog, open_recorder
from dms.service.rules_in_force import RulesInForce
from dms.service.sd_notify import ServiceManager
from dms.service.signals import Signals
from dms.service.supervisor import Supervisor
from dms.service.thread_watches import watch_threads
from dms.service.trip_log import TripLog
from dms.service.vehicle import PreferredSources
from dms.types import DriverInput
from dms.vehicle.configured import ConfiguredVehicleSource
from dms.views.perception import Perceives, TwoViews

LOG = logging.getLogger(__name__)


def run_service(
    settings: Settings,
    log: LogThread,
    outputs: Sequence[ConfiguredOutput] = (),
    vehicle_sources: Sequence[ConfiguredVehicleSource] = (),
    *,
    full_speed: bool = False,
    load: LoadPerception = load_perception,
) -> None:
    """Watch until the source ends or SIGTERM comes. `full_speed` plays a recording as fast as it can be worked through.

    `log` is the thread that writes what is logged, begun before the first line, since nobody may be reading. `outputs` are those
    of other packages, beside the ones of dms itself. `vehicle_sources` tell the speed and the rest, beside
    the endpoint to which other programs send; the first counts most.

    Raises:
        ConfigurationError: rules, cabin, networks, an output or an endpoint cannot be honoured, or no source is configured.
        DmsError: the source cannot be read, or another instance is running; the message names it.
    """
    manager, started_s = ServiceManager(), time.monotonic()
    manager.notify(STATUS="loading")
    allow_descriptors()
    assumed_speed_kph = settings.vehicle.assume_speed_kph

    with ExitStack() as parts:  # closed in the opposite order, whatever happens
        signals = parts.enter_context(Signals())  # before the rules are read: who changes them from now on may say so
        seals = settings.seals
        pack, cabin = load_pack(settings.rules, seal=seals.rules), load_cabin(settings.cabin, seal=seals.cabin)
        check_weights(settings.perception)
        source = parts.enter_context(open_frames(settings, started_s, paced=not full_speed))
        perception = load_both(settings, load)
        run = _identity(settings, source, perception)
        endpoint = settings.bus.endpoint or default_endpoint()
        bus = parts.enter_context(closing(Bus(endpoint, run.session, keys=keys_folder(settings.bus))))
        vehicle = open_vehicle_sources(vehicle_sources, parts)
        preferred = PreferredSources(vehicle)
        inputs = open_inputs(settings, source, preferred, parts)
        journal = parts.enter_context(closing(_open_journal(settings.journal)))
        recorder = open_recorder(settings.record, run.metadata(pack), parts)
        keeper = parts.enter_context(closing(_keeper(settings, source, run)))
        others = [parts.enter_context(closing(Aside(output.name, output.open(run)))) for output in outputs]

        listeners = Listeners(  # heard from left to right: the journal and the bus before all others
            [
                Announcer(journal, bus),
                AlertLines(),
                FirstPicture(started_s),
                TripLog(journal, bus),
                DriveLog(journal, run),
                *([RecordingLog(recorder)] if recorder else []),
                keeper,
                *others,
            ]
        )
        supervisor, rules = Supervisor(), RulesInForce(settings.rules, pack, journal, seals.rules)
        watch_threads(supervisor, log, source, bus, journal, recorder, rules, keeper, vehicle, others)
        monitor = Monitor(pack, cabin, calibration=keeper.restored, assumed_speed_kph=assumed_speed_kph)
        meter = HealthMeter(source.name, versions(), run.models_sha256, run.config_sha256)
        pipeline = Pipeline(perception, monitor, listeners, meter, supervisor, assumed_speed_kph=assumed_speed_kph)
        healths = Parts(
            journal=journal.health,
            recorder=recorder.health if recorder else None,
            rules=rules.health,
            calibration=lambda: keeper.health(monitor.fusion.calibration),
            vehicle=inputs.health,
            vehicle_sources=preferred.sources_health,
            bus=bus.health,
            cameras=perception.cameras if isinstance(perception, TwoViews) else None,
        )
        report = HealthReport(pipeline, supervisor, healths, others, bus.publish_health)
        heartbeat = Heartbeat(manager, supervisor, report.publish)

        sleep = SleepWatch()

        def go_on() -> bool:
            if slept_s := sleep.slept_s():
                LOG.info("the machine slept for %.0f s: a new drive begins", slept_s)
                pipeline.take(DriverInput(pipeline.t, "new_drive"))
            if signals.take_reload():
                rules.begin_reload()
            if changed := rules.take_reloaded(pipeline.t):
                pipeline.replace_rules(changed)
            return not signals.stop

        gc.collect()
        gc.freeze()  # a full collection of all that was loaded takes 20 to 40 ms, as long as an alert may take; of the rest, none
        ending: DriveEnd = "fault"
        pipeline.begin_drive()
        try:
            manager.notify(READY=1)
            heartbeat.start()
            watched = " and ".join(filter(None, (source.name, run.second_source)))
            LOG.info("watching %s under the rules '%s', publishing on %s", watched, pack.name, bus.endpoint)
            pipeline.run(source, inputs, CaptureTime(started_s, live=source.live, paced=not full_speed), go_on)
            ending = "shutdown" if signals.stop else "source_ended"
        finally:
            manager.notify(STOPPING=1)
            heartbeat.stop()
            pipeline.end_drive(ending)
            report.publish("stopping")
            LOG.info("stopped: %s", ending.replace("_", " "))


def _identity(settings: Settings, source: FrameSource, perception: Perceives) -> RunIdentity:
    second = settings.second_camera
    return RunIdentity(
        session=uuid.uuid4().hex[:12],
        source=source.name,
        rules=settings.rules,
        models_sha256=_sha256("".join(perception.model_hashes.values())),
        config_sha256=_sha256(settings.model_dump_json(exclude={"second_camera"} if second is None else None)),
        second_source=None if second is None else without_password(second.source),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _keeper(settings: Settings, source: FrameSource, run: RunIdentity) -> CalibrationKeeper:
    """A recording is watched the same way every time, so what was learned from a source is kept only if it is live."""
    kept = settings.calibration.keep and source.live
    store = CalibrationStore(calibration_path(settings.calibration)) if kept else None
    mounting = Mounting(settings.camera.rotate, settings.camera.mirror)
    camera = source.name if mounting.is_upright else f"{source.name}, {mounting}"
    return CalibrationKeeper(store, Seat(camera, settings.cabin, run.models_sha256))


def _open_journal(settings: configuration.JournalSettings) -> Journal:
    path = Path(settings.path) if settings.path else default_journal_path()
    return Journal(path, Retention(max_age_days=settings.keep_days, max_size_mib=settings.keep_mib))
