"""The threads of the service: for how long each may be at one thing, and what becomes of one that is at it for longer."""

from __future__ import annotations

from collections.abc import Sequence

from dms.capture import FrameSource
from dms.capture.live import LiveCapture
from dms.outputs.aside import Aside
from dms.outputs.bus.bus import Bus
from dms.outputs.journal import Journal
from dms.recording.recorder import Recorder
from dms.service.calibration_keeper import CalibrationKeeper
from dms.service.log_thread import LogThread
from dms.service.rules_in_force import RulesInForce
from dms.service.supervisor import Supervisor, Watch
from dms.vehicle.live import LiveVehicle
from dms.views.live_pair import PairedCameras

CAPTURE_S = 15.0
"""A V4L2 read gives up after 1 s, opening a stream after 3 s; some USB cameras take 5 s to start."""
BUS_S = 5.0
DISK_S = 10.0
"""A worn card may take seconds to bring a block to rest."""
RECORDER_S = 15.0
OUTPUT_S = 30.0
VEHICLE_S = 15.0
"""A source gives up connecting after 3 s, and reading after half a second; the largest DBC files take some seconds to read."""
RULES_S = 120.0
"""The largest pack that is read takes a minute on a small board."""


def watch_threads(
    supervisor: Supervisor,
    log: LogThread,
    source: FrameSource,
    bus: Bus,
    journal: Journal,
    recorder: Recorder | None,
    rules: RulesInForce,
    keeper: CalibrationKeeper,
    vehicle: Sequence[LiveVehicle],
    outputs: Sequence[Aside],
) -> None:
    """Have all of them watched.

    Nobody hears of anything without the bus, and no other thread may use its socket: it alone is vital. The journal has one
    writer, so another one cannot take its place; a camera can be opened again, and another drive file begun.
    """
    supervisor.watch(Watch(thread=bus.thread, deadline_s=BUS_S, lag_deadline_s=BUS_S, vital=True))
    supervisor.watch(Watch(thread=journal.thread, deadline_s=DISK_S))
    supervisor.watch(Watch(thread=log.thread, deadline_s=DISK_S))
    both = source if isinstance(source, PairedCameras) else None
    for one in both.cameras if both else (source,):
        if (camera := live_capture(one)) is not None:
            supervisor.watch(Watch(thread=camera.thread, deadline_s=CAPTURE_S, replace=camera.replace_thread))
    for thread in both.threads if both else ():
        supervisor.watch(Watch(thread=thread, deadline_s=CAPTURE_S))
    if recorder is not None:
        supervisor.watch(Watch(thread=recorder.thread, deadline_s=RECORDER_S, replace=recorder.replace_thread))
    supervisor.watch(Watch(thread=keeper.thread, deadline_s=DISK_S))
    supervisor.watch(Watch(thread=rules.thread, deadline_s=RULES_S))
    for each in vehicle:
        supervisor.watch(Watch(thread=each.thread, deadline_s=VEHICLE_S, replace=each.replace_thread))
    for output in outputs:
        supervisor.watch(Watch(thread=output.thread, deadline_s=OUTPUT_S))


def live_capture(source: FrameSource) -> LiveCapture | None:
    """The reader of a camera or stream in `source`, None if it is a recording or brings a reader of its own."""
    inner = getattr(source, "inner", source)
    return inner if isinstance(inner, LiveCapture) else None
