"""Runs a GStreamer pipeline and writes its pictures to standard output: a program of its own, which needs nothing of dms.

It runs under whichever Python has GStreamer's binding; distributions package that for the Python of the system. A plug-in that
crashes takes this process with it and no other, and dms needs neither a compiler nor GStreamer to be installed.

What is written: messages, each a letter, the number of bytes that follow, and these bytes. `F`, JSON: what the pictures after it
look like (`Look` of dms.capture.gst.child). `P`: eight bytes of capture time, in nanoseconds of CLOCK_MONOTONIC, four with the
number of pictures that were left out since the one before, and the rows of one picture. `E`: why there are no more, in words.

What is read: one line of JSON, the words of the pipeline as gst-launch-1.0 takes them. They may hold passwords, and arguments are
seen by everybody. The program ends when its standard input is closed.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, BinaryIO

HEAD, STAMP = struct.Struct("<cI"), struct.Struct("<qI")
LOOK, PICTURE, END = b"F", b"P", b"E"
SINK = "dms_pictures"
PLANES_OF_LUMA = ("GRAY8", "NV12", "NV21", "NV16", "I420", "YV12", "Y42B", "Y444")
"""Formats that begin with a plane of eight bits of luminance: nothing is converted, and nothing but that plane is handed over."""
GREY_16_BITS = "GRAY16_LE"
CAPS = f"video/x-raw,format={{{','.join((*PLANES_OF_LUMA, GREY_16_BITS))}}}"
OLDEST_STAMP_NS = 5_000_000_000
"""No pipeline holds a live picture for longer; an older time is on another clock."""
LOOKS_EVERY_MS = 100
MOST_LEFT_OUT = 1000
"""More are not counted."""
CLOSES_WITHIN_S = 1.5
NO_BINDING = (
    "GStreamer's Python binding is not installed: apt-get install python3-gi gir1.2-gst-plugins-base-1.0 "
    "gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
)
_LIMITED_RANGE = 2  # GST_VIDEO_COLOR_RANGE_16_235, a name that Python cannot write


class Messages:
    """Writes messages to where standard output led; what plug-ins print goes to standard error instead."""

    def __init__(self) -> None:
        self._file: BinaryIO = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)

    def send(self, kind: bytes, *parts: bytes) -> None:
        """Write one message, all of it."""
        rest = memoryview(HEAD.pack(kind, sum(map(len, parts))) + b"".join(parts))
        while rest:
            rest = rest[self._file.write(rest) :]


class Pictures:
    """Sends the samples of a sink, and what they look like whenever that changes."""

    def __init__(self, gst: Any, video: Any, pipeline: Any, messages: Messages) -> None:
        self._gst, self._video, self._pipeline, self._messages = gst, video, pipeline, messages
        self._caps: Any = None
        self._plane = slice(0)
        self._arrived: deque[int] = deque(maxlen=MOST_LEFT_OUT)

    def arrives(self, _: Any, info: Any) -> Any:
        """A picture has come to the sink, on a thread of the pipeline. It is sent unless another comes before there is time."""
        self._arrived.append(info.get_buffer().pts)
        return self._gst.PadProbeReturn.OK

    def send(self, sample: Any) -> None:
        """Send one picture."""
        caps = sample.get_caps()
        if self._caps is None or not caps.is_equal(self._caps):
            self._caps = caps
            self._send_look(self._video.VideoInfo.new_from_caps(caps))
        rows = sample.get_buffer().extract_dup(self._plane.start, self._plane.stop - self._plane.start)
        self._messages.send(PICTURE, STAMP.pack(self._stamp_ns(sample), self._left_out_before(sample.get_buffer().pts)), rows)

    def _left_out_before(self, pts: int) -> int:
        left_out = 0
        while self._arrived and self._arrived.popleft() != pts:
            left_out += 1
        return left_out

    def _send_look(self, info: Any) -> None:
        self._plane = slice(info.offset[0], info.offset[0] + info.stride[0] * info.height)
        look = {
            "width": info.width,
            "height": info.height,
            "stride": info.stride[0],
            "bits": 16 if info.finfo.name == GREY_16_BITS else 8,
            "limited_range": int(info.colorimetry.range) == _LIMITED_RANGE,
            "pixel_aspect": info.par_n / info.par_d,
            "fps": info.fps_n / info.fps_d if info.fps_n and info.fps_d else None,
            "format": info.finfo.name,
        }
        self._messages.send(LOOK, json.dumps(look).encode())

    def _stamp_ns(self, sample: Any) -> int:
        """When the picture was captured: what the pipeline says of it, or now if that cannot be."""
        now_ns = time.monotonic_ns()
        pts = sample.get_buffer().pts
        if pts == self._gst.CLOCK_TIME_NONE:
            return now_ns
        running_ns = sample.get_segment().to_running_time(self._gst.Format.TIME, pts)
        stamp_ns = int(self._pipeline.get_base_time() + running_ns)
        return stamp_ns if now_ns - OLDEST_STAMP_NS < stamp_ns <= now_ns else now_ns


def with_sink(words: Sequence[str]) -> list[str]:
    """The words of a pipeline with our own sink: in the place of its `appsink` and the properties of that, or at its end."""
    ours = ["videoconvert", "!", "appsink", f"name={SINK}", f"caps={CAPS}"]
    if "appsink" not in words:
        return [*words, "!", *ours]
    place = list(words).index("appsink")
    end = place + 1
    while end < len(words) and "=" in words[end] and words[end] != "!":
        end += 1
    return [*words[:place], *ours, *words[end:]]


def run(words: Sequence[str], messages: Messages, over: threading.Event | None) -> str:
    """Run a pipeline until it ends or `over` is set. Returns why it ended; nothing if it was told to, or without `over` was only
    built."""
    try:
        import gi  # type: ignore[import-not-found, unused-ignore]

        for name in ("Gst", "GstVideo", "GstApp"):
            gi.require_version(name, "1.0")
        from gi.repository import Gst, GstVideo  # type: ignore[import-not-found, unused-ignore]
    except (ImportError, ValueError) as error:
        return f"{NO_BINDING} ({error})"
    from gi.repository import GLib

    Gst.init(None)
    try:
        pipeline = Gst.parse_launchv(with_sink(words))
    except GLib.Error as error:
        hint = (
            ""
            if "no element" not in error.message
            else " (gst-inspect-1.0 lists those installed; docs/cameras.md has the packages)"
        )
        return f"not a pipeline: {error.message}{hint}"
    if over is None:
        return ""
    try:
        return _play(Gst, pipeline, Pictures(Gst, GstVideo, pipeline, messages), over)
    finally:
        pipeline.set_state(Gst.State.NULL)


def _play(gst: Any, pipeline: Any, pictures: Pictures, over: threading.Event) -> str:
    sink = pipeline.get_by_name(SINK)
    sink.set_property("max-buffers", 1)
    sink.set_property("drop", True)
    sink.get_static_pad("sink").add_probe(gst.PadProbeType.BUFFER, pictures.arrives)
    pipeline.use_clock(gst.SystemClock.obtain())
    pipeline.set_state(gst.State.PLAYING)
    bus, first = pipeline.get_bus(), True
    ends = gst.MessageType.ERROR | gst.MessageType.EOS
    while not over.is_set():
        sample = sink.emit("try-pull-sample", LOOKS_EVERY_MS * gst.MSECOND)
        if sample is not None:
            if first:
                sink.set_property("sync", not _is_live(gst, sink))
                first = False
            pictures.send(sample)
        message = bus.pop_filtered(ends)
        if message is not None:
            return _in_words(gst, message)
    return ""


def _is_live(gst: Any, sink: Any) -> bool:
    """Whether pictures come as fast as the world goes. Then they are taken as they come; others wait for their time.

    What feeds the sink is asked: a pipeline says of any that it is live, since its sink waits. What does not answer is a camera.
    """
    latency = gst.Query.new_latency()
    return not sink.get_static_pad("sink").peer_query(latency) or bool(latency.parse_latency()[0])


def _in_words(gst: Any, message: Any) -> str:
    if message.type == gst.MessageType.EOS:
        return "the pipeline has come to its end"
    error, details = message.parse_error()
    _, *reasons = (details or "").strip().splitlines() or [""]  # where in GStreamer's code, and then what it was
    reason = f" ({reasons[-1].strip()})" if reasons else ""
    return f"{message.src.get_name()}: {' '.join(error.message.split())}{reason}"


def _notice_end_of_input(over: threading.Event) -> None:
    """Whoever started this has gone, or wants no more. A network camera is told so, unless the pipeline hangs."""
    while os.read(0, 4096):
        pass
    over.set()
    time.sleep(CLOSES_WITHIN_S)
    os._exit(1)


def main(arguments: Sequence[str]) -> int:
    """Run the pipeline of standard input; with `--check`, only build it."""
    only_check = list(arguments) == ["--check"]
    messages = Messages()
    words = json.loads(sys.stdin.readline())
    for told_to_end in (signal.SIGINT, signal.SIGTERM):  # by a terminal or systemd, together with the service, which decides
        signal.signal(told_to_end, signal.SIG_IGN)
    over = None if only_check else threading.Event()
    if over is not None:
        threading.Thread(target=_notice_end_of_input, args=(over,), daemon=True).start()
    try:
        why = run(words, messages, over)
        messages.send(END, why.encode())
    except BrokenPipeError:
        return 1
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
