"""What callers send, read up to a limit, from whoever goes on sending."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

LISTENED_TO = 8
"""Of what may be sent, before the caller is hung up on."""


async def body_of(request: Request, most_bytes: int, silence_s: float, slowest_bytes_per_s: int) -> bytes:
    """The whole body.

    Raises:
        HTTPException: it is larger than `most_bytes` (413); nothing came for `silence_s` seconds, or less than
            `slowest_bytes_per_s` on average after as long (408); or the caller hung up (400).
    """
    pieces, size, begun_s = list[bytes](), 0, time.monotonic()
    async for piece in _pieces(request, silence_s):
        size += len(piece)
        if size <= most_bytes:
            pieces.append(piece)
        else:  # thrown away: whoever is hung up on while sending does not hear why
            pieces.clear()
        if size > LISTENED_TO * most_bytes:
            break
        if time.monotonic() - begun_s > silence_s + size / slowest_bytes_per_s:
            raise HTTPException(408, f"too slow: less than {slowest_bytes_per_s} bytes a second")
    if size > most_bytes:
        raise HTTPException(413, f"more than {most_bytes} bytes, the most that is taken")
    return b"".join(pieces)


async def _pieces(request: Request, silence_s: float) -> AsyncIterator[bytes]:
    stream = aiter(request.stream())
    while True:
        try:
            yield await asyncio.wait_for(anext(stream), silence_s)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise HTTPException(408, f"nothing came for {silence_s:g} s") from error
        except ClientDisconnect as error:
            raise HTTPException(400, "hung up before the body was sent") from error
