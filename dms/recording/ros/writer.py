"""Writing a bag of ROS 2, whole or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from dms.errors import DriveError, UsageError
from dms.recording.ros.bag import METADATA, NS_PER_S
from dms.resources import how_to_add

Storage = Literal["mcap", "sqlite3"]
VERSION: Literal[9] = 9
"""Of the format of bags: what ROS 2 writes since Jazzy."""


class BagWriter:
    """Writes messages as ROS 2 knows them, those of a topic in the order of their times.

    A topic comes into being with its first message. Times are drive times; second 0 is `origin_ns` since 1970.

    Raises:
        UsageError: there is something at `path` that `force` does not give up, or the library rosbags is not installed.
        DriveError: it cannot be written.
    """

    def __init__(self, path: Path, storage: Storage, origin_ns: int, *, force: bool = False) -> None:
        try:
            from rosbags.rosbag2 import StoragePlugin, Writer
            from rosbags.typesys import Stores, get_typestore
        except ImportError as error:
            raise UsageError(f"{path}: the library rosbags is not installed: {how_to_add('ros')}") from error
        if path.exists() and not (force and (path / METADATA).is_file()):
            raise UsageError(f"{path}: exists; {'not a bag, so it stays' if force else '--force replaces a bag'}")
        self.path = path
        self.counts: dict[str, int] = {}
        self._origin_ns = origin_ns
        self._begun = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._types = get_typestore(Stores.ROS2_HUMBLE)
        self._connections: dict[str, Any] = {}
        plugin = StoragePlugin.MCAP if storage == "mcap" else StoragePlugin.SQLITE3
        shutil.rmtree(self._begun, ignore_errors=True)
        # Named as it is to be called, since the file inside is named after it.
        self._writer = Writer(self._begun / path.name, version=VERSION, storage_plugin=plugin)
        with self._failures():
            self._writer.open()

    def write(self, topic: str, message_type: str, t: float, **fields: Any) -> None:
        """Append a message of drive time `t`; its fields by name, a header is filled in where there is to be one."""
        message = self._types.serialize_cdr(self.made(message_type, t, fields), message_type)
        with self._failures():
            if topic not in self._connections:
                self._connections[topic] = self._writer.add_connection(topic, message_type, typestore=self._types)
                self.counts[topic] = 0
            self._writer.write(self._connections[topic], self.stamp_ns(t), message)
        self.counts[topic] += 1

    def stamp_ns(self, t: float) -> int:
        """Returns nanoseconds since 1970 of a drive time."""
        return max(0, self._origin_ns + round(t * NS_PER_S))

    def made(self, message_type: str, t: float, fields: Mapping[str, Any]) -> Any:
        """Returns a message; `header` and `stamp` are those of `t`."""
        made: Any = self._types.types[message_type]
        own = made.__dataclass_fields__
        given = dict(fields)
        if "header" in own or "stamp" in own:
            sec, nanosec = divmod(self.stamp_ns(t), NS_PER_S)
            stamp = self._types.types["builtin_interfaces/msg/Time"](sec=sec, nanosec=nanosec)
            if "header" in own:
                frame_id = given.pop("frame_id", "")
                given["header"] = self._types.types["std_msgs/msg/Header"](stamp=stamp, frame_id=frame_id)
            else:
                given["stamp"] = stamp
        return made(**given)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            with self._failures():
                self._writer.close()
                if kind is None:
                    self._put_in_place()
        finally:
            self._let_go()
            shutil.rmtree(self._begun, ignore_errors=True)

    def _let_go(self) -> None:
        """The library leaves its file open when the disk has refused the end of it."""
        for name in ("bio", "conn"):
            file = getattr(self._writer.storage, name, None)
            if file is not None:
                with suppress(OSError, sqlite3.Error):
                    file.close()

    def _put_in_place(self) -> None:
        """What was there goes aside first: nothing is deleted before the new bag stands."""
        if self.path.exists():
            self.path.replace(self._begun / f"{self.path.name}.before")
        (self._begun / self.path.name).replace(self.path)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """A disk that refuses, in the words of the one who wrote to it; SQLite has errors of its own for it."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DriveError(f"{self.path}: cannot be written: {reason}") from error
