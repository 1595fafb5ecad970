"""The file of messages that wait to be carried: SQLite, so that neither a kill nor a loss of power takes what was accepted."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.durable import file_identity
from dms.outputs.forwarding.message import Message, Rank

_APPLICATION_ID = 0x444D5346  # "DMSF"
_VERSION = 1
"""Of the tables. Files from before it was written down say 0, and have the same."""
_OVERHEAD_BYTES = 64
"""What a message takes in the file beside its texts: keys, lengths, its share of the index."""
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # accepted means on the disk, also after a loss of power
    "PRAGMA secure_delete = ON",  # what was carried is about a person and leaves nothing behind
    "PRAGMA journal_size_limit = 1048576",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_VERSION}",
)
_TABLES = """
CREATE TABLE IF NOT EXISTS waiting (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    rank INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    id TEXT NOT NULL,
    topic TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_rank ON waiting (rank, seq);
CREATE TABLE IF NOT EXISTS dropped (rank INTEGER PRIMARY KEY, count INTEGER NOT NULL);
"""


class NewerStoreError(OSError):
    """A store of a newer dms, of this `version`: what its columns mean is not known here."""

    def __init__(self, version: int) -> None:
        super().__init__(errno.EEXIST, f"a store of a newer dms (version {version})")
        self.version = version


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in the store, and its place in it."""

    seq: int
    message: Message


class StoreFile:
    """The file `path`, which is made if it is missing; its folder is there. It holds at most `most_bytes`. One thread at a time.

    Raises:
        NewerStoreError: it is of a newer dms; nothing in it was changed.
        sqlite3.Error, OSError: now and from every method, whenever the disk or the file do not allow it.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._path = path
        path.touch(mode=0o600)
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._refuse_others()
            for setting in _SETTINGS:
                self._file.execute(setting)
            self._file.executescript(_TABLES)
            self.bytes, self.count = self._file.execute("SELECT coalesce(sum(bytes), 0), count(*) FROM waiting").fetchone()
            self._identity = file_identity(path)
        except (sqlite3.Error, OSError):
            self._file.close()
            raise

    def is_still_there(self) -> bool:
        """Whether the path still leads to this file."""
        return file_identity(self._path) == self._identity

    def in_parts(self, most: int) -> Iterator[list[Message]]:
        """All that waits, in the order in which it came, so many at a time."""
        rows = self._file.execute("SELECT id, topic, rank, body FROM waiting ORDER BY seq")
        while part := rows.fetchmany(most):
            yield [Message(identity, topic, Rank(rank), body) for identity, topic, rank, body in part]

    def add(self, messages: Sequence[Message]) -> dict[Rank, int]:
        """Take all of them, as one transaction. Returns how many of each rank had to go to make room.

        Those of the lowest rank go first, the oldest of them before the others: a new one only if all that is left ranks higher.
        """
        gone: dict[Rank, int] = {}
        before = (self.bytes, self.count)
        self._file.execute("BEGIN IMMEDIATE")
        try:
            for message in messages:
                self._add(message, gone)
            self.count_dropped(gone)
            self._file.execute("COMMIT")
        except sqlite3.Error:
            self.bytes, self.count = before
            self._roll_back()
            raise
        return gone

    def oldest(self, most: int) -> list[Waiting]:
        """The messages to carry next, at most so many: alerts before all else, then in the order in which they came."""
        rows = self._file.execute("SELECT seq, id, topic, rank, body FROM waiting ORDER BY rank DESC, seq LIMIT ?", (most,))
        return [Waiting(seq, Message(identity, topic, Rank(rank), body)) for seq, identity, topic, rank, body in rows]

    def remove(self, carried: Sequence[Waiting]) -> None:
        """Let go of what has been carried."""
        if not carried:
            return
        first, last = (choose(each.seq for each in carried) for choose in (min, max))
        marks = ",".join("?" * len(carried))
        condition = f"seq BETWEEN {first} AND {last} AND seq IN ({marks})"
        numbers = [each.seq for each in carried]
        self._file.execute("BEGIN IMMEDIATE")
        try:
            size, count = self._file.execute(
                f"SELECT coalesce(sum(bytes), 0), count(*) FROM waiting WHERE {condition}",  # noqa: S608 - marks and numbers
                numbers,
            ).fetchone()
            self._file.execute(f"DELETE FROM waiting WHERE {condition}", numbers)  # noqa: S608
            self._file.execute("COMMIT")
        except sqlite3.Error:
            self._roll_back()
            raise
        self.bytes -= size
        self.count -= count

    def dropped(self) -> dict[Rank, int]:
        """How many of each rank have gone for want of room and have not been told yet."""
        return {Rank(rank): count for rank, count in self._file.execute("SELECT rank, count FROM dropped ORDER BY rank")}

    def told(self, dropped: dict[Rank, int]) -> None:
        """Note that so many of those have been told."""
        for rank, count in dropped.items():
            self._file.execute("UPDATE dropped SET count = count - ? WHERE rank = ?", (count, rank))
        self._file.execute("DELETE FROM dropped WHERE count <= 0")

    def count_dropped(self, dropped: Mapping[Rank, int]) -> None:
        """Note that so many of each rank have gone, and are to be told."""
        for rank, count in dropped.items():
            self._file.execute(
                "INSERT INTO dropped VALUES (?1, ?2) ON CONFLICT (rank) DO UPDATE SET count = count + ?2", (rank, count)
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _refuse_others(self) -> None:
        (application_id,) = self._file.execute("PRAGMA application_id").fetchone()
        (tables,) = self._file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application_id not in (0, _APPLICATION_ID) or (application_id == 0 and tables):
            raise OSError(errno.EEXIST, "a database of another program, which is left alone; give another path")
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise NewerStoreError(version)

    def _add(self, message: Message, gone: dict[Rank, int]) -> None:
        size = len(message.body) + len(message.id) + len(message.topic) + _OVERHEAD_BYTES
        while self.bytes + size > self._most_bytes:
            least = self._file.execute("SELECT seq, rank, bytes FROM waiting ORDER BY rank, seq LIMIT 1").fetchone()
            if least is None or least[1] > message.rank:
                gone[message.rank] = gone.get(message.rank, 0) + 1
                return
            self._file.execute("DELETE FROM waiting WHERE seq = ?", (least[0],))
            self._count(-least[2], -1)
            gone[Rank(least[1])] = gone.get(Rank(least[1]), 0) + 1
        self._file.execute(
            "INSERT INTO waiting (rank, bytes, id, topic, body) VALUES (?, ?, ?, ?, ?)",
            (message.rank, size, message.id, message.topic, message.body),
        )
        self._count(size, 1)

    def _count(self, size: int, count: int) -> None:
        self.bytes += size
        self.count += count

    def _roll_back(self) -> None:
        if self._file.in_transaction:
            self._file.execute("ROLLBACK")


def readable_here(version: int | None) -> bool:
    """Whether a store of this version, None if it is a damaged one, can be read."""
    return version is not None and version <= _VERSION
