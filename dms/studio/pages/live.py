"""A running service: what the driver does, what it says of that, how it gets on, and marks in what it records."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dms.errors import DmsError
from dms.serving.bodies import body_of
from dms.studio.index import Index
from dms.studio.live.line import Line
from dms.studio.live.stream import events
from dms.studio.live.telling import CHARTED
from dms.studio.pages.page import Page
from dms.wire import to_json

MOST_STREAMS = 16
"""Windows that watch at once. One that is hidden does not."""
MOST_BYTES = 4096
_SILENCE_S = 20.0
_SLOWEST_BYTES_PER_S = 256


class MarkAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the present moment is marked."""

    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


_asked = msgspec.json.Decoder(MarkAsked).decode


class LiveAnswers:
    """What the page asks for."""

    def __init__(self, index: Index, line: Line) -> None:
        self._index, self._line = index, line
        self._free = threading.Semaphore(MOST_STREAMS)

    def about(self, request: Request) -> Response:
        """`GET /api/live`: which service is listened to."""
        return _json({"endpoint": self._line.endpoint, "charted": CHARTED})

    async def stream(self, request: Request) -> Response:
        """`GET /api/live/events`: server-sent events, until the browser leaves."""
        if not self._free.acquire(blocking=False):
            raise HTTPException(503, f"{MOST_STREAMS} windows watch already: close one of them", {"retry-after": "5"})
        return _Stream(self._line, self._free.release)

    async def mark(self, request: Request) -> Response:
        """`POST /api/live/mark`: mark this moment; the answer comes once that is on the service's disk."""
        body = await body_of(request, MOST_BYTES, _SILENCE_S, _SLOWEST_BYTES_PER_S)
        try:
            asked = _asked(body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise HTTPException(400, f"not a mark: {error}") from error
        return await run_in_threadpool(self._mark, asked.note)

    def _mark(self, note: str) -> Response:
        try:
            marked = self._line.mark(note)
        except DmsError as error:
            raise HTTPException(409, str(error)) from error
        files = marked.mark.files
        return _json(
            {
                "t": marked.mark.t,
                "note": marked.mark.note,
                "says": f"marked at {marked.mark.t:.1f} s of the drive{marked.pictures_in_words}",
                "files": files,
                "drive": self._drive_of(files),
            }
        )

    def _drive_of(self, files: Sequence[str]) -> str | None:
        """The identity of the drive that holds the mark, if it is one of those of the studio."""
        places = {entry.place.path.absolute(): entry.place.identity for entry in self._index.entries}
        return next((places[path] for path in map(Path, reversed(files)) if path in places), None)


class _Stream(StreamingResponse):
    """Events until the browser leaves or the line ends; `over` is called then, whatever happens."""

    def __init__(self, line: Line, over: Callable[[], None]) -> None:
        # A proxy that collects answers before it hands them on would hold back all of it.
        super().__init__(events(line), media_type="text/event-stream", headers={"x-accel-buffering": "no"})
        self._over = over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._over()


def _json(answer: dict[str, object]) -> Response:
    return Response(to_json(answer), media_type="application/json")


def _without_line(request: Request) -> Response:
    return _json({"endpoint": None})


def _routes(index: Index) -> Sequence[Route]:
    if index.around.line is None:
        return [Route("/api/live", _without_line, methods=["GET"])]
    answers = LiveAnswers(index, index.around.line)
    return [
        Route("/api/live", answers.about, methods=["GET"]),
        Route("/api/live/events", answers.stream, methods=["GET"]),
        Route("/api/live/mark", answers.mark, methods=["POST"]),
    ]


PAGE = Page(name="live", path="/live", title="Live", routes=_routes, link="Live", asks_first="/api/live")
