"""Cases for one reader, one after the other, and what became of them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dms.errors import DmsError
from tools.fuzz.mutations import mutated
from tools.fuzz.reader import Reader

SLOWEST_S = 5.0
"""A quarter of a megabyte that takes longer to refuse is an attack. Processor time: a clock would count what neighbours take."""


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
        began_s = time.thread_time()
        fault, is_read = _fault(reader, case, path)
        took_s = time.thread_time() - began_s
        if fault is None and took_s > SLOWEST_S:
            fault = f"took {took_s:.1f} s of processor"
        if fault is not None:
            outcome.broken[case] = fault
        elif is_read:
            outcome.read += 1
        else:
            outcome.refused += 1
    return outcome


def _fault(reader: Reader, case: bytes, path: Path) -> tuple[str | None, bool]:
    """What broke the reader, None if nothing did; and whether it read the case."""
    try:
        reader.read(case, path)
    except DmsError as refusal:
        named = path.parents[len(Path(reader.file_name).parts) - 1] / (reader.named or reader.file_name)
        is_named = not reader.file_name or str(named) in str(refusal)
        return None if is_named else f"the message does not name the file: {refusal}", False
    except Exception as error:  # this is what is looked for
        return f"{type(error).__name__}: {str(error)[:200]}", False
    return None, True
