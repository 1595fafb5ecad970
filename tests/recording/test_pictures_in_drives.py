"""Pictures in recorded drives: they come back by time, Foxglove can show them, and who reads the records never touches them."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from pathlib import Path

import pytest
from mcap.reader import make_reader

from dms.errors import DriveError
from dms.recording.image_message import CompressedPicture
from dms.recording.images import images_of
from dms.recording.mcap_reader import McapDrive
from dms.recording.mcap_writer import DriveFile
from dms.types import Label, Observation
from dms.videos.pictures import pictures_at


def picture(index: int, size: int = 4000) -> CompressedPicture:
    """Not a JPEG that anybody decodes, but as incompressible and as long as one."""
    return CompressedPicture(index / 30, index, bytes((index * 31 + i * i * 7919 >> 3) % 256 for i in range(size)), 320, 240)


def write_drive(path: Path, pictures: list[int], seconds: int = 10) -> Path:
    """A drive at 30 Hz with the pictures of the frames `pictures`."""
    file = DriveFile(path, {})
    for index in range(30 * seconds):
        file.write(Observation(index / 30, index))
        if index in pictures:
            file.write_picture(picture(index))
    file.close()
    return path


def test_pictures_come_back_with_their_frames_and_times(tmp_path: Path) -> None:
    path = write_drive(tmp_path / "drive.mcap", [0, 7, 100, 299])
    images = list(images_of(path))
    assert [image.frame for image in images] == [0, 7, 100, 299]
    assert [image.t for image in images] == pytest.approx([index / 30 for index in (0, 7, 100, 299)], abs=1e-9)
    assert [(image.jpeg, image.width, image.height) for image in images] == [
        (picture(index).jpeg, 320, 240) for index in (0, 7, 100, 299)
    ]


def test_a_span_and_a_spacing_choose_among_them(tmp_path: Path) -> None:
    path = write_drive(tmp_path / "drive.mcap", list(range(300)))
    assert [image.frame for image in images_of(path, begin_s=2.0, end_s=2.1)] == [60, 61, 62, 63]
    assert [image.frame for image in images_of(path, begin_s=5.0, every_s=1.0)] == [150, 180, 210, 240, 270]


def test_pictures_saved_late_come_in_their_place(tmp_path: Path) -> None:
    """As when a mark asks for the minute before it, after an alert has had its own."""
    path = tmp_path / "marked.mcap"
    file = DriveFile(path, {})
    for index in range(300):
        file.write(Observation(index / 30, index))
        if index == 200:
            for late in [*range(150, 201), *range(20, 150)]:
                file.write_picture(picture(late))
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(path.read_bytes())
    file.close()
    for each in (path, cut):
        assert [image.frame for image in images_of(each)] == list(range(20, 201))


def test_who_reads_the_records_does_not_read_the_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_pictures = write_drive(tmp_path / "with.mcap", list(range(300)))
    without = write_drive(tmp_path / "without.mcap", [])
    read: list[int] = []
    original = McapDrive._chunk_lines
    monkeypatch.setattr(
        McapDrive, "_chunk_lines", lambda drive, chunk, offset: (read.append(len(chunk.data)), original(drive, chunk, offset))[1]
    )
    assert list(McapDrive(with_pictures)) == list(McapDrive(without))
    assert sum(read) / 2 < with_pictures.stat().st_size / 20


def test_foxglove_shows_them(tmp_path: Path) -> None:
    path = write_drive(tmp_path / "drive.mcap", [0, 1, 2])
    with path.open("rb") as file:
        messages = list(make_reader(file, validate_crcs=True).iter_messages(topics=["/dms/image"]))
    schema, channel, message = messages[1]
    assert schema is not None
    assert (schema.name, schema.encoding, channel.message_encoding) == ("foxglove.CompressedImage", "jsonschema", "json")
    properties = json.loads(schema.data)["properties"]
    assert properties["data"]["contentEncoding"] == "base64"
    body = json.loads(message.data)
    assert {"timestamp", "frame_id", "data", "format"} <= body.keys() == properties.keys()
    assert body["format"] == "jpeg"
    assert base64.b64decode(body["data"]) == picture(1).jpeg
    assert message.log_time == body["timestamp"]["sec"] * 10**9 + body["timestamp"]["nsec"]


@pytest.mark.parametrize("suffix", [".jsonl", ".mcap"])
def test_a_drive_without_pictures_has_none(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"drive{suffix}"
    if suffix == ".mcap":
        write_drive(path, [])
    else:
        path.write_text('{"topic":"observation","t":0.0,"frame":0}\n')
    assert list(images_of(path)) == []


def test_what_is_no_drive_is_an_error_here_too(tmp_path: Path) -> None:
    path = tmp_path / "notes.mcap"
    path.write_text("not a drive at all")
    with pytest.raises(DriveError, match="not an MCAP file"):
        list(images_of(path))


def test_a_cut_at_any_byte_loses_at_most_the_last_second_of_pictures_and_records(tmp_path: Path) -> None:
    path = tmp_path / "whole.mcap"
    file = DriveFile(path, {})
    file.write(Label(0.0, 1.0, "fatigue.yawning"))
    durable: list[tuple[int, float]] = []
    for index in range(120):
        file.write(Observation(index / 30, index))
        file.write_picture(picture(index, size=1500))
        durable.append((path.stat().st_size, index / 30 - 1.05))
    file.close()
    whole = path.read_bytes()
    cut = tmp_path / "cut.mcap"
    for size in [*range(20_000, len(whole), 1009), len(whole) - 1]:
        cut.write_bytes(whole[:size])
        promised = max((t for written, t in durable if written <= size), default=-1.0)
        if promised < 0:
            continue
        images = list(images_of(cut))
        assert [image.frame for image in images] == list(range(len(images)))
        assert images[-1].t >= promised, f"cut at {size}"
        reading = McapDrive(cut)
        assert [record.t for record in reading if isinstance(record, Observation)][-1] >= promised
        assert "cut off" in reading.warnings[0]


def test_a_picture_of_more_pixels_than_memory_holds_is_one_message(tmp_path: Path) -> None:
    """The header of a PNG of 60,000 by 60,000 stands where a picture should; one that is empty or none at all is left out."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
    huge = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    path = tmp_path / "drive.mcap"
    file = DriveFile(path, {})
    for index in range(150):
        file.write(Observation(index / 30, index))
    for index, content in ((30, b""), (60, b"no picture"), (90, huge)):
        file.write_picture(CompressedPicture(index / 30, index, content, 320, 240))
    file.close()
    assert pictures_at(path, [1.0, 2.0]) == ()
    with pytest.raises(DriveError) as refusal:
        pictures_at(path, [3.0])
    assert str(refusal.value).startswith(f"{path}: the picture at 3.00 s cannot be decoded: it has more than")
