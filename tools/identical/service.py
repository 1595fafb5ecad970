"""Everything that comes out of pictures: observations, and a run of the service with all that it leaves behind."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
from mcap.reader import make_reader

from tools.identical.commands import Commands, Ran, Running
from tools.identical.drives import BUNDLED
from tools.identical.manifest import Output
from tools.picture_files import read_picture

CUT_S = {"day_colour": (54.0, 63.0), "night_infrared": (0.0, 5.0)}
"""Of each video. The driver of `day_colour` falls asleep for a moment in it."""
_PATIENCE_S = 120.0
_MOST_RUNS = 5
_CONFIGURATION = """\
source: cut-day_colour.avi
perception: {precision: fp32}
bus: {endpoint: "ipc://FOLDER/bus"}
vehicle: {endpoint: "ipc://FOLDER/vehicle"}
journal: {path: journal.db}
record: {folder: recorded, video: all}
"""
_OF_THE_MACHINE = frozenset({"journalled", "utc", "session"})


def observation_outputs(commands: Commands) -> Iterator[Output]:
    """`dms observe`: some seconds of each bundled video, in float32, as what `auto` chooses is measured at each start."""
    for video in sorted(BUNDLED.glob("*.mp4")):
        cut = cut_from(video, commands.folder)
        ran = commands.run("observe", cut.name, "--precision", "fp32", "--jsonl", "-")
        yield Output(f"observe/{video.stem}", ran.stdout, of_pictures=True)
    stills = ("observe", "stills", "--stills", "--precision", "fp32", "--jsonl", "-")
    yield Output("observe/stills", commands.run(*stills, "--overlay", "drawn").stdout, of_pictures=True)
    mirrored = commands.run(*stills, "--mirror", "--no-landmarks", "--driver-side", "left")
    yield Output("observe/stills/mirrored", mirrored.stdout, of_pictures=True)
    drawn = [read_picture(path) for path in sorted((commands.folder / "drawn").iterdir())]
    yield Output("observe/stills/drawn", "\n".join(picture.tobytes().hex() for picture in drawn), of_pictures=True)


def service_outputs(commands: Commands) -> Iterator[Output]:
    """`dms run --full-speed` on some seconds: what `dms listen` heard, the journal, and the recorded drive, replayed too."""
    (commands.folder / "service.yaml").write_text(_CONFIGURATION.replace("FOLDER", str(commands.folder)))
    run, messages = _listened_to(commands)
    yield Output("service/exit", str(run.exit_code))
    for topic, lines in _compared(messages).items():
        yield Output(f"service/bus/{topic}", lines, of_pictures=True)
    for name, words in {"alerts": (), "drives": ("--drives",), "summaries": ("--summaries",)}.items():
        events = ("events", "--db", "journal.db", *words)
        yield Output(f"service/journal/{name}", commands.run(*events, "--json").text, of_pictures=True)
        yield Output(f"service/journal/{name}/table", commands.run(*events).text, of_pictures=True)
    kinds = ("--kind", "distraction", "--level", "warning")
    yield Output("service/journal/chosen", commands.run("events", "--db", "journal.db", *kinds, "--json").text, of_pictures=True)
    yield from _recorded(commands)


def _listened_to(commands: Commands) -> tuple[Ran, list[dict[str, Any]]]:
    """A run of the service and the messages that a listener heard of it; once more where it missed the first alert.

    Who listens before there is a bus looks for it ever more rarely, and at full speed the first alert comes half a second after
    the bus does. On a busy machine even one who comes with it may be late.
    """
    folder = commands.folder
    topics = [word for topic in ("alert", "state", "summary", "health") for word in ("--topic", topic)]
    commands.load("listen")
    for _ in range(_MOST_RUNS):
        for left in (*folder.glob("journal.db*"), *folder.glob("recorded/*"), *folder.glob("bus")):
            left.unlink()
        running = commands.start("run", "--config", "service.yaml", "--full-speed")
        _wait_until((folder / "bus").exists)
        listener = commands.start("listen", "--json", *topics, "--endpoint", f"ipc://{folder}/bus")
        run = running.ended()
        messages = _heard(listener)
        if run.exit_code or [message["seq"] for message in messages if message["topic"] == "alert"][:1] == [1]:
            break
    return run, messages


def _heard(listener: Running) -> list[dict[str, Any]]:
    """All that was heard until the service said that it stops."""
    _wait_until(lambda: b'"status":"stopping"' in listener.written())
    listener.interrupt()
    return [json.loads(line) for line in listener.ended().stdout.splitlines()]


def _wait_until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _PATIENCE_S
    while not holds() and time.monotonic() < give_up:
        time.sleep(0.005)


def _compared(messages: Iterable[dict[str, Any]]) -> Mapping[str, str]:
    """By topic, what is compared of what was heard.

    Repetitions for late subscribers, and what came before this one was connected for certain, are left out; so is whether an
    alert was on disk before it was published. Health beats with the wall clock: of its last message the fields are compared.
    """
    heard: dict[str, list[dict[str, Any]]] = {"alert": [], "state": [], "summary": [], "health": []}
    for message in messages:
        if not message.get("snapshot"):
            heard[message["topic"]].append(message)
    # A listener that a busy machine starts late misses the first ones; by the last two seconds everybody hears.
    last_t = max((message["t"] for message in heard["state"]), default=0.0)
    heard["state"] = [message for message in heard["state"] if message["t"] >= last_t - 2.0]
    heard["health"] = [_kinds_of_values(message) for message in heard["health"][-1:]]
    return {topic: "\n".join(_line(message) for message in lines) for topic, lines in heard.items()}


def _line(message: Mapping[str, Any]) -> str:
    return json.dumps({name: f"({name})" if name in _OF_THE_MACHINE else value for name, value in message.items()})


_NOW_AND_THEN = frozenset({"doing", "failure"})
"""What a thread says of itself at some moments and not at others."""


def _kinds_of_values(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: "text or null" if name in _NOW_AND_THEN else _kinds_of_values(inner) for name, inner in value.items()}
    return "number or null" if value is None or isinstance(value, int | float) else type(value).__name__


def _recorded(commands: Commands) -> Iterator[Output]:
    """The MCAP file, record by record, and what the other commands make of it."""
    (path,) = (commands.folder / "recorded").glob("*.mcap")
    drive = path.rename(commands.folder / "recorded.mcap")
    yield from mcap_outputs("service/mcap", drive, of_pictures=True)
    again = commands.run("replay", drive.name, "--rules", "recorded", "--jsonl", "-")
    yield Output("service/mcap/replayed", again.text, of_pictures=True)
    commands.run("report", drive.name, "--rules", "recorded", "-o", "recorded.html")
    page = (commands.folder / "recorded.html").read_text()
    # The file's own bytes hold the time of the run.
    stated = page.partition("recorded.mcap (")[2].partition(")")[0]
    yield Output("service/mcap/report", page.replace(stated, "(bytes and sha256)"), of_pictures=True)


def mcap_outputs(name: str, path: Path, *, of_pictures: bool = False) -> Iterator[Output]:
    """Schemas, metadata, and each channel's messages of an MCAP drive."""
    with path.open("rb") as file:
        reader = make_reader(file)
        summary = reader.get_summary()
        assert summary is not None
        for schema in summary.schemas.values():
            yield Output(f"{name}/schema/{schema.name}", f"{schema.encoding}\n{schema.data.decode()}")
        yield Output(f"{name}/header", f"{reader.get_header().profile}")
        metadata = [json.dumps([record.name, record.metadata], sort_keys=True) for record in reader.iter_metadata()]
        yield Output(f"{name}/metadata", "\n".join(metadata), of_pictures)
        channels: dict[str, list[str]] = {channel.topic: [] for channel in summary.channels.values()}
        for _, channel, message in reader.iter_messages(log_time_order=False):
            line = f"{message.log_time} {message.publish_time} {message.data.decode()}"
            channels[channel.topic].append(line)
    for topic, lines in channels.items():
        yield Output(f"{name}{topic}", "\n".join(lines), of_pictures)


def cut_from(video: Path, folder: Path) -> Path:
    """`CUT_S` of a video, as Motion JPEG with the vehicle's trace beside it, and its last picture in `stills`."""
    begin_s, end_s = CUT_S[video.stem]
    cut = folder / f"cut-{video.stem}.avi"
    capture, stills = cv2.VideoCapture(str(video)), folder / "stills"
    stills.mkdir(exist_ok=True)
    size = (int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)))
    writer = cv2.VideoWriter(str(cut), cv2.VideoWriter.fourcc(*"MJPG"), capture.get(cv2.CAP_PROP_FPS), size)
    while True:
        seen, picture = capture.read()
        t = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        if not seen or t >= end_s:
            break
        if t >= begin_s:
            writer.write(picture)
            last = picture
    writer.release()
    cv2.imwrite(str(stills / f"{video.stem}.png"), last)
    records = [json.loads(line) for line in video.with_suffix(".jsonl").read_text().splitlines()]
    inside = [record for record in records if begin_s <= record["t"] < end_s]
    moved = [record | {name: record[name] - begin_s for name in ("t", "end") if name in record} for record in inside]
    cut.with_suffix(".jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in moved))
    return cut
