"""Which of the cues that rules name have ever been known in a drive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter

from dms.types import Cues

_LOOK_EVERY_S = 0.2


class SeenCues:
    """Looks five times a second which of the cues is known for the first time. `names` are those that have been known."""

    def __init__(self, names: Iterable[str]) -> None:
        self._unseen: dict[str, Callable[[Cues], object]] = {name: attrgetter(name) for name in names}
        self._next_look = float("-inf")
        self.names: set[str] = set()

    def look(self, cues: Cues) -> None:
        """Take the cues of a moment."""
        if not self._unseen or cues.t < self._next_look:
            return
        self._next_look = cues.t + _LOOK_EVERY_S
        for name in [name for name, read in self._unseen.items() if read(cues) is not None]:
            del self._unseen[name]
            self.names.add(name)
