"""Opening the inputs of the service as configured: the pictures, and the values of the vehicle."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from dms.capture import CaptureSettings, FrameSource, Mounting, open_source
from dms.client.sender import configured_input_endpoint
from dms.config.settings import CameraSettings, Settings, keys_folder
from dms.errors import ConfigurationError
from dms.recording.jsonl import JsonlDrive
from dms.recording.packed import trace_beside
from dms.service.input_endpoint import ReceivedInput
from dms.service.vehicle import JoinedInputs, PreferredSources, RecordedInput, VehicleInput
from dms.vehicle.configured import ConfiguredVehicleSource
from dms.vehicle.live import LiveVehicle
from dms.views.in_step import in_step

SILENT_AFTER_S = 0.25  # fusion takes more than 0.3 s without an observation for a gap


def open_frames(settings: Settings, started_s: float, *, paced: bool) -> FrameSource:
    """Open the configured source, or both of them in step. A camera or stream that cannot be reached is waited for, a missing
    recording is an error.

    Raises:
        ConfigurationError: no source is configured, or a camera is to be in step with a recording.
        SourceError: the recording cannot be read; the message names it.
    """
    if settings.source is None:
        raise ConfigurationError("no source: give --source, or `source:` in the configuration, for example /dev/video0")
    wanted, second = _wanted(settings.camera), settings.second_camera
    if second is None:
        return open_source(settings.source, wanted, started=started_s, paced=paced, patient=True)
    with ExitStack() as opened:
        sources = [
            opened.enter_context(open_source(address, how, started=started_s, patient=True))
            for address, how in ((settings.source, wanted), (second.source, replace(_wanted(second), thread="second capture")))
        ]
        source = in_step(*sources, paced=paced)
        opened.pop_all()
        return source


def _wanted(camera: CameraSettings) -> CaptureSettings:
    return CaptureSettings(
        width=camera.width_px,
        height=camera.height_px,
        fps=camera.fps,
        fourcc=camera.fourcc,
        controls=camera.controls,
        recorded_fps=camera.recorded_fps,
        silent_after_s=SILENT_AFTER_S,
        mounting=Mounting(camera.rotate, camera.mirror),
    )


def open_vehicle_sources(sources: Sequence[ConfiguredVehicleSource], parts: ExitStack) -> list[LiveVehicle]:
    """Begin to read the sources of vehicle data. One that cannot be reached is waited for. `parts` closes them."""
    return [parts.enter_context(closing(LiveVehicle(each.name, each.open, each.tells))) for each in sources]


def open_inputs(settings: Settings, source: FrameSource, preferred: PreferredSources, parts: ExitStack) -> VehicleInput:
    """Open the endpoint of the vehicle, and the `.jsonl` beside a recording. `parts` closes what was opened.

    What other programs send to the endpoint comes after what the sources tell.

    Raises:
        ConfigurationError: the endpoint is malformed or needs keys, or the keys are wrong.
        DmsError: it cannot be bound.
        DriveError: the file beside the recording cannot be read; the message has file and line.
    """
    inputs: list[VehicleInput] = [preferred]
    endpoint = configured_input_endpoint(settings)
    if endpoint:
        inputs.append(parts.enter_context(closing(ReceivedInput(endpoint, keys_folder(settings.vehicle)))))
    beside = None if source.live or settings.source is None else trace_beside(Path(settings.source))
    if beside is not None:
        inputs.append(RecordedInput(JsonlDrive(beside)))
    return JoinedInputs(inputs)
