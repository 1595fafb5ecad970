"""How many, in words."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """`1 drive`, `2 drives`, `2 summaries`; `many` where it is not `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
