"""A bag of ROS 2 as a drive: records that dms has put there, or pictures that are perceived on the way, and the speed beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.config.driver_region import WHOLE_PICTURE, DriverRegion
from dms.drives.bags.export import IMAGE_TOPIC, RECORD_TOPICS
from dms.errors import BAD_INPUT, DriveError
from dms.recording.images import RecordedImage
from dms.recording.ordering import in_time_order
from dms.recording.ros.bag import COMPRESSED_IMAGE, NS_PER_S, PICTURES, STRING, Bag
from dms.recording.ros.speed import speed_topic, speeds
from dms.types import DriveRecord, Observation, VehicleState
from dms.wire import from_json

if TYPE_CHECKING:
    from dms.capture.rosbag import BagPictures


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which topics, and how the driver sits in the pictures; None: the only one of its kind."""

    image: str | None = None
    speed: str | None = None
    region: DriverRegion = WHOLE_PICTURE
    recorded_as: RecordedAs = AS_IT_SAYS


class BagDrive:
    """The records of a bag by time. `notes` says, after the first record, what was taken from where; `warnings` what was lost.

    Raises:
        UsageError, DriveError: a topic that was asked for is not there, or the bag is none; SourceError: it has no pictures.
    """

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self.path = path
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self._bag = Bag(path)
        self._wanted = wanted
        if wanted.image is not None:
            self._bag.check_topic("--image", wanted.image, PICTURES)
        self._is_ours = self._bag.types.get(RECORD_TOPICS[Observation]) == STRING and wanted.image is None
        self._pictures: BagPictures | None = None
        self._speed = None
        if not self._is_ours:
            from dms.capture.rosbag import BagPictures

            self._pictures = BagPictures(path, wanted.image)
            self._speed = speed_topic(self._bag, wanted.speed)

    def __iter__(self) -> Iterator[DriveRecord]:
        if self._pictures is None:
            self.notes.append("the records that dms exported")
            yield from self._recorded()
            return
        speed = self._speed
        self.notes.append(f"pictures of {self._pictures.topic}, perceived now; speed of {speed or 'nothing: no topic has it'}")
        vehicle = speeds(self._bag, speed, self._pictures.origin_ns) if speed is not None else iter(())
        yield from in_time_order([enumerate(vehicle), enumerate(self._perceived(self._pictures))])

    def images(self) -> Iterator[RecordedImage]:
        """The pictures that are JPEG files in the bag, in drive time; raw ones are not kept."""
        if self._pictures is not None:
            topic, origin_ns = self._pictures.topic, self._pictures.origin_ns
        else:
            topic, origin_ns = IMAGE_TOPIC, self._origin_ns()
        if self._bag.types.get(topic) != COMPRESSED_IMAGE:
            return
        for index, message in enumerate(self._bag.messages([topic])):
            if "jp" in message.content.format.lower():
                jpeg = np.asarray(message.content.data, dtype=np.uint8).tobytes()
                width, height = _size(jpeg)
                yield RecordedImage((message.stamp_ns - origin_ns) / NS_PER_S, index, jpeg, width, height)

    def _recorded(self) -> Iterator[DriveRecord]:
        topics = set(RECORD_TOPICS.values())
        for message in self._bag.messages(topics):
            try:
                yield from_json(message.content.data.encode())
            except (DriveError, *BAD_INPUT) as error:
                raise DriveError(f"{self.path}: {message.topic}: a message that is no record of dms: {error}") from error

    def _origin_ns(self) -> int:
        """When second 0 was, by the first record: its stamp is its own time, to the nanosecond."""
        first = next(iter(self._bag.messages([RECORD_TOPICS[Observation]])))
        record = from_json(first.content.data.encode())
        return first.stamp_ns - round(record.t * NS_PER_S)

    def _perceived(self, pictures: BagPictures) -> Iterator[Observation | VehicleState]:
        from dms.perception.pipeline import Perception
        from dms.perception.settings import PerceptionSettings

        perception = Perception(PerceptionSettings(region=self._wanted.region))
        mounting = self._wanted.recorded_as.mounting
        self.metadata |= {f"model_{network}": sha256 for network, sha256 in perception.model_hashes.items()}
        with pictures:
            for frame in pictures:
                yield perception.observe(type(frame)(frame.t, frame.index, mounting.upright(frame.image)))
        self.warnings += [event.message for event in pictures.take_events()]


def _size(jpeg: bytes) -> tuple[int, int]:
    from dms.capture.opencv import cv2, in_words

    try:
        image = cv2.imdecode(np.frombuffer(jpeg, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error as error:
        raise DriveError(f"a picture of the bag cannot be decoded: {in_words(error)}") from error
    return (0, 0) if image is None else (image.shape[1], image.shape[0])
