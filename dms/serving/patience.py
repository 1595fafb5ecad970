"""How long a caller may keep a connection without using it, so that sixty who say nothing keep out nobody."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN_S = 10.0
"""From its first byte, or from connecting, until the head of a request has come whole. A browser sends it in one go."""
TAKEN_WITHIN_S = 30.0
"""So long may an answer lie here without the caller taking any more of it."""
MOST_CONNECTIONS = 256
"""Whoever comes beyond is hung up on at once: to say that it is busy takes a descriptor as well."""


class PatientProtocol(H11Protocol):
    """HTTP as the server speaks it, with limits of time where it has none of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_due: asyncio.TimerHandle | None = None
        self._answer_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._head_due = self.loop.call_later(HEAD_WITHIN_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Something was sent: the head of a request, its body, or a part of them."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._head_has_come()
        elif self._head_due is None:
            self._head_due = self.loop.call_later(HEAD_WITHIN_S, self.transport.abort)

    def on_response_complete(self) -> None:
        """The answer is sent; a next request may have come with the one before."""
        super().on_response_complete()
        self._head_has_come()

    def pause_writing(self) -> None:
        """The caller takes no more for now."""
        super().pause_writing()
        self._answer_due = self._answer_due or self.loop.call_later(TAKEN_WITHIN_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The caller takes the answer again."""
        super().resume_writing()
        self._answer_is_taken()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        self._head_has_come()
        self._answer_is_taken()
        super().connection_lost(exc)

    def _head_has_come(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _answer_is_taken(self) -> None:
        if self._answer_due is not None:
            self._answer_due.cancel()
            self._answer_due = None
