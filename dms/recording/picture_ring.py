"""The pictures of the last seconds, kept in memory until something happens that makes them worth keeping."""

from __future__ import annotations

from collections import deque

from dms.recording.image_message import CompressedPicture


class PictureRing:
    """Holds the newest pictures: those of the last `seconds`, as far as they fit into `max_bytes`."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        self.bytes = 0
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._pictures: deque[CompressedPicture] = deque()

    def __len__(self) -> int:
        return len(self._pictures)

    def add(self, picture: CompressedPicture) -> None:
        """Take the next picture; the oldest go."""
        self._pictures.append(picture)
        self.bytes += len(picture.jpeg)
        while self.bytes > self._max_bytes or self._pictures[0].t < picture.t - self._seconds:
            self.bytes -= len(self._pictures.popleft().jpeg)

    def take_since(self, t: float) -> list[CompressedPicture]:
        """Hand over the pictures from drive time `t` on, oldest first; they are in the ring no longer."""
        taken: list[CompressedPicture] = []
        while self._pictures and self._pictures[-1].t >= t:
            taken.append(self._pictures.pop())
        self.bytes -= sum(len(picture.jpeg) for picture in taken)
        return taken[::-1]

    def clear(self) -> None:
        """Forget all of them."""
        self._pictures.clear()
        self.bytes = 0
