"""The pictures of a bag of ROS 2 as a frame source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.capture.kinds import recorded
from dms.capture.opencv import LARGEST_PIXELS, cv2, in_words
from dms.capture.picture_size import check_size
from dms.capture.pixels import EightBits
from dms.capture.recorded_source import RecordedSource
from dms.errors import DriveError, SourceError
from dms.recording.ros.bag import COMPRESSED_IMAGE, NS_PER_S, PICTURES, Bag, BagMessage
from dms.types import Frame

_FPS_SAMPLES = 30
_CHANNELS = {"mono8": 1, "8UC1": 1, "bgr8": 3, "8UC3": 3, "rgb8": 3, "bgra8": 4, "rgba8": 4, "mono16": 1, "16UC1": 1}
_SIXTEEN_BITS = ("mono16", "16UC1")
_TO_BGR = {"rgb8": cv2.COLOR_RGB2BGR, "bgra8": cv2.COLOR_BGRA2BGR, "rgba8": cv2.COLOR_RGBA2BGR}


class BagPictures(RecordedSource):
    """The pictures of one topic, timed by the stamps of their headers; second 0 is the first of them.

    Without `topic`, the bag has to have one topic of pictures. A picture that cannot be decoded, or whose time is not after that
    of the one before, is reported and left out.

    Raises:
        SourceError: it is no bag, is damaged, has no topic of pictures or several, or not one picture can be decoded.
    """

    def __init__(self, path: Path, topic: str | None = None) -> None:
        super().__init__(str(path))
        try:
            self._bag = Bag(path)
        except DriveError as error:
            raise SourceError(str(error)) from error
        self.topic = topic or self._only_topic()
        self.origin_ns, self._fps = self._begin()
        self._size: tuple[int, int] | None = None
        self._eight_bits = EightBits()
        self._closed = False

    def _only_topic(self) -> str:
        found = self._bag.of_types(PICTURES)
        if not found:
            there = ", ".join(f"{topic} ({each})" for topic, each in sorted(self._bag.types.items())) or "none at all"
            raise SourceError(
                f"{self.name}: a bag without pictures: no topic of {' or '.join(sorted(PICTURES))} (topics: {there})"
            )
        if len(found) > 1:
            raise SourceError(
                f"{self.name}: {len(found)} topics of pictures: {', '.join(found)}; "
                "`dms drive from-ros --image TOPIC` takes the one with the driver"
            )
        return found[0]

    def _begin(self) -> tuple[int, float | None]:
        """The stamp of the first picture, and how many come a second."""
        try:
            stamps = [message.stamp_ns for message, _ in zip(self._messages(), range(_FPS_SAMPLES), strict=False)]
        except DriveError as error:
            raise SourceError(str(error)) from error
        if not stamps:
            raise SourceError(f"{self.name}: no picture on {self.topic}")
        lasts_s = (max(stamps) - stamps[0]) / NS_PER_S
        return stamps[0], round((len(stamps) - 1) / lasts_s, 3) if lasts_s > 0.0 else None

    def _messages(self) -> Iterator[BagMessage]:
        return self._bag.messages([self.topic])

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels of the last picture."""
        return self._size

    @property
    def fps(self) -> float | None:
        """Pictures per second at the beginning."""
        return self._fps

    def __iter__(self) -> Iterator[Frame]:
        before_s = -1.0
        try:
            for index, message in enumerate(self._messages()):
                if self._closed:
                    return
                t = (message.stamp_ns - self.origin_ns) / NS_PER_S
                if t <= before_s:
                    self._note("times", f"{self.name}: a picture at {t:.3f} s after one at {before_s:.3f} s is left out")
                    continue
                try:
                    image = self._eight_bits.of(picture_of(message))
                    check_size(f"picture {index} of {self.topic}", image)
                except (ValueError, SourceError) as error:
                    self._note("undecodable", f"{self.name}: picture {index} of {self.topic}: {error}")
                    continue
                before_s = t
                self._size = (image.shape[1], image.shape[0])
                yield Frame(t, index, image)
        except DriveError as error:
            raise SourceError(str(error)) from error
        if self._size is None and not self._closed:
            raise SourceError(f"{self.name}: not one picture of {self.topic} can be decoded{self._last_problem()}")

    def _last_problem(self) -> str:
        problems = [event.message for event in self._events if event.kind == "undecodable"]
        return f" ({problems[-1]})" if problems else ""

    def close(self) -> None:
        """End the iteration."""
        self._closed = True


def picture_of(message: BagMessage) -> NDArray[Any]:
    """Returns the picture of an `Image` or `CompressedImage`, (height, width) grey or (height, width, 3) BGR.

    Raises:
        ValueError: it cannot be decoded; the message says why.
    """
    content = message.content
    if message.type == COMPRESSED_IMAGE:
        try:
            image = cv2.imdecode(np.asarray(content.data, dtype=np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
        except cv2.error as error:
            raise ValueError(f"cannot be decoded: {in_words(error)}") from error
        if image is None:
            raise ValueError(f"not a picture that can be decoded (format '{content.format}')")
        return np.asarray(image)
    return _raw(content)


def _raw(content: Any) -> NDArray[Any]:
    encoding, height, width, step = content.encoding, int(content.height), int(content.width), int(content.step)
    channels = _CHANNELS.get(encoding)
    if channels is None:
        raise ValueError(f"encoding '{encoding}'; known are {', '.join(_CHANNELS)}")
    depth = 2 if encoding in _SIXTEEN_BITS else 1
    if not (0 < height * width <= LARGEST_PIXELS and step >= width * channels * depth and len(content.data) == step * height):
        raise ValueError(f"{width}x{height} pixels of {encoding} in {len(content.data)} bytes, {step} a row: these do not agree")
    rows = np.asarray(content.data, dtype=np.uint8).reshape(height, step)[:, : width * channels * depth]
    if depth == 2:
        order = ">u2" if content.is_bigendian else "<u2"
        return np.ascontiguousarray(rows).view(order).reshape(height, width).astype(np.uint16)
    image = rows.reshape(height, width) if channels == 1 else rows.reshape(height, width, channels)
    return np.asarray(cv2.cvtColor(image, _TO_BGR[encoding])) if encoding in _TO_BGR else np.ascontiguousarray(image)


SOURCE = recorded(lambda address, settings: BagPictures(Path(address)))
