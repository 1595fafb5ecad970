"""The drives that the studio knows, with what it knows of each: the state behind the table. Safe from any thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dms.studio.figures import Figures, looked_for
from dms.studio.places import Place

State = Literal["waiting", "reading", "read", "broken"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A drive. `figures` may be of how it was before it changed, until it is read again; `problem` says why it is broken."""

    place: Place
    key: str
    state: State = "waiting"
    figures: Figures | None = None
    problem: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since a revision. `looked_for`: the kinds whose false alerts count, labelled in one of the drives at least."""

    revision: int
    entries: tuple[Entry, ...]
    gone: tuple[str, ...]
    total: int
    done: int
    looked_for: frozenset[str]


class Entries:
    """All drives by identity. Every change has a number, by which readers ask for what came after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._gone: dict[str, int] = {}
        self._revision = 0
        self._looked_for: frozenset[str] = frozenset()
        self._looked_for_revision = 0

    def get(self, identity: str) -> Entry | None:
        """The drive of that identity."""
        with self._lock:
            return self._entries.get(identity)

    def __iter__(self) -> Iterator[Entry]:
        """All of them, as they are now."""
        with self._lock:
            return iter(list(self._entries.values()))

    def put(self, entry: Entry) -> None:
        """Replace what is known of a drive."""
        self.put_all([entry])

    def put_all(self, entries: list[Entry]) -> None:
        """The same for many."""
        with self._lock:
            self._revision += 1
            for entry in entries:
                self._gone.pop(entry.place.identity, None)
                self._entries[entry.place.identity] = _at(entry, self._revision)
            self._count_again()

    def keep_only(self, present: Mapping[str, Place]) -> bool:
        """Forget the drives that are not there any more. Returns whether there were any."""
        with self._lock:
            vanished = [identity for identity in self._entries if identity not in present]
            if not vanished:
                return False
            self._revision += 1
            for identity in vanished:
                del self._entries[identity]
                self._gone[identity] = self._revision
            self._count_again()
            return True

    def since(self, revision: int) -> Changes:
        """What changed after `revision`; everything after 0, or where that revision is of another run."""
        with self._lock:
            after = revision if 0 < revision <= self._revision else 0
            everything = after < self._looked_for_revision
            return Changes(
                revision=self._revision,
                entries=tuple(one for one in self._entries.values() if everything or one.revision > after),
                gone=tuple(identity for identity, at in self._gone.items() if at > after),
                total=len(self._entries),
                done=sum(one.state in ("read", "broken") for one in self._entries.values()),
                looked_for=self._looked_for,
            )

    def _count_again(self) -> None:
        found = looked_for(one.figures for one in self._entries.values() if one.figures is not None)
        if found != self._looked_for:
            self._looked_for, self._looked_for_revision = found, self._revision


def _at(entry: Entry, revision: int) -> Entry:
    return Entry(entry.place, entry.key, entry.state, entry.figures, entry.problem, revision)
