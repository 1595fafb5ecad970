"""Whose data is meant: those of one camera, of a span of time, or all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """`source`: the camera, which stands for a seat and so for its driver. `since_ns`, `until_ns`: wall-clock time in nanoseconds
    since 1970. None sets no limit; without any limit everything is meant.
    """

    source: str | None = None
    since_ns: int | None = None
    until_ns: int | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self.source is None and self.since_ns is None and self.until_ns is None

    def covers(self, source: str | None, begin_ns: int | None, end_ns: int | None) -> bool | None:
        """Whether something is meant that was seen by `source` from `begin_ns` to `end_ns`: a part of it in the span is enough.

        Returns None where that is not known, because the source or the time is not.
        """
        answers = (self._is_from(source), self._begins_in_time(begin_ns), self._ends_in_time(end_ns))
        if False in answers:
            return False
        return None if None in answers else True

    def _is_from(self, source: str | None) -> bool | None:
        if self.source is None:
            return True
        return None if source is None else source == self.source or source.startswith(f"{self.source}, ")

    def _begins_in_time(self, begin_ns: int | None) -> bool | None:
        if self.until_ns is None:
            return True
        return None if begin_ns is None else begin_ns < self.until_ns

    def _ends_in_time(self, end_ns: int | None) -> bool | None:
        if self.since_ns is None:
            return True
        return None if end_ns is None else end_ns >= self.since_ns
