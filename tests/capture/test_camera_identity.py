"""Cameras that get each other's numbers: one that was another before is not taken for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dms.capture.camera_identity import CameraIdentity, KnownCamera, identity_of, lasting_names
from dms.errors import SourceError
from dms.service.checks.camera import _numbered
from tests.needs import need
from tools.camera import DEVICE, Camera, build

CABIN = CameraIdentity("uvcvideo", "Cabin Cam", "usb-1")
MOVED = CameraIdentity("uvcvideo", "Cabin Cam", "usb-2")
ROAD = CameraIdentity("uvcvideo", "Road Cam", "usb-1")
TWIN = CameraIdentity("uvcvideo", "Cabin Cam", "usb-2", "4711")


def opened(path: str, *found: CameraIdentity | None) -> list[list[str]]:
    """What is said of the cameras that are found at the openings of `path`, one after the other."""
    those = iter(found)
    known = KnownCamera(path, lambda _: next(those))
    return [known.recognise() for _ in found]


def test_the_camera_that_was_there_is_told_once_and_again_when_it_is_at_another_port() -> None:
    assert opened("/dev/video0", CABIN, CABIN, MOVED, MOVED) == [
        ["it is 'Cabin Cam' at usb-1"],
        [],
        ["it is 'Cabin Cam' at usb-2 now, it was 'Cabin Cam' at usb-1"],
        [],
    ]


@pytest.mark.parametrize("other", [ROAD, TWIN], ids=["of another kind", "with a serial number of its own"])
def test_another_camera_under_the_same_number_is_not_watched(other: CameraIdentity) -> None:
    found = iter([CABIN, other, other, CABIN])
    known = KnownCamera("/dev/video0", lambda _: next(found))
    known.recognise()
    for _ in range(2):
        with pytest.raises(SourceError, match=r"^/dev/video0: another camera has this number now, .* it was 'Cabin Cam'"):
            known.recognise()
    assert known.recognise() == [], "it is back"


def test_a_name_that_somebody_chose_may_lead_to_another_camera_which_is_said() -> None:
    assert opened("/dev/dms-cam", CABIN, ROAD)[1] == ["it is 'Road Cam' at usb-1 now, it was 'Cabin Cam' at usb-1"]


def test_a_driver_that_does_not_tell_changes_nothing() -> None:
    assert opened("/dev/video0", None, None) == [[], []]
    assert identity_of("/dev/null") is None
    assert identity_of("/dev/nowhere") is None


def test_the_kernel_is_asked(tmp_path: Path) -> None:
    need("compiler", None if shutil.which("cc") else "there is no `cc`")
    environment = {**os.environ, **Camera(tmp_path, build(tmp_path)).make("GREY", (16, 16), 30, [bytes(256)])}
    words = f"from dms.capture.camera_identity import identity_of; print(identity_of({DEVICE!r}))"
    done = subprocess.run([sys.executable, "-c", words], env=environment, capture_output=True, text=True, timeout=240)
    assert done.stdout == "'Camera of the tests' at no port\n", done.stderr


def test_doctor_names_it_by_what_it_is_and_advises_that_where_there_are_several(tmp_path: Path) -> None:
    names = tmp_path / "by-id"
    names.mkdir()
    cabin, road = tmp_path / "video0", tmp_path / "video2"
    for camera, name in ((cabin, "usb-Cabin_Cam"), (road, "usb-Road_Cam")):
        camera.touch()
        found = names / f"{name}-index0"
        found.symlink_to(camera)
        assert lasting_names(camera, names) == [found]
    several = _numbered(cabin, names)
    assert (several.grade, several.advice) == ("warn", f"name it by what it is: `source: {names}/usb-Cabin_Cam-index0`")
    (names / "usb-Road_Cam-index0").unlink()
    one = _numbered(cabin, names)
    assert (one.grade, one.detail) == ("ok", f"{cabin}, which is also {names}/usb-Cabin_Cam-index0")
    assert _numbered(road, tmp_path / "nothing").detail == str(road)
