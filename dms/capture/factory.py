"""The one place where a source is chosen by what a person wrote."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from dms import plugins
from dms.capture.address import GST, PICTURE_SUFFIXES, STREAM_SCHEMES, is_device, scheme_of, without_password
from dms.capture.around import MountedSource
from dms.capture.kinds import SourceKind
from dms.capture.paced import PacedSource
from dms.capture.source import CaptureSettings, FrameSource
from dms.config.problems import suggestion
from dms.errors import SourceError
from dms.file_names import name_problem
from dms.recording.ros.bag import METADATA

PLUGIN_GROUP = "dms.sources"
"""The entry points by which other packages offer sources; each is named after the scheme it claims."""

# Modules of this package with their `SOURCE`, by name: all of them load OpenCV, and whoever opens a video needs no camera.
PIPELINE = "dms.capture.gst.source"
BY_SCHEME: Mapping[str, str] = {**dict.fromkeys(STREAM_SCHEMES, "dms.capture.stream"), "gst": PIPELINE}
BY_SUFFIX: Mapping[str, str] = dict.fromkeys(PICTURE_SUFFIXES, "dms.capture.pictures")
DEVICE, FOLDER, OTHER_FILE = "dms.capture.v4l2", "dms.capture.pictures", "dms.capture.video"
BAG = "dms.capture.rosbag"


def open_source(
    spec: str | Path,
    settings: CaptureSettings | None = None,
    *,
    started: float | None = None,
    paced: bool = False,
    patient: bool = False,
) -> FrameSource:
    """The source that `spec` names: a device (`/dev/video0`, or `0`), a URL, a GStreamer pipeline (`gst: …`), a video file, a
    picture, a folder of pictures, or a bag of ROS 2.

    `started` is the `time.monotonic()` that counts as second 0 of a live source (default: now). `paced` files are delivered
    no faster than they were recorded. A `patient` live source that cannot be opened is silent and tried again, as when it
    is unplugged later.

    Raises:
        SourceError: there is no such source, or it cannot be opened or read; the message names it.
        ConfigurationError: the package that provides the scheme cannot be loaded.
    """
    settings = settings or CaptureSettings()
    address = str(spec)
    started = time.monotonic() if started is None else started
    source = kind_of(address).open(address, settings, started=started, patient=patient)
    if not settings.mounting.is_upright:
        source = MountedSource(source, settings.mounting)
    return PacedSource(source) if paced and not source.live else source


def kind_of(address: str) -> SourceKind:
    """The kind of source at an address.

    Raises:
        SourceError: there is none for its scheme, or no such file.
        ConfigurationError: the package that provides the scheme cannot be loaded.
    """
    if address.startswith(GST):
        return _kind_in(PIPELINE)
    if problem := name_problem(address):
        raise SourceError(problem)
    scheme = scheme_of(address)
    if scheme:
        return _kind_in(BY_SCHEME[scheme]) if scheme in BY_SCHEME else _provided(scheme, address)
    if is_device(address):
        return _kind_in(DEVICE)
    path = Path(address)
    if path.is_dir():
        return _kind_in(BAG if (path / METADATA).is_file() else FOLDER)
    suffix = path.suffix.lower()
    if suffix not in BY_SUFFIX and not path.exists():
        raise SourceError(f"{path}: no such video, picture or folder")
    return _kind_in(BY_SUFFIX.get(suffix, OTHER_FILE))


def check_scheme(address: str) -> None:
    """Say what is wrong with an address that has a scheme. Paths, and whether anything is there, are not looked at.

    Raises:
        SourceError: no source is installed for it, or it is a pipeline that cannot be built here.
        ConfigurationError: the package that provides it cannot be loaded.
    """
    scheme = scheme_of(address)
    if scheme and scheme not in STREAM_SCHEMES:
        kind_of(address).check(address)


def _kind_in(module: str) -> SourceKind:
    kind: SourceKind = import_module(module).SOURCE
    return kind


def _provided(scheme: str, address: str) -> SourceKind:
    """The kind that another package offers."""
    installed = plugins.installed(PLUGIN_GROUP)
    if scheme not in installed:
        known = suggestion(scheme, (*BY_SCHEME, *installed))
        raise SourceError(f"{without_password(address)}: no source for {scheme}:// is installed{known}")
    return installed[scheme].load(SourceKind)
