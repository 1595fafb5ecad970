"""Cases for one reader, one after the other, and what became of them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dms.errors import DmsError
from tools.fuzz.mutations import mutated
from tools.fuzz.readers import Reader

SLOWEST_S = 5.0
"""A quarter of a megabyte that takes longer to refuse is an attack; the limit is wide enough for a loaded machine."""


@dataclass(slots=True)
class Outcome:
    """How many cases were read, how many refused with one message; `broken` are those that did anything else, with the reason."""

    read: int = 0
    refused: int = 0
    broken: dict[bytes, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """How many there were."""
        return self.read + self.refused + len(self.broken)


def random_cases(seeds: Iterable[bytes], number: int, seed: int) -> Iterator[bytes]:
    """`number` cases, the same ones for the same `seed`."""
    beginnings, chance = list(seeds), random.Random(seed)
    for _ in range(number):
        yield mutated(chance.choice(beginnings), chance)


def run(reader: Reader, cases: Iterable[bytes], folder: Path) -> Outcome:
    """Give the reader each case: as a file in `folder`, or as a message."""
    outcome = Outcome()
    path = folder / reader.file_name
    for case in cases:
        if reader.file_name:
            path.write_bytes(case)
        began_s = time.monotonic()
        try:
            reader.read(case, path)
        except DmsError as refusal:
            outcome.refused += 1
            if reader.file_name and str(path) not in str(refusal):
                outcome.broken[case] = f"the message does not name the file: {refusal}"
                outcome.refused -= 1
        except Exception as error:  # this is what is looked for
            outcome.broken[case] = f"{type(error).__name__}: {str(error)[:200]}"
        else:
            outcome.read += 1
        if time.monotonic() - began_s > SLOWEST_S:
            outcome.broken.setdefault(case, f"took {time.monotonic() - began_s:.1f} s")
    return outcome
