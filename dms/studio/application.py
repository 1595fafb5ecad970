"""The application: pages, their files, and what they ask for, all behind the gate."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dms.drives.report.markup import Markup, element, joined
from dms.errors import DmsError
from dms.studio.files import asset, page_text
from dms.studio.gate import Door, Gate, refusal
from dms.studio.index import Index
from dms.studio.pages.all import PAGES
from dms.studio.pages.page import Page

_WORDS = {404: "nothing is here", 405: "not this way"}


def application(index: Index, door: Door) -> Gate:
    """The whole studio, to be served by any ASGI server. The index works from its start to its end."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        index.start()
        yield
        index.stop()

    routes = [Route(page.path, _shown(page), methods=["GET"]) for page in PAGES]
    routes += [route for page in PAGES for route in page.routes(index)]
    routes.append(Route("/assets/{name:path}", asset, methods=["GET"]))
    handlers = {HTTPException: _refused, DmsError: _failed, OSError: _failed, sqlite3.Error: _failed}
    return Gate(Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan), door)


def _shown(page: Page) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        first = None if page.asks_first is None else page.asks_first.format(**request.path_params)
        return HTMLResponse(page_text(page.title, f"studio/{page.name}.js", f"{page.name}.html", _navigation(page), first))

    return show


def _navigation(here: Page) -> Markup:
    links = [(page, page.link) for page in PAGES if page.link is not None]
    return joined(*(element("a", name, href=page.path, aria_current="page" if page is here else None) for page, name in links))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    usual = error.detail in ("Not Found", "Method Not Allowed")
    answer = refusal(request, error.status_code, _WORDS[error.status_code] if usual else error.detail)
    answer.headers.update(error.headers or {})
    return answer


async def _failed(request: Request, error: Exception) -> Response:
    return refusal(request, 422, str(error))
