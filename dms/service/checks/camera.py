"""Checks of the source of pictures: whether it exists, and whether this user may open it. The camera is not opened."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from dms.capture.address import GST, STREAM_SCHEMES, device_path, is_device, scheme_of, without_password
from dms.capture.camera_identity import BY_ID, is_numbered, lasting_names
from dms.capture.controls import Asked, problems_of, read_controls
from dms.capture.factory import check_scheme
from dms.capture.mounting import Mounting
from dms.config.settings import CameraSettings, Settings
from dms.errors import DmsError, SourceError
from dms.service.checks.finding import Finding, fail, ok, warn

DEVICES = Path("/dev")


def check_camera(settings: Settings, devices: Path = DEVICES) -> Iterator[Finding]:
    """Check the configured source, and all cameras of the machine."""
    cameras = sorted(devices.glob("video[0-9]*"))
    if settings.source is not None:
        yield _source(settings.source)
        yield from _one(settings.source, settings.camera)
        if (second := settings.second_camera) is not None:
            for finding in (_source(second.source), *_one(second.source, second)):
                yield replace(finding, subject=f"second {finding.subject}")
    elif not cameras:
        yield warn("camera", "no source is configured, and the machine has no camera", "connect one, or give --source")
    for camera in cameras:
        yield _device(camera)


def _source(source: str) -> Finding:
    if scheme_of(source) in STREAM_SCHEMES:
        return ok("source", f"{without_password(source)}: a stream; the service waits for it if it is away")
    if source.startswith(GST):
        return _pipeline(source)
    if scheme_of(source):
        return _provided(source)
    path = Path(device_path(source))
    if not path.exists():
        if is_device(source):
            return warn("source", f"{path} is not there", "connect the camera; for /dev/dms-cam install the udev rule")
        return fail("source", f"{path} is not there", "correct `source:`")
    if not os.access(path, os.R_OK):
        return fail("source", f"{path} cannot be read by {_user()}", _permission_advice(path))
    if is_numbered(str(path)):
        return _numbered(path)
    target = f" -> {path.resolve()}" if path.is_symlink() else ""
    return ok("source", f"{path}{target}")


def _numbered(path: Path, names: Path = BY_ID) -> Finding:
    """With several cameras, the order in which they are found decides which has a number."""
    name = next((str(each) for each in lasting_names(path, names)), None)
    if name is not None and len(list(names.glob("*-index0"))) > 1:
        return warn("source", f"{path} may be another camera after the next start", f"name it by what it is: `source: {name}`")
    return ok("source", f"{path}, which is also {name}" if name else str(path))


def _pipeline(source: str) -> Finding:
    """A pipeline is built, but not run."""
    try:
        check_scheme(source)
    except DmsError as error:
        return fail("source", str(error), "docs/cameras.md says what a pipeline takes")
    return ok("source", f"{without_password(source)}: GStreamer can build it; whether pictures come, only running it tells")


def _provided(source: str) -> Finding:
    """A source of another package, which alone knows whether anything is there."""
    try:
        check_scheme(source)
    except DmsError as error:
        return fail("source", str(error), "correct `source:`, or install the package that provides it")
    return ok("source", f"{without_password(source)}: a source of another package")


def _one(source: str, camera: CameraSettings) -> Iterator[Finding]:
    yield _mounting(camera)
    yield from _controls(source, camera.controls)


def _controls(source: str, wanted: Mapping[str, Asked]) -> Iterator[Finding]:
    """The controls of the camera, and what is wrong with those that the configuration asks for."""
    path = device_path(source)
    if not is_device(source):
        if wanted:
            yield warn("controls", "only V4L2 cameras have them, and the source is not one", "leave `camera.controls` out")
        return
    if not os.access(path, os.R_OK | os.W_OK):
        return
    try:
        controls = read_controls(path)
    except SourceError as error:
        yield warn("controls", str(error), "`camera.controls` are not set") if wanted else ok("controls", f"not known: {error}")
        return
    for problem in problems_of(wanted, controls):
        yield fail("controls", problem, "correct `camera.controls`")
    for control in controls.values():
        yield ok(f"control {control.name}", f"{control.value}, can be {control.choice}")


def _mounting(camera: CameraSettings) -> Finding:
    """State the mounting, because only a person can tell whether a picture is mirrored."""
    mounting = Mounting(camera.rotate, camera.mirror)
    return ok("mounting", f"the picture is taken {mounting}" if mounting.is_upright else f"the picture is {mounting}")


def _device(camera: Path) -> Finding:
    if os.access(camera, os.R_OK | os.W_OK):
        return ok("camera", f"{camera}: {_user()} may open it")
    return warn("camera", f"{camera} cannot be opened by {_user()}", _permission_advice(camera))


def _permission_advice(path: Path) -> str:
    try:
        group = grp.getgrgid(path.stat().st_gid).gr_name
    except (KeyError, OSError):
        group = "video"
    return f"add the user to the group {group}: usermod -aG {group} {_user()}, then log in again"


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"
