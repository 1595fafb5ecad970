"""What is wrong with a data set: one message per bad file or label, all of them collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from dms.errors import DmsError

MOST_NAMED = 20
"""Bad files that a message names; of the others it says how many there are."""

T = TypeVar("T")


class DatasetError(DmsError):
    """A data set, or one label of it, that cannot be used. The message names the file and the field."""


class Collected:
    """Lets through what is good, and keeps what is wrong for one message at the end."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.good = 0

    def good_ones(self, found: Iterable[T | DatasetError]) -> Iterator[T]:
        """What was found, without the errors among it, which are kept."""
        for each in found:
            if isinstance(each, DatasetError):
                self.problems.append(str(each))
            else:
                self.good += 1
                yield each

    def in_words(self) -> str:
        """All problems, one a line, up to `MOST_NAMED` and a count of the rest."""
        lines = self.problems[:MOST_NAMED]
        if len(self.problems) > MOST_NAMED:
            lines.append(f"and {len(self.problems) - MOST_NAMED} more")
        return "\n".join(lines)

    def check(self) -> None:
        """Raises DatasetError if anything was wrong, or nothing was there."""
        if self.problems:
            raise DatasetError(
                f"{len(self.problems)} of {len(self.problems) + self.good} labels cannot be used:\n{self.in_words()}"
            )
        if not self.good:
            raise DatasetError("no labelled face was found")
