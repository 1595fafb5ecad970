"""`python -m tools.benchmarks.cameras`: how old pictures are when they are taken, how many are lost, when a lost camera is back.

The network camera is GStreamer's RTSP server on 127.0.0.1, 640 x 480 at 30 pictures a second in H.264 (x264, zerolatency). Each
picture says when it was made, so that its age has encoding, sending, decoding and waiting in it. A picture counts as lost if a
later one was taken and it never was: dropped on the way, or replaced by a newer one before somebody asked.

Return: the server is killed, is away for some time, and comes back. The time counts from when it listens again until one of its
new pictures is taken; the service tries after 0.5, 1, 2, 4 and then every 5 s, each varied by a fifth. A pipeline's process is
killed likewise; then the time counts from the kill.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.capture import FrameSource, Silence, open_source
from dms.capture.camera_formats import Greys
from dms.types import Frame
from tools.benchmarks.spread import spread
from tools.camera.rtsp import RtspCamera, read_code
from tools.ports import free_port

WAYS = {
    "URL": "{url}",
    "rtspsrc latency=0": "gst: rtspsrc location={url} latency=0 ! rtph264depay ! h264parse ! avdec_h264 ! appsink",
    "rtspsrc ! decodebin": "gst: rtspsrc location={url} ! decodebin ! appsink",
}
TEST_PICTURES = "gst: videotestsrc is-live=true ! video/x-raw,format=NV12,width=640,height=480,framerate=30/1 ! appsink"
SLOW_S = 0.2
OUTAGES_S = (1.0, 5.0, 15.0)
SETTLES_S = 5.0
STAMP_TURNS_S = 2**32 / 1000
NO_PICTURE = "no picture"
VIDEO = Path("tests/data/drives/day_colour.mp4")


def ages_s(source: FrameSource, seconds: float, slow_s: float) -> tuple[list[float], int]:
    """Take pictures for some time, with a pause after each. Returns how old each was, and how many were lost."""
    ages: list[float] = []
    numbers: list[int] = []
    began_s = time.monotonic()
    for frame in _frames(source):
        now_s = time.monotonic()
        if now_s - began_s > SETTLES_S + seconds:
            break
        if now_s - began_s > SETTLES_S:
            made_s, number = read_code(frame.image)
            ages.append((now_s - made_s) % STAMP_TURNS_S)
            numbers.append(number)
        time.sleep(slow_s)
    return ages, (numbers[-1] - numbers[0] + 1 - len(numbers)) if numbers else 0


def returns_s(way: str, outage_s: float, times: int) -> list[float]:
    """Let the server go away for some time, again and again. Returns how long each return took."""
    port, found = free_port(), []
    server = RtspCamera(port)
    with open_source(way.format(url=server.url)) as source:
        next(_frames(source))
        for _ in range(times):
            server.kill()
            _wait_for(source, "lost")
            time.sleep(outage_s)
            server = RtspCamera(port)
            began_s = time.monotonic()
            next(_frames(source))
            found.append(time.monotonic() - began_s)
    server.kill()
    return found


def pipeline_returns_s(times: int) -> list[float]:
    """Kill the process of a pipeline, again and again. Returns how long each took from there to a picture."""
    found: list[float] = []
    with open_source(TEST_PICTURES) as source:
        for _ in range(times):
            list(zip(range(30), _frames(source), strict=False))
            source.take_events()
            began_s = time.monotonic()
            os.kill(_pipeline(), signal.SIGKILL)
            _wait_for(source, "lost")
            next(_frames(source))
            found.append(time.monotonic() - began_s)
    return found


def pipeline_ages_s(seconds: float) -> tuple[list[float], float]:
    """How long each picture of a pipeline takes from the time that the pipeline gives it until it is taken, and the memory that
    its process shares with no other, in MB."""
    began_s = time.monotonic()
    with open_source(TEST_PICTURES, started=began_s) as source:
        found = []
        for frame in _frames(source):
            now_s = time.monotonic()
            if now_s - began_s > SETTLES_S + seconds:
                break
            if now_s - began_s > SETTLES_S:
                found.append(now_s - began_s - frame.t)
        memory = Path(f"/proc/{_pipeline()}/smaps_rollup").read_text()
    return found, sum(int(kb) for kb in re.findall(r"Private_\w+:\s+(\d+) kB", memory)) * 1024 / 1e6


def grey_ms(times: int) -> Iterator[tuple[str, float, float]]:
    """For formats of cameras: processor time of a picture made grey as it is done here, and by way of colour, in milliseconds."""
    picture = cv2.resize(cv2.VideoCapture(str(VIDEO)).read()[1], (640, 480))
    jpeg = cv2.imencode(".jpg", picture)[1].reshape(1, -1)
    yuyv = np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_YUY2))
    planes = np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420))
    by_colour: dict[str, tuple[NDArray[Any], Callable[[Any], Any]]] = {
        "MJPG": (jpeg, lambda raw: cv2.imdecode(raw, cv2.IMREAD_COLOR)),
        "YUYV": (yuyv, lambda raw: cv2.cvtColor(raw, cv2.COLOR_YUV2BGR_YUY2)),
        "NV12": (planes, lambda raw: cv2.cvtColor(raw, cv2.COLOR_YUV2BGR_NV12)),
    }
    for fourcc, (raw, coloured) in by_colour.items():
        greys = Greys(fourcc)
        ours = _cpu_ms(lambda raw=raw, greys=greys: greys.of(raw, 480), times)  # type: ignore[misc]
        theirs = _cpu_ms(lambda raw=raw, to=coloured: cv2.cvtColor(to(raw), cv2.COLOR_BGR2GRAY), times)  # type: ignore[misc]
        yield fourcc, ours, theirs


def _cpu_ms(work: Callable[[], object], times: int) -> float:
    work()
    began_s = time.thread_time()
    for _ in range(times):
        work()
    return (time.thread_time() - began_s) * 1000 / times


def _frames(source: FrameSource) -> Iterator[Frame]:
    return (each for each in source if not isinstance(each, Silence))


def _wait_for(source: FrameSource, kind: str) -> None:
    for _ in source:
        if any(event.kind == kind for event in source.take_events()):
            return


def _pipeline() -> int:
    """The process of the only pipeline that runs here."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    (pid,) = (int(pid) for file in children for pid in file.read_text().split() if b"program.py" in _command(pid))
    return pid


def _command(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each stream")
    parser.add_argument("--returns", type=int, default=3, help="of each outage")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    print(f"load of this machine: {os.getloadavg()[0]:.1f} programs on {os.cpu_count()} processors")
    for fourcc, ours_ms, theirs_ms in grey_ms(200):
        print(f"{fourcc} 640 x 480 made grey: {ours_ms:.2f} ms of a processor, by way of colour {theirs_ms:.2f} ms", flush=True)
    ages, memory_mb = pipeline_ages_s(arguments.seconds)
    print(
        spread("age, a pipeline's own pictures", ages, 1e3, "ms", NO_PICTURE) + f"; its process takes {memory_mb:.0f} MB",
        flush=True,
    )
    for slow_s in (0.0, SLOW_S):
        for name, way in WAYS.items():
            with RtspCamera(free_port()) as camera, open_source(way.format(url=camera.url)) as source:
                ages, lost = ages_s(source, arguments.seconds, slow_s)
            reader = f", read every {slow_s:g} s" if slow_s else ""
            print(spread(f"age, RTSP by {name}{reader}", ages, 1e3, "ms", NO_PICTURE) + f"; {lost} lost", flush=True)
    for name in ("URL", "rtspsrc latency=0"):
        for outage_s in OUTAGES_S:
            found = returns_s(WAYS[name], outage_s, arguments.returns)
            print(spread(f"back after {outage_s:g} s, RTSP by {name}", found, 1.0, "s", NO_PICTURE), flush=True)
    print(
        spread("back after its process was killed, a pipeline", pipeline_returns_s(arguments.returns), 1.0, "s", NO_PICTURE),
        flush=True,
    )


if __name__ == "__main__":
    main()
