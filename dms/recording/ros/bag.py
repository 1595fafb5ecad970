"""Reading a bag of ROS 2: its topics, and the messages of some of them by time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dms.config.problems import suggestion
from dms.errors import DriveError, UsageError
from dms.resources import how_to_add

if TYPE_CHECKING:
    from rosbags.highlevel import AnyReader

METADATA = "metadata.yaml"
"""By this file in it, a folder is a bag."""
IMAGE, COMPRESSED_IMAGE = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
PICTURES = frozenset({IMAGE, COMPRESSED_IMAGE})
STRING = "std_msgs/msg/String"
NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class BagMessage:
    """A message: `stamp_ns` is that of its header, or when it was recorded where it has none; `content` has ROS's fields."""

    topic: str
    type: str
    stamp_ns: int
    content: Any


class Bag:
    """A folder that ROS 2 recorded, with SQLite or MCAP inside. Each call of `messages` reads it anew.

    Raises:
        UsageError: the library rosbags is not installed.
        DriveError: it is no bag, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not (path / METADATA).is_file():
            raise DriveError(f"{path}: not a bag of ROS 2: a folder with {METADATA} is wanted")
        try:
            with self._opened() as reader:
                self.types = {connection.topic: connection.msgtype for connection in reader.connections}
                self.counts = {topic: info.msgcount for topic, info in reader.topics.items()}
        except (UsageError, DriveError):
            raise
        except Exception as error:  # rosbags, its storages and their parsers raise whatever they like on what is damaged
            raise self._damaged(error) from error

    def of_types(self, types: Collection[str]) -> list[str]:
        """The topics of some types that hold a message, sorted."""
        return sorted(topic for topic, each in self.types.items() if each in types and self.counts.get(topic))

    def check_topic(self, option: str, topic: str, types: Collection[str]) -> None:
        """Say what is wrong with a topic that somebody chose; raises UsageError."""
        if topic not in self.types:
            raise UsageError(f"{option} {topic}: not in {self.path}{suggestion(topic, self.types)}")
        if self.types[topic] not in types:
            raise UsageError(f"{option} {topic}: of type {self.types[topic]}; expected {', '.join(sorted(types))}")

    def messages(self, topics: Collection[str]) -> Iterator[BagMessage]:
        """Yield the messages of some topics in the order in which they were recorded.

        Raises:
            DriveError: the bag is damaged; what was read before it has been yielded.
        """
        read = 0
        try:
            with self._opened() as reader:
                wanted = [connection for connection in reader.connections if connection.topic in topics]
                for connection, recorded_ns, raw in reader.messages(wanted) if wanted else ():
                    content = reader.deserialize(raw, connection.msgtype)
                    yield BagMessage(connection.topic, connection.msgtype, _stamp_ns(content) or recorded_ns, content)
                    read += 1
        except (GeneratorExit, UsageError, DriveError):
            raise
        except Exception as error:  # as above
            raise self._damaged(error, f" after {read} messages") from error

    def _opened(self) -> AnyReader:
        try:
            from rosbags.highlevel import AnyReader
            from rosbags.typesys import Stores, get_typestore
        except ImportError as error:
            raise UsageError(f"{self.path}: the library rosbags is not installed: {how_to_add('ros')}") from error
        return AnyReader([self.path], default_typestore=get_typestore(Stores.LATEST))

    def _damaged(self, error: Exception, where: str = "") -> DriveError:
        told = " ".join(str(error).split()) or type(error).__name__
        return DriveError(f"{self.path}: a bag that cannot be read{where}: {told}")


def _stamp_ns(content: Any) -> int:
    """The time in a message's header; 0 without one, or if nobody has set it."""
    stamp = getattr(getattr(content, "header", None), "stamp", None)
    return 0 if stamp is None else int(stamp.sec) * NS_PER_S + int(stamp.nanosec)
