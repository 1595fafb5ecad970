"""`dms run`: the service."""

from __future__ import annotations

import logging
import os
import signal
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from dms import __version__
from dms.console import completions
from dms.console.configuration_option import Config
from dms.console.mounting_options import Fps, Mirror, Rotate, camera_changes
from dms.console.replay_options import within
from dms.console.weights_option import Models

LOG = logging.getLogger(__name__)


def command(
    config: Config = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="Device such as /dev/video0, URL, 'gst: PIPELINE', video, or folder of pictures. A .jsonl beside a video is its "
            "vehicle trace."
        ),
    ] = None,
    second: Annotated[
        str | None, typer.Option(help="Second camera that watches the same driver: second_camera.source.", show_default=False)
    ] = None,
    rules: Annotated[
        str | None,
        typer.Option(metavar="PACK", help="Rule pack: a name under rules/ or a path.", autocompletion=completions.packs),
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Folder to record drives into: observations and alerts.")] = None,
    record_video: Annotated[
        Literal["off", "event", "all"] | None,
        typer.Option(help="Pictures in them: none (the default), those around alerts and marks, or all.", show_default=False),
    ] = None,
    endpoint: Annotated[str | None, typer.Option(help="ZeroMQ address to publish on.")] = None,
    journal: Annotated[Path | None, typer.Option(help="SQLite file for drives and alerts.")] = None,
    speed_kph: Annotated[
        float | None,
        typer.Option(
            metavar="0-400", callback=within(0.0, 400.0), help="Speed to assume while no vehicle reports one, for use on a bench."
        ),
    ] = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    fps: Fps = None,
    models: Models = None,
    full_speed: Annotated[
        bool, typer.Option("--full-speed", help="Play a recording as fast as possible instead of in real time.")
    ] = False,
) -> None:
    """Watch a driver: the service, in the foreground. Options given here override the configuration file.

    SIGTERM or Ctrl-C shuts it down cleanly; SIGHUP reloads the rule pack.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the rules are still to be read, or no longer needed: nothing to die of

    from dms.service.machine import check_threads

    check_threads()  # before libraries are loaded that take their own

    from dms.config.settings import DEFAULT_PATH, load_settings, with_changes
    from dms.outputs.plugin import load_outputs
    from dms.service.log_thread import LogThread
    from dms.service.logging import set_up_logging
    from dms.vehicle.configured import load_vehicle_sources

    changes: dict[str, Any] = {
        "source": source,
        "second_camera.source": second,
        "rules": rules,
        "perception.models": str(models) if models else None,
        "record.folder": str(record) if record else None,
        "record.video": record_video,
        "bus.endpoint": endpoint,
        "journal.path": str(journal) if journal else None,
        "vehicle.assume_speed_kph": speed_kph,
        **camera_changes(rotate, mirror, fps),
    }
    settings = with_changes(load_settings(config), {key: value for key, value in changes.items() if value is not None})
    os.umask(0o077)  # pictures and records of a person are for this user alone; the sockets set their own mode
    outputs = load_outputs(settings, config or DEFAULT_PATH)
    vehicle_sources = load_vehicle_sources(settings, config or DEFAULT_PATH)
    set_up_logging(settings.log_level)
    with LogThread() as log:
        LOG.info("dms %s: loading libraries, rules and networks", __version__)
        from dms.service.app import run_service  # loads OpenCV and the network libraries

        run_service(settings, log, outputs, vehicle_sources, full_speed=full_speed)
