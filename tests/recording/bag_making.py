"""Small bags of ROS 2, as somebody else's recorder would write them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from dms.capture.video import VideoFile
from dms.recording.ros.bag import COMPRESSED_IMAGE, IMAGE, NS_PER_S
from dms.recording.ros.writer import BagWriter, Storage

VIDEO = Path(__file__).parents[1] / "data" / "drives" / "day_colour.mp4"
BEGAN_NS = 1_795_253_400 * NS_PER_S


def frames(number: int) -> list[Any]:
    """Pictures of a driver, (height, width, 3) BGR."""
    with VideoFile(VIDEO, None) as video:
        return [frame.image for frame in islice(video, number)]


def write_bag(
    path: Path,
    pictures: Sequence[Any],
    *,
    topics: Sequence[str] = ("/camera/image_raw",),
    raw: bool = True,
    speeds_mps: Sequence[float] = (),
    storage: Storage = "mcap",
    encoding: str = "bgr8",
    begins_s: float = 0.0,
) -> Path:
    """Ten pictures a second on each of `topics`, and a speed with each as long as there are any; both begin at `begins_s`."""
    with BagWriter(path, storage, BEGAN_NS) as bag:
        for index, image in enumerate(pictures):
            t = begins_s + index / 10
            for topic in topics:
                write_picture(bag, topic, t, image, raw=raw, encoding=encoding)
            if index < len(speeds_mps):
                write_speed(bag, "/vehicle/twist", t, speeds_mps[index])
    return path


def write_picture(bag: BagWriter, topic: str, t: float, image: Any, *, raw: bool, encoding: str = "bgr8") -> None:
    """One picture, as pixels or as a JPEG file."""
    if raw:
        data = np.ascontiguousarray(image).view(np.uint8).reshape(-1)
        height, width = image.shape[:2]
        fields = {"height": height, "width": width, "encoding": encoding, "is_bigendian": 0, "step": data.size // height}
        bag.write(topic, IMAGE, t, data=data, **fields)
    else:
        _, jpeg = cv2.imencode(".jpg", image)
        bag.write(topic, COMPRESSED_IMAGE, t, format="bgr8; jpeg compressed bgr8", data=jpeg.reshape(-1))


def write_speed(bag: BagWriter, topic: str, t: float, mps: float) -> None:
    """One TwistStamped."""
    linear, angular = (bag.made("geometry_msgs/msg/Vector3", t, {"x": x, "y": 0.0, "z": 0.0}) for x in (mps, 0.0))
    twist = bag.made("geometry_msgs/msg/Twist", t, {"linear": linear, "angular": angular})
    bag.write(topic, "geometry_msgs/msg/TwistStamped", t, twist=twist)
