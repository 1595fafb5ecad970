"""The files of the pages: read once, served by the names that exist and by no other."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from posixpath import normpath
from string import Template

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.page import timeline_frame

_ROOMS = {"report": "dms.drives.report", "studio": "dms.studio"}
"""Whose assets may be asked for. The report's are the timeline and its style."""
_IMPORTED = re.compile(r'^import \{[^}]*\} from "([^"]+)";$', re.MULTILINE)
_TIMELINE = "<!-- timeline -->\n"
"""Where the timeline stands in a page that has one."""
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


def page_text(title: str, script: str, body: str, navigation: Markup, first: str | None = None) -> str:
    """A page. `script` is the path of its module below `/assets/`, `body` the name of what stands in it, `first` an address that
    the script asks at once."""
    links = [element("link", rel="modulepreload", href=f"/assets/{name}") for name in imported_by(script)]
    if first is not None:
        links.insert(0, element("link", rel="preload", href=first, as_="fetch", crossorigin="anonymous"))
    return Template(_text("shell.html")).substitute(
        title=joined(title),
        preload=joined(*links),
        script=f"/assets/{script}",
        navigation=navigation,
        body=_text(body).replace(_TIMELINE, timeline_frame()),
    )


def imported_by(script: str) -> list[str]:
    """The modules that a module imports, and those that these do: a browser that is told need not find them one by one."""
    found, to_read = set[str](), [script]
    while to_read:
        module = to_read.pop()
        for name in _IMPORTED.findall(served()[module][0].decode()):
            path = str(PurePosixPath(normpath(PurePosixPath(module).parent / name)))
            if path not in found:
                found.add(path)
                to_read.append(path)
    return sorted(found)


@cache
def _text(name: str) -> str:
    return (files("dms.studio") / "assets" / name).read_text(encoding="utf-8")
