"""A source that wraps another one and changes only what it has to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import Self

from dms.capture.mounting import Mounting
from dms.capture.source import FrameSource, Silence, SourceEvent
from dms.types import Frame


class SourceAround(ABC):
    """Delegates everything but the iteration to the inner source."""

    def __init__(self, inner: FrameSource) -> None:
        self.name = inner.name
        self.live = inner.live
        self.inner = inner

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels."""
        return self.inner.size

    @property
    def fps(self) -> float | None:
        """Frames per second."""
        return self.inner.fps

    @property
    def dropped(self) -> int:
        """Frames that came but were never delivered."""
        return self.inner.dropped

    @abstractmethod
    def __iter__(self) -> Iterator[Frame | Silence]: ...

    def take_events(self) -> list[SourceEvent]:
        """Return what has happened since the last call, oldest first."""
        return self.inner.take_events()

    def close(self) -> None:
        """Close the inner source."""
        self.inner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class MountedSource(SourceAround):
    """Turns and mirrors the frames of a camera that is not mounted upright."""

    def __init__(self, inner: FrameSource, mounting: Mounting) -> None:
        super().__init__(inner)
        self._mounting = mounting

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels of the upright picture."""
        return self._mounting.size(self.inner.size)

    def __iter__(self) -> Iterator[Frame | Silence]:
        for item in self.inner:
            yield item if isinstance(item, Silence) else replace(item, image=self._mounting.upright(item.image))
