"""Cameras of every pixel format: real OpenCV and v4l2-ctl in front of a driver in user space, with frames that FFmpeg made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from dms.capture.camera_formats import UNCONVERTED, Greys
from dms.capture.controls import Control, parsed, problems_of
from tests.needs import need
from tools.camera import DEVICE, Camera, build

SIZE = (322, 240)
"""No multiple of four wide, which shows if rows are taken for longer than they are."""
SEES = f"""
import sys
import numpy as np
from dms.capture import CaptureSettings, open_source
from dms.types import Frame
with open_source({DEVICE!r}, CaptureSettings(width=322, height=240, fourcc=sys.argv[1])) as source:
    frame = next(each for each in source if isinstance(each, Frame))
    np.save(sys.argv[2], frame.image)
    print(*(event.message for event in source.take_events()), sep="\\n")
"""
WATCHES = f"""
import sys
from dms.capture import CaptureSettings, open_source
settings = CaptureSettings(controls={{"auto_exposure": "manual mode", "exposure_time_absolute": 80, "gian": 1, "gain": 101}})
with open_source({DEVICE!r}, settings) as source:
    for _ in source:
        for event in source.take_events():
            print(event.kind, flush=True)
"""


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("compiler", None if shutil.which("cc") else "there is no `cc`")
    return build(tmp_path_factory.mktemp("driver"))


@pytest.fixture
def camera(driver: Path, tmp_path: Path) -> Camera:
    return Camera(tmp_path, driver)


def made_by_ffmpeg(*options: str) -> bytes:
    """One picture of FFmpeg's test card."""
    need("ffmpeg", None if shutil.which("ffmpeg") else "there is no `ffmpeg`")
    card = f"testsrc2=s={SIZE[0]}x{SIZE[1]},format=bgr24"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", card, "-frames:v", "1", *options, "-"]
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout


def raw(pixels: str, levels: str) -> bytes:
    """`levels`: full, as sensors and JPEGs have them, or limited to 16 to 235, as video has them."""
    return made_by_ffmpeg("-vf", f"scale=out_range={levels}", "-pix_fmt", pixels, "-f", "rawvideo")


def low_bits(bits: int) -> bytes:
    """Sixteen bits of which a sensor fills the lower ones."""
    return (np.frombuffer(raw("gray16le", "full"), dtype="<u2") >> (16 - bits)).tobytes()


MADE: Mapping[str, Callable[[], bytes]] = {
    "GREY": lambda: raw("gray", "full"),
    "Y10": lambda: low_bits(10),
    "Y12": lambda: low_bits(12),
    "Y16": lambda: low_bits(10),
    "NV12": lambda: raw("nv12", "limited"),
    "NV21": lambda: raw("nv21", "limited"),
    "YU12": lambda: raw("yuv420p", "limited"),
    "YUYV": lambda: raw("yuyv422", "limited"),
    "UYVY": lambda: raw("uyvy422", "limited"),
    "MJPG": lambda: made_by_ffmpeg("-q:v", "2", "-f", "mjpeg"),
    "RGB3": lambda: raw("rgb24", "full"),
    "BGR3": lambda: raw("bgr24", "full"),
}


def run(words: str, *arguments: str, camera: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **camera}
    return subprocess.run([sys.executable, "-c", words, *arguments], env=environment, capture_output=True, text=True, timeout=240)


@pytest.mark.parametrize("fourcc", MADE)
def test_a_camera_of_this_format_shows_what_was_before_it(fourcc: str, camera: Camera, tmp_path: Path) -> None:
    environment = camera.make(fourcc, SIZE, 30, [MADE[fourcc]()])
    done = run(SEES, fourcc.ljust(4), str(tmp_path / "seen.npy"), camera=environment)
    assert done.returncode == 0, done.stderr
    assert f"{DEVICE}: 322x240, 30 frames a second" in done.stdout
    assert "granted" not in done.stdout
    seen = np.load(tmp_path / "seen.npy")
    colour = np.frombuffer(raw("bgr24", "full"), dtype=np.uint8).reshape(SIZE[1], SIZE[0], 3)
    before = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY).astype(float)
    grey = seen if seen.ndim == 2 else cv2.cvtColor(seen, cv2.COLOR_BGR2GRAY)
    assert seen.dtype == np.uint8
    assert grey.shape == before.shape
    assert float(np.abs(grey - before).mean()) < 4.0


def test_a_camera_that_has_another_format_is_taken_as_it_is_and_that_is_said(camera: Camera, tmp_path: Path) -> None:
    done = run(SEES, "MJPG", str(tmp_path / "seen.npy"), camera=camera.make("GREY", SIZE, 15, [MADE["GREY"]()]))
    assert "asked for pixel format MJPG, granted GREY" in done.stdout
    assert "asked for frame rate 30.0, granted 15.0" in done.stdout
    assert np.load(tmp_path / "seen.npy").ndim == 2


def test_a_camera_of_a_format_that_opencv_does_not_read_is_refused_with_a_way_out(camera: Camera, tmp_path: Path) -> None:
    done = run(SEES, "H264", str(tmp_path / "seen.npy"), camera=camera.make("H264", SIZE, 30, [b"\0\0\0\1" + bytes(100)]))
    assert "of a pixel format that OpenCV cannot read (docs/cameras.md)" in done.stderr


def test_a_damaged_jpeg_is_no_picture() -> None:
    assert Greys("MJPG").of(np.zeros((1, 400), dtype=np.uint8), 240) is None


def test_ten_bits_are_ten_bits_in_a_dark_picture_too() -> None:
    dark = np.full((16, 16), 40, dtype=np.uint16)
    seen = Greys("Y10 ").of(dark, 16)
    assert seen is not None
    assert int(seen.max()) == 10
    assert all(len(fourcc) == 4 for fourcc in UNCONVERTED)


def test_controls_are_set_when_the_camera_is_opened_and_again_when_it_is_back(camera: Camera) -> None:
    need("v4l-utils", None if shutil.which("v4l2-ctl") else "there is no `v4l2-ctl`")
    environment = {**os.environ, **camera.make("GREY", SIZE, 30, [MADE["GREY"]()])}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", WATCHES], env=environment, stdout=pipe, stderr=pipe, text=True) as watching:
        assert watching.stdout is not None
        try:
            assert "opened" in watching.stdout.readline()
            assert (camera.controls()["auto_exposure"], camera.controls()["exposure_time_absolute"]) == (1, 80)
            camera.plug(is_in=False)
            while watching.stdout.readline() != "lost\n":
                pass
            camera.plug(is_in=True)
            assert camera.controls()["exposure_time_absolute"] == 157
            while watching.stdout.readline() != "restored\n":
                pass
            assert (camera.controls()["auto_exposure"], camera.controls()["exposure_time_absolute"]) == (1, 80)
            assert camera.controls()["gain"] == 0
        finally:
            watching.terminate()
        _, said = watching.communicate(timeout=60)
    assert f"{DEVICE}: the camera has no control gian; did you mean 'gain'? (it has: brightness, gain, auto_exposure" in said
    assert f"{DEVICE}: gain cannot be 101: it can be 0 to 100" in said


def test_a_control_that_the_camera_keeps_to_itself_is_named(camera: Camera) -> None:
    need("v4l-utils", None if shutil.which("v4l2-ctl") else "there is no `v4l2-ctl`")
    words = f"from dms.capture.controls import set_controls; print(*set_controls({DEVICE!r}, {{'exposure_time_absolute': 80}}))"
    done = run(words, camera=camera.make("GREY", SIZE, 30, [b"\0" * (SIZE[0] * SIZE[1])]))
    assert "exposure_time_absolute is not set to 80: exposure_time_absolute: Permission denied; write the control" in done.stdout


def test_without_v4l2_ctl_the_camera_works_and_it_is_said_what_to_install(camera: Camera) -> None:
    words = f"from dms.capture.controls import set_controls; print(*set_controls({DEVICE!r}, {{'gain': 80}}))"
    done = run(words, camera={**camera.make("GREY", SIZE, 30, [b"\0"]), "PATH": "/nowhere"})
    assert done.stdout.strip() == "its controls are not set: v4l2-ctl is not installed: apt-get install v4l-utils"


def test_dms_doctor_lists_the_controls_and_what_is_wrong_with_those_wanted(camera: Camera, tmp_path: Path) -> None:
    need("v4l-utils", None if shutil.which("v4l2-ctl") else "there is no `v4l2-ctl`")
    (tmp_path / "dms.yaml").write_text(f"source: {DEVICE}\ncamera: {{controls: {{auto_exposure: 2}}}}\n")
    words = "import sys; from dms.cli.app import main; sys.argv = ['dms', 'doctor', '--config', sys.argv[1]]; main()"
    done = run(words, str(tmp_path / "dms.yaml"), camera=camera.make("GREY", SIZE, 30, [b"\0"]))
    assert "fail  controls: auto_exposure cannot be 2: it can be 1 (Manual Mode) or 3 (Aperture Priority Mode)" in done.stdout
    assert "ok    control gain: 0, can be 0 to 100" in done.stdout
    assert "ok    control exposure_dynamic_framerate: 0, can be 0 or 1" in done.stdout


PRINTED = """
User Controls

                     brightness 0x00980900 (int)    : min=-64 max=64 step=8 default=0 value=0
        white_balance_automatic 0x0098090c (bool)   : default=1 value=1

Camera Controls

                  auto_exposure 0x009a0901 (menu)   : min=0 max=3 default=3 value=3 (Aperture Priority Mode)
\t\t\t\t1: Manual Mode
\t\t\t\t3: Aperture Priority Mode
         exposure_time_absolute 0x009a0902 (int)    : min=1 max=5000 step=1 default=157 value=157 flags=inactive
"""


@pytest.mark.parametrize(
    ("wanted", "problems"),
    [
        ({"brightness": -64, "white_balance_automatic": False, "auto_exposure": 1, "exposure_time_absolute": 5000}, []),
        ({"auto_exposure": "Manual Mode"}, []),
        ({"brightness": 65}, ["brightness cannot be 65: it can be -64 to 64 in steps of 8"]),
        ({"white_balance_automatic": 2}, ["white_balance_automatic cannot be 2: it can be 0 or 1"]),
        (
            {"auto_exposure": "manual"},
            ["auto_exposure cannot be 'manual': it can be 1 (Manual Mode) or 3 (Aperture Priority Mode)"],
        ),
        (
            {"exposure_absolute": 5},
            [
                (
                    "the camera has no control exposure_absolute; did you mean 'exposure_time_absolute'? "
                    "(it has: brightness, white_balance_automatic, auto_exposure, exposure_time_absolute)"
                )
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_control_is_said_with_what_there_is(
    wanted: dict[str, int | bool | str], problems: list[str]
) -> None:
    controls: dict[str, Control] = {control.name: control for control in parsed(PRINTED)}
    assert problems_of(wanted, controls) == problems
    assert controls["exposure_time_absolute"].flags == "inactive"
