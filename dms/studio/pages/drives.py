"""The table of all drives: `GET /api/drives?after=REVISION` tells what is new since then."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dms.studio.entries import Changes, Entry
from dms.studio.index import Index
from dms.studio.pages.page import Page
from dms.types import Level
from dms.wire import to_json


def table_answer(changes: Changes, run: str, index_says: dict[str, Any]) -> bytes:
    """What is new, as JSON. `run` begins the revision: that of a studio that was started anew means nothing to this one."""
    return to_json(
        {
            **index_says,
            "revision": f"{run}-{changes.revision}",
            "total": changes.total,
            "done": changes.done,
            "levels": [str(level) for level in Level],
            "drives": [_line(entry, changes.looked_for) for entry in changes.entries],
            "gone": list(changes.gone),
        }
    )


def revision_in(text: str, run: str) -> int:
    """The revision that a browser has; 0 if it is of another run, or none."""
    of_run, _, number = text.rpartition("-")
    return int(number) if of_run == run and number.isdecimal() and len(number) < 16 else 0


def _line(entry: Entry, looked_for: frozenset[str]) -> dict[str, Any]:
    place, figures = entry.place, entry.figures
    line: dict[str, Any] = {"id": place.identity, "name": place.name, "state": entry.state, "problem": _briefly(entry)}
    if figures is None:
        return line
    wrong = {} if figures.problems else {"missed": figures.missed, "false": figures.false_of(looked_for)}
    return {
        **line,
        "driver": figures.driver,
        "length_s": figures.length_s,
        "judged_share": 1.0 - figures.degraded_s / figures.watched_s if figures.watched_s else None,
        "levels": figures.levels,
        "labels": figures.labels,
        "found": figures.found,
        **wrong,
        "notes": [*figures.problems, *figures.warnings],
    }


def _briefly(entry: Entry) -> str | None:
    """Why it is broken, without the folder that the row names already."""
    return None if entry.problem is None else entry.problem.replace(f"{entry.place.path.parent}/", "")


def _routes(index: Index) -> Sequence[Route]:
    run = secrets.token_hex(4)

    def table(request: Request) -> Response:
        after = revision_in(request.query_params.get("after", ""), run)
        says = {"pack": index.setting.pack.name, "notice": index.notice, "looked": index.looked.is_set()}
        return Response(table_answer(index.entries.since(after), run, says), media_type="application/json")

    return [Route("/api/drives", table, methods=["GET"])]


PAGE = Page(name="drives", path="/", title="Drives", routes=_routes, link="Drives")
