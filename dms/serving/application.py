"""The routes: what each takes, refuses and answers. Nothing is kept of what is sent."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dms import __version__
from dms.errors import SourceError, reason
from dms.serving import formats
from dms.serving.bodies import body_of
from dms.serving.counts import CONTENT_TYPE, Counts
from dms.serving.description import JSON, described, page_of
from dms.serving.prediction import Limits, Prediction, Predictor
from dms.wire import to_json

LOG = logging.getLogger(__name__)

BUSY_RETRY_S = 1
_WORDS = {404: "nothing is here: / tells what there is", 405: "not this way: / tells how"}
_SECURITY = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Answers:
    """Answers requests with one predictor, which reads on a thread of its own. `token`: what callers must know, if anything."""

    def __init__(self, predictor: Predictor, limits: Limits, token: str | None = None) -> None:
        self._predictor, self._limits, self._token = predictor, limits, token
        self._thread: ThreadPoolExecutor | None = None
        self._counts = Counts()
        self._waiting = 0
        self._description = to_json(described(limits, has_token=token is not None))
        self._page = page_of(limits, has_token=token is not None).encode()

    async def predict(self, request: Request) -> Response:
        """`POST /predict`."""
        response = await _said_as_json(self._predict, request)
        self._counts.answered(response.status_code)
        return response

    async def health(self, _: Request) -> Response:
        """`GET /health`: whether it answers, and with which weights."""
        told = {"status": "ok", "version": __version__, "models": self._predictor.model_hashes, "waiting": self._waiting}
        return _answer(to_json(told))

    async def metrics(self, request: Request) -> Response:
        """`GET /metrics`."""
        self._check_token(request)
        return Response(self._counts.page(), media_type=CONTENT_TYPE, headers=_SECURITY)

    async def description(self, _: Request) -> Response:
        """`GET /openapi.json`."""
        return _answer(self._description)

    async def page(self, _: Request) -> Response:
        """`GET /`: the same for people."""
        return Response(self._page, media_type="text/html; charset=utf-8", headers=_SECURITY)

    def open(self) -> None:
        """Start the thread that reads."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="prediction")

    def close(self) -> None:
        """Wait for what is being read, and end the thread."""
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)

    async def _predict(self, request: Request) -> Response:
        self._check_token(request)
        if self._waiting >= self._limits.waiting:
            raise HTTPException(503, "busy: ask again in a moment", {"retry-after": str(BUSY_RETRY_S)})
        self._waiting += 1
        self._counts.waiting.set(self._waiting)
        try:
            body = await body_of(request, self._limits.body_bytes, self._limits.silence_s, self._limits.slowest_bytes_per_s)
            prediction = await self._read(body)
        finally:
            self._waiting -= 1
            self._counts.waiting.set(self._waiting)
        return _answer(to_json(prediction))

    async def _read(self, body: bytes) -> Prediction:
        kind = formats.kind_of_body(body[: formats.FIRST_BYTES])
        if kind is None:
            expected = f"expected a picture ({formats.PICTURES}) or a clip ({formats.CLIPS}) as the body itself"
            raise HTTPException(415, f"{expected}: curl --data-binary @FILE" if body else f"an empty body: {expected}")
        read = self._predictor.picture if kind == "picture" else self._predictor.clip
        assert self._thread is not None, "answers before it was opened"
        begun = time.monotonic()
        try:
            prediction = await asyncio.get_running_loop().run_in_executor(self._thread, read, body)
        except SourceError as error:
            raise HTTPException(422, str(error)) from error
        except OSError as error:
            LOG.error("a clip could not be put down to be read: %s", reason(error))  # noqa: TRY400 (whose disk is full is no mystery)
            raise HTTPException(507, "this machine has no room to read a clip in: pictures are answered") from error
        self._counts.read(kind, len(prediction.observations), time.monotonic() - begun)
        return prediction

    def _check_token(self, request: Request) -> None:
        if self._token is None:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token.encode()):
            raise HTTPException(401, "wants a token: Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"})


def application(answers: Answers) -> Starlette:
    """The application, to be served by any ASGI server."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        answers.open()
        yield
        answers.close()

    return Starlette(
        routes=[
            Route("/predict", answers.predict, methods=["POST"]),
            Route("/health", answers.health, methods=["GET"]),
            Route("/metrics", answers.metrics, methods=["GET"]),
            Route("/openapi.json", answers.description, methods=["GET"]),
            Route("/", answers.page, methods=["GET"]),
        ],
        exception_handlers={HTTPException: _refused},
        lifespan=lifespan,
    )


async def _said_as_json(answer: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    try:
        return await answer(request)
    except HTTPException as error:
        return await _refused(request, error)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = _WORDS.get(error.status_code, error.detail)
    return _answer(to_json({"error": words}), error.status_code, dict(error.headers or {}))


def _answer(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, {**_SECURITY, **(headers or {})}, JSON)
