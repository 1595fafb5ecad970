"""Bags of ROS 2, by the library rosbags: drives go out and come back, others' bags come in, and what is wrong is said."""

from __future__ import annotations

import math
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from typer.testing import CliRunner, Result

from dms.capture import open_source
from dms.capture.rosbag import BagPictures
from dms.cli.app import app
from dms.errors import DriveError, SourceError, UsageError
from dms.recording.drive import open_drive
from dms.recording.image_message import CompressedPicture
from dms.recording.images import images_of
from dms.recording.mcap_writer import DriveFile
from dms.recording.ros.bag import Bag
from dms.recording.ros.speed import speed_topic, speeds
from dms.recording.ros.writer import BagWriter, Storage
from dms.types import Alert, Label, Observation, VehicleState
from tests.drives.drive_making import PACK, story, write_jsonl
from tests.recording.bag_making import BEGAN_NS, frames, write_bag, write_picture, write_speed


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["drive", *map(str, words)])


def done(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, f"{result.output}{result.exception!r}"
    return result.stdout


def messages(bag: Path, topic: str) -> list[tuple[float, Any]]:
    """Times in seconds since the bag's own beginning of time, and messages, as a stranger's tool reads them."""
    with AnyReader([bag]) as reader:
        wanted = [connection for connection in reader.connections if connection.topic == topic]
        # Without connections, rosbags yields those of all.
        return [(ns / 1e9, reader.deserialize(raw, each.msgtype)) for each, ns, raw in reader.messages(wanted)] if wanted else []


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """Two minutes at 80 km/h, with a look aside that is labelled and told, and a while without a face."""
    return write_jsonl(tmp_path / "drive.jsonl", story(120, turned=[(90, 95)], hidden=[(100, 102)]))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "story.yaml"
    path.write_text(PACK)
    return path


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_a_drive_goes_out_and_comes_back(tmp_path: Path, drive: Path, pack: Path, storage: str) -> None:
    bag, back = tmp_path / "bag", tmp_path / "back.jsonl"
    assert "topics" in done("to-ros", drive, "-o", bag, "--storage", storage, "--rules", pack)
    assert "the records that dms exported" in done("from-ros", bag, "-o", back)
    before, after = list(open_drive(drive)), list(open_drive(back))
    for kind in (Observation, VehicleState, Label):
        assert [record for record in after if type(record) is kind] == [record for record in before if type(record) is kind]
    alerts = [(record.kind, record.phase) for record in after if type(record) is Alert]
    assert alerts == [("distraction.head_away", "raise"), ("distraction.head_away", "clear")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back.jsonl", "bag", "drive.jsonl", "story.yaml"]


def test_what_a_strangers_tools_plot(tmp_path: Path, drive: Path, pack: Path) -> None:
    bag = tmp_path / "bag"
    done("to-ros", drive, "-o", bag, "--rules", pack, "--began", "2026-11-21T09:30:00Z")
    yaw = messages(bag, "/dms/cues/head_yaw_deg")
    began_s = 1795253400.0
    aside = [message.data for t, message in yaw if 91.0 < t - began_s < 94.0]
    assert len(aside) == pytest.approx(30, abs=2)
    assert np.mean(aside) == pytest.approx(40.0, abs=1.5)
    gap = [message.data for t, message in yaw if 100.5 < t - began_s < 101.9]
    assert all(math.isnan(value) for value in gap)
    assert any(math.isnan(message.data) for _, message in yaw)
    speed = messages(bag, "/dms/speed")
    assert {round(message.twist.linear.x, 3) for _, message in speed} == {22.222}
    assert speed[0][1].header.stamp.sec == 1795253400
    told = [message for _, message in messages(bag, "/dms/log")]
    assert [(message.level, message.function) for message in told] == [(30, "turned"), (20, "turned")]
    assert told[0].msg.startswith("distraction.head_away advisory, raise: ")
    zones = [message.data for _, message in messages(bag, "/dms/cues/gaze_zone")]
    assert zones[:1] == ["road"]
    assert "windscreen" in zones


def test_recorded_pictures_go_along_and_come_back_only_if_asked_for(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "drive.mcap"
    _, jpeg = cv2.imencode(".jpg", np.full((40, 60), 90, np.uint8))
    with_pictures = DriveFile(path, {})
    for record in story(3.0):
        with_pictures.write(record)
        if isinstance(record, Observation) and record.frame % 10 == 0:
            with_pictures.write_picture(CompressedPicture(record.t, record.frame, jpeg.tobytes(), 60, 40))
    with_pictures.close()
    bag = tmp_path / "bag"
    done("to-ros", path, "-o", bag)
    shown = messages(bag, "/dms/image/compressed")
    assert len(shown) == 9
    assert (shown[0][1].format, shown[0][1].header.frame_id) == ("jpeg", "driver_camera")
    assert bytes(shown[0][1].data) == jpeg.tobytes()
    back, blind, out = tmp_path / "back.mcap", tmp_path / "blind.mcap", tmp_path / "out"
    done("from-ros", bag, "-o", back, "--pictures")
    done("from-ros", bag, "-o", blind)
    done("to-ros", path, "-o", out, "--no-pictures")
    returned = [(round(image.t, 6), image.jpeg, image.width, image.height) for image in images_of(back)]
    assert returned == [(round(image.t, 6), image.jpeg, 60, 40) for image in images_of(path)]
    assert list(images_of(blind)) == []
    assert messages(out, "/dms/image/compressed") == []


@pytest.mark.parametrize(("raw", "storage"), [(True, "mcap"), (False, "sqlite3")])
def test_a_bag_of_somebody_else_becomes_a_drive(tmp_path: Path, raw: bool, storage: Storage) -> None:
    """A driver in pictures, a speed beside them: perceived, and replayed like any drive."""
    bag = write_bag(tmp_path / "bag", frames(6), raw=raw, speeds_mps=[20.0] * 6, storage=storage)
    out = tmp_path / "drive.mcap"
    told = done("from-ros", bag, "-o", out)
    assert "6 observations" not in told
    assert "12 records; pictures of /camera/image_raw, perceived now; speed of /vehicle/twist" in told
    records = list(open_drive(out))
    seen = [record for record in records if isinstance(record, Observation)]
    assert [record.t for record in seen] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert all(record.face is not None for record in seen)
    assert {record.speed_kph for record in records if isinstance(record, VehicleState)} == {72.0}
    assert CliRunner().invoke(app, ["replay", str(out)]).exit_code == 0


def test_a_bag_is_a_source_of_pictures_like_any_other(tmp_path: Path) -> None:
    images = frames(3)
    with open_source(write_bag(tmp_path / "bag", images, begins_s=7.0)) as source:
        assert source.fps == pytest.approx(10.0)
        found = list(source)
        assert source.size == (images[0].shape[1], images[0].shape[0])
    assert [frame.t for frame in found] == pytest.approx([0.0, 0.1, 0.2])
    assert all(np.array_equal(frame.image, image) for frame, image in zip(found, images, strict=True))


COLOURS = np.tile(np.array([[[10, 20, 30], [40, 50, 60]]], np.uint8), (16, 8, 1))  # BGR


@pytest.mark.parametrize(
    ("encoding", "pixels", "expected"),
    [
        ("bgr8", COLOURS, COLOURS),
        ("rgb8", COLOURS[:, :, ::-1], COLOURS),
        ("bgra8", np.dstack([COLOURS, np.full((16, 16), 255, np.uint8)]), COLOURS),
        ("mono8", COLOURS[:, :, 0], COLOURS[:, :, 0]),
        ("mono16", np.tile(np.array([1023, 512], np.uint16), (16, 8)), np.tile(np.array([255, 128], np.uint8), (16, 8))),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, pixels: Any, expected: Any) -> None:
    (frame,) = BagPictures(write_bag(tmp_path / "bag", [pixels], encoding=encoding))
    assert not isinstance(frame, str)
    assert np.array_equal(frame.image, expected)


def test_a_picture_that_cannot_be_decoded_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "bag"
    with BagWriter(path, "mcap", BEGAN_NS) as bag:
        write_picture(bag, "/image", 0.0, COLOURS, raw=True)
        write_picture(bag, "/image", 0.1, COLOURS, raw=True, encoding="yuv422")
        write_picture(bag, "/image", 0.2, COLOURS, raw=True)
    pictures = BagPictures(path)
    assert [frame.index for frame in pictures] == [0, 2]
    (event,) = pictures.take_events()
    assert (event.kind, "picture 1 of /image: encoding 'yuv422'" in event.message) == ("undecodable", True)


def test_a_picture_out_of_time_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "bag"
    with BagWriter(path, "sqlite3", BEGAN_NS) as bag:
        for t in (1.0, 1.1, 1.1, 1.2):
            write_picture(bag, "/image", t, COLOURS, raw=True)
    pictures = BagPictures(path)
    assert [frame.t for frame in pictures] == pytest.approx([0.0, 0.1, 0.2])
    assert [event.kind for event in pictures.take_events()] == ["times"]


def test_speeds_of_every_type(tmp_path: Path) -> None:
    path = tmp_path / "bag"
    with BagWriter(path, "mcap", BEGAN_NS) as bag:
        for t, mps in ((0.5, 3.0), (1.5, -10.0), (2.5, math.nan), (3.5, 900.0)):
            write_speed(bag, "/twist", t, mps)
            bag.write("/number", "std_msgs/msg/Float64", t, data=mps)
    bag_read = Bag(path)
    for topic in ("/twist", "/number"):
        told = list(speeds(bag_read, topic, BEGAN_NS + 1_000_000_000))
        assert told == [VehicleState(0.0, speed_kph=10.8), VehicleState(0.5, speed_kph=36.0)], topic
    assert speed_topic(bag_read, None) == "/twist"
    assert speed_topic(bag_read, "/number") == "/number"


def without_pictures(path: Path) -> None:
    with BagWriter(path, "mcap", BEGAN_NS) as bag:
        write_speed(bag, "/vehicle/twist", 0.0, 3.0)


def two_cameras(path: Path) -> None:
    write_bag(path, [COLOURS], topics=("/cabin/image", "/road/image"))


def two_speeds(path: Path) -> None:
    with BagWriter(path, "mcap", BEGAN_NS) as bag:
        write_picture(bag, "/image", 0.0, COLOURS, raw=True)
        write_speed(bag, "/gps/twist", 0.0, 3.0)
        write_speed(bag, "/wheels/twist", 0.0, 3.0)


def truncated(storage: Storage) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        noise = np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8)
        write_bag(path, [noise] * 60, storage=storage)
        (inside,) = (each for each in path.iterdir() if each.suffix in (".mcap", ".db3"))
        os.truncate(inside, inside.stat().st_size // 2)

    return write


def without_metadata(path: Path) -> None:
    write_bag(path, [COLOURS])
    (path / "metadata.yaml").unlink()


def broken_metadata(path: Path) -> None:
    write_bag(path, [COLOURS])
    (path / "metadata.yaml").write_text("rosbag2_bagfile_information: [")


def all_undecodable(path: Path) -> None:
    write_bag(path, [COLOURS], encoding="yuv422")


@pytest.mark.parametrize(
    ("write", "words", "kind", "message"),
    [
        (without_pictures, (), SourceError, r"bag: a bag without pictures: no topic of .*/vehicle/twist \(geometry_msgs"),
        (
            two_cameras,
            (),
            SourceError,
            r"bag: 2 topics of pictures: /cabin/image, /road/image; `dms drive from-ros --image",
        ),
        (two_speeds, (), UsageError, r"bag: 2 topics of velocities \(/gps/twist, /wheels/twist\): --speed says which"),
        (truncated("mcap"), (), DriveError, r"bag: a bag that cannot be read"),
        (truncated("sqlite3"), (), DriveError, r"bag: a bag that cannot be read"),
        (without_metadata, (), DriveError, r"bag: not a bag of ROS 2: a folder with metadata\.yaml is wanted"),
        (broken_metadata, (), DriveError, r"bag: a bag that cannot be read: .*YAML"),
        (all_undecodable, (), SourceError, r"bag: not one picture of /camera/image_raw can be decoded \(.*encoding 'yuv422'"),
        (two_cameras, ("--image", "/cabin/imgae"), UsageError, r"--image /cabin/imgae: not in .*did you mean '/cabin/image'"),
        (
            two_speeds,
            ("--image", "/gps/twist"),
            UsageError,
            r"--image /gps/twist: of type geometry_msgs/msg/TwistStamped; exp",
        ),
    ],
)
def test_what_is_wrong_with_a_bag_is_one_clear_message(
    tmp_path: Path, write: Callable[[Path], None], words: tuple[str, ...], kind: type[Exception], message: str
) -> None:
    write(tmp_path / "bag")
    refused = run("from-ros", tmp_path / "bag", "-o", tmp_path / "drive.jsonl", *words)
    assert isinstance(refused.exception, kind), refused.exception
    assert "\n" not in str(refused.exception)
    with pytest.raises(kind, match=message):
        raise refused.exception
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


def test_without_the_extra_it_is_told_with_the_command_that_brings_it(
    tmp_path: Path, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag = write_bag(tmp_path / "bag", [COLOURS])
    for module in ("rosbags", "rosbags.highlevel", "rosbags.rosbag2"):
        monkeypatch.setitem(sys.modules, module, None)
    for words in (("from-ros", bag, "-o", tmp_path / "x.jsonl"), ("to-ros", drive, "-o", tmp_path / "out")):
        refused = run(*words)
        assert isinstance(refused.exception, UsageError)
        assert "the library rosbags is not installed: pip install -c constraints.txt '.[ros]'" in str(refused.exception)


def test_only_a_bag_is_replaced(tmp_path: Path, drive: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    refused = run("to-ros", drive, "-o", folder, "--force")
    assert isinstance(refused.exception, UsageError)
    assert "exists; not a bag, so it stays" in str(refused.exception)
    bag = write_bag(tmp_path / "bag", [COLOURS])
    assert isinstance(run("to-ros", drive, "-o", bag).exception, UsageError)
    done("to-ros", drive, "-o", bag, "--force")
    assert "/dms/observation" in Bag(bag).types


def write_much(bag: Path, storage: Storage) -> None:
    with BagWriter(bag, storage, BEGAN_NS, force=True) as writer:
        for t in range(100):
            writer.write("/much", "std_msgs/msg/String", float(t), data="x" * 10_000)


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_a_disk_that_is_full_is_told_and_the_bag_that_was_there_stays(tmp_path: Path, storage: Storage) -> None:
    bag = write_bag(tmp_path / "bag", [COLOURS])
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 15, kept[1]))
        with pytest.raises(DriveError, match="bag: cannot be written: "):
            write_much(bag, storage)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
    assert [each.name for each in tmp_path.iterdir()] == ["bag"]
    assert "/much" not in Bag(bag).types
