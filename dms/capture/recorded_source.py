"""What all sources with an end have in common: events, context manager, no drops."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from dms.capture.source import EventKind, Silence, SourceEvent
from dms.types import Frame


class RecordedSource(ABC):
    """A source that is read at the pace of its reader. Every frame is delivered."""

    live = False
    dropped = 0

    def __init__(self, name: str) -> None:
        self.name = name
        self._events: list[SourceEvent] = []

    @property
    @abstractmethod
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels."""

    @property
    @abstractmethod
    def fps(self) -> float | None:
        """Frames per second."""

    @abstractmethod
    def __iter__(self) -> Iterator[Frame | Silence]: ...

    @abstractmethod
    def close(self) -> None: ...

    def _note(self, kind: EventKind, message: str) -> None:
        self._events.append(SourceEvent(kind, message))

    def take_events(self) -> list[SourceEvent]:
        """Return what has happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
