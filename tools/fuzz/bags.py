"""Bags of ROS 2: their description, and each storage of their messages."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from dms.capture.rosbag import BagPictures
from dms.recording.ros.bag import COMPRESSED_IMAGE, IMAGE, METADATA, STRING, Bag
from dms.recording.ros.speed import speeds
from dms.recording.ros.writer import BagWriter, Storage
from dms.types import Observation
from dms.videos.bag_drive import BagDrive, Wanted
from dms.wire import to_json
from tools.fuzz.reader import Reader

_ORIGIN_NS = 1_700_000_000_000_000_000
_BAG = "bag"
_FILES: Mapping[Storage, str] = {"mcap": "bag.mcap", "sqlite3": "bag.db3"}


def _bag(storage: Storage, part: str) -> Callable[[Path], Iterable[bytes]]:
    """A bag with pictures, a speed and records of dms; the case takes the place of one of its files."""

    def seeds(folder: Path) -> Iterable[bytes]:
        import cv2
        import numpy as np

        path = folder / _BAG
        shutil.rmtree(path, ignore_errors=True)
        grey = np.arange(32 * 24, dtype=np.uint8).reshape(24, 32)
        jpeg = cv2.imencode(".jpg", grey)[1].ravel()
        raw: dict[str, Any] = {"height": 24, "width": 32, "encoding": "mono8", "is_bigendian": 0, "step": 32}
        with BagWriter(path, storage, _ORIGIN_NS) as bag:
            for frame in range(3):
                t = 0.1 * frame
                bag.write("/jpeg", COMPRESSED_IMAGE, t, frame_id="c", format="jpeg", data=jpeg)
                bag.write("/raw", IMAGE, t, frame_id="c", data=grey.ravel(), **raw)
                bag.write("/speed", "std_msgs/msg/Float64", t, data=12.5)
                bag.write("/dms/observation", STRING, t, data=to_json(Observation(t, frame)).decode())
        yield (path / part).read_bytes()

    return seeds


def _read(_: bytes, path: Path) -> None:
    """Everything that is read of a bag."""
    bag = Bag(path.parent)
    for topic in ("/jpeg", "/raw"):
        if topic in bag.types:
            deque(BagPictures(path.parent, topic), maxlen=0)
    if bag.types.get("/speed") == "std_msgs/msg/Float64":
        deque(speeds(bag, "/speed", _ORIGIN_NS), maxlen=0)
    if bag.types.get("/dms/observation") == STRING:
        deque(BagDrive(path.parent, Wanted()), maxlen=0)


BAGS: Mapping[str, Reader] = {
    "bag": Reader(f"{_BAG}/{METADATA}", _bag("mcap", METADATA), _read, _BAG),
    **{f"bag-{storage}": Reader(f"{_BAG}/{file}", _bag(storage, file), _read, _BAG) for storage, file in _FILES.items()},
}
