"""The files of the pages: read once, served by the names that exist and by no other."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from string import Template

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dms.drives.report.markup import Markup, element, joined

_ROOMS = {"report": "dms.drives.report", "studio": "dms.studio"}
"""Whose assets may be asked for. The report's are the timeline and its style."""
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@cache
def served() -> dict[str, tuple[bytes, str, str]]:
    """Content, type and tag of each file, by its path below `/assets/`."""
    found: dict[str, tuple[bytes, str, str]] = {}
    for room, package in _ROOMS.items():
        for file in (files(package) / "assets").iterdir():
            suffix = file.name[file.name.rfind(".") :]
            if suffix in _TYPES:
                content = file.read_bytes()
                found[f"{room}/{file.name}"] = (content, _TYPES[suffix], f'"{hashlib.sha256(content).hexdigest()[:16]}"')
    return found


async def asset(request: Request) -> Response:
    """`GET /assets/…`."""
    known = served().get(request.path_params["name"])
    if known is None:
        raise HTTPException(404, "no such file")
    content, kind, tag = known
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


def page_text(title: str, script: str, body: str, navigation: Markup) -> str:
    """A page: `script` and `body` name its files."""
    modules = sorted(name for name in served() if name.endswith(".js") and name != "report/main.js")
    links = [element("link", rel="modulepreload", href=f"/assets/{name}") for name in modules]
    return Template(_text("shell.html")).substitute(
        title=joined(title), preload=joined(*links), script=script, navigation=navigation, body=_text(body)
    )


@cache
def _text(name: str) -> str:
    return (files("dms.studio") / "assets" / name).read_text(encoding="utf-8")
