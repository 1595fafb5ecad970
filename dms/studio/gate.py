"""Who may ask: whoever knows the token, under a name of this machine, and no page of another site.

The token stands in the address that the studio prints. The first page puts it into a cookie, so that links need not carry it.
A cookie is sent along by whatever page makes the browser ask; so a change is taken from our own pages only, by `Origin`.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dms.wire import to_json

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True)
class Door:
    """`names` are the hosts that are answered under, without a port; with `any_address`, every address given in digits as well.

    `cookie` is called after the port, as cookies know none and two studios have two tokens.
    """

    token: str = field(repr=False)
    names: Collection[str]
    any_address: bool
    cookie: str


class Gate:
    """Lets requests through to an ASGI application, or refuses them in a sentence."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        request = Request(scope)
        answer = self._at_the_door(request)
        await (answer or self._app)(scope, receive, send_safely)

    def _at_the_door(self, request: Request) -> Response | None:
        """An answer that is given instead of the application's; None if it may be asked."""
        host = request.headers.get("host", "")
        if not self._is_ours(host):
            return refusal(
                request, 400, f"not under the name {host[:80]!r}: dms studio --name lets it be asked under another one"
            )
        if (origin := request.headers.get("origin")) is not None and urlsplit(origin).netloc != host:
            return refusal(request, 403, "asked by a page of another site")
        given = request.query_params.get("token")
        if given is not None and request.method == "GET" and self._knows(given):
            return self._remembered(request)
        if self._knows(_bearer(request)):
            return None
        if not self._knows(request.cookies.get(self._door.cookie, "")):
            return refusal(
                request, 401, "the token is missing or wrong: open the address that dms studio printed when it started"
            )
        if request.method in _CHANGING and origin is None:
            return refusal(request, 403, "a change that no page of the studio asks for")
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._door.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._door.any_address

    def _knows(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._door.token.encode())

    def _remembered(self, request: Request) -> Response:
        """The same address without the token, which is then neither in the history nor copied with a link."""
        rest = [(name, value) for name, value in request.query_params.multi_items() if name != "token"]
        path = "/" + request.url.path.lstrip("/")  # never another host's
        answer = RedirectResponse(path + (f"?{urlencode(rest)}" if rest else ""), 303)
        answer.set_cookie(self._door.cookie, self._door.token, httponly=True, samesite="lax", path="/")
        return answer


def refusal(request: Request, status: int, words: str) -> Response:
    """What is answered instead: a sentence, as JSON where a program asks."""
    if request.url.path.startswith("/api/"):
        return Response(to_json({"error": words}), status, media_type="application/json")
    return PlainTextResponse(f"{words}\n", status)


def _bearer(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""
