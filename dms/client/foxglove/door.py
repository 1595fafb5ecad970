"""The door before Foxglove's server: how many may come in, how fast they may talk, and how long they may be deaf.

The SDK serves everybody who connects, for as long as they like. So it listens on a port of this machine that nobody is told, and
connections are passed on to it from here. What a client does not take is not read from the server either, which then drops the
oldest messages of that client.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

MOST_CLIENTS = 16
"""A Foxglove window is one client; each costs the server a backlog of its own."""
GREETED_WITHIN_S = 10.0
"""Whoever connects has said by then what a WebSocket begins with, and has been answered."""
DEAF_AFTER_S = 30.0
"""A client that takes nothing for so long has gone without saying so."""
HEARD_BYTES_PER_S = 256 * 1024
"""Clients have only subscriptions to send, and pictures are never among them."""
_CHUNK = 64 * 1024
_TURNS_TO_BEGIN = 4
"""Of the loop, until a connection that it has accepted is served: made, given a task, begun; one to spare."""
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 10\r\nConnection: close\r\n\r\n"


class Door:
    """Listens at `host` and `port` (0: a free one) and passes on to `inner_port` of this machine, on a thread of its own.

    `turned_away` counts those for whom there was no room.

    Raises:
        OSError: the address cannot be had.
    """

    def __init__(self, host: str, port: int, inner_port: int, *, most: int = MOST_CLIENTS) -> None:
        self.turned_away = 0
        self._inner_port = inner_port
        self._most = most
        self._inside = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        try:
            self._server = self._loop.run_until_complete(asyncio.start_server(self._come_in, host, port, limit=_CHUNK))
        except BaseException:
            self._loop.close()
            raise
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="foxglove-door", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up on everybody and end the thread."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _hang_up(self) -> None:
        self._server.close()
        for _ in range(_TURNS_TO_BEGIN):  # whoever has just come has a task by then, which can be ended
            await asyncio.sleep(0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _come_in(self, heard: asyncio.StreamReader, told: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(OSError, TimeoutError, asyncio.CancelledError):
                if self._inside >= self._most:
                    self.turned_away += 1
                    told.write(_FULL)
                else:
                    await self._serve(heard, told)
                told.close()
                async with asyncio.timeout(DEAF_AFTER_S):
                    await told.wait_closed()
        finally:
            await _aborted(told)
            self._tasks.discard(task)

    async def _serve(self, heard: asyncio.StreamReader, told: asyncio.StreamWriter) -> None:
        self._inside += 1
        try:
            await self._pass_on(heard, told)
        finally:
            self._inside -= 1

    async def _pass_on(self, heard: asyncio.StreamReader, told: asyncio.StreamWriter) -> None:
        """Until one side hangs up."""
        told.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        inner_heard, inner_told = await asyncio.open_connection("127.0.0.1", self._inner_port, limit=_CHUNK)
        ways = {asyncio.create_task(_listen(heard, inner_told)), asyncio.create_task(_tell(inner_heard, told))}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            inner_told.transport.abort()  # before anything is awaited, which may be cut short by another cancellation
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            await _aborted(inner_told)


async def _aborted(connection: asyncio.StreamWriter) -> None:
    """Close a connection, whatever the other side has not taken yet."""
    connection.transport.abort()
    with suppress(OSError):
        await connection.wait_closed()


async def _listen(client: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
    while chunk := await client.read(_CHUNK):
        server.write(chunk)
        await server.drain()
        await asyncio.sleep(len(chunk) / HEARD_BYTES_PER_S)


async def _tell(server: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
    # `wait_for` of Python 3.11 loses a cancellation that comes together with what it waits for, and closing waits for ever.
    async with asyncio.timeout(GREETED_WITHIN_S):
        chunk = await server.read(_CHUNK)
    while chunk:
        client.write(chunk)
        try:
            async with asyncio.timeout(DEAF_AFTER_S):
                await client.drain()
        except TimeoutError:
            client.transport.abort()  # closing would wait until it has taken what is left
            return
        chunk = await server.read(_CHUNK)
