"""A car whose bus is known: a DBC with everything that real ones have, and messages as its units would send them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cantools
import pytest

PATIENCE_S = 30.0
DBC = Path(__file__).with_name("car.dbc")
HYBRID = Path(__file__).parents[2] / "docs" / "examples" / "hybrid.dbc"

Encode = Callable[..., tuple[int, bytes]]


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Returns what makes a message of the car: its identifier and its bytes."""
    database = cantools.database.load_file(DBC)

    def make(name: str, **signals: Any) -> tuple[int, bytes]:
        message = database.get_message_by_name(name)
        return message.frame_id, message.encode(signals, strict=False, padding=True)

    return make


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Go on once the condition holds; the test fails if it does not in good time."""
    for _ in every(0.01):
        if condition():
            return
    pytest.fail(f"never: {what}")


def every(seconds: float) -> Iterator[None]:
    """Yield again and again, until patience ends."""
    give_up_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_s:
        yield
        time.sleep(seconds)
