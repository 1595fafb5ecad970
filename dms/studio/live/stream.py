"""Server-sent events: what is new, ten times a second at most, to a browser that may read as slowly as it likes.

An event is made only once the one before has been taken: between the two, news add up to the newest (see `Heard.since`). Not a
WebSocket: nothing but marks goes the other way, these pass the gate as all else does, and a browser connects again by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from dms.studio.live.line import Line
from dms.wire import to_json

EVERY_S = 0.1
LIFE_EVERY_S = 1.0
"""So often something is said also if there is nothing new: for how long the service has been silent."""


async def events(line: Line, every_s: float = EVERY_S) -> AsyncIterator[bytes]:
    """Everything that is known, then what is new, until the line ends. JSON as `to_json` writes it has no line breaks."""
    revision, told_at_s, is_first = 0, 0.0, True
    while not line.ended.is_set():
        now_s = asyncio.get_running_loop().time()
        reached, news = line.heard.since(revision)
        if is_first or reached != revision or now_s - told_at_s >= LIFE_EVERY_S:
            yield b"data: " + to_json({**news, "whole": is_first}) + b"\n\n"
            revision, told_at_s, is_first = reached, now_s, False
        await asyncio.sleep(every_s)
