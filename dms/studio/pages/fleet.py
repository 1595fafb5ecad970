"""All drives together: alerts and false alarms per hour, availability and attention, by driver and week, for one pack or two."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dms.errors import DmsError
from dms.studio.fleet.fleet import Fleet, Question
from dms.studio.index import Index
from dms.studio.pages.page import Page
from dms.studio.rules.work import Work
from dms.types import Level

_LONGEST = 300


class FleetAnswers:
    """What the page asks for."""

    def __init__(self, index: Index) -> None:
        self._fleet = Fleet(index, Work(index))

    def about(self, request: Request) -> Response:
        """`GET /api/fleet/packs`: what drives can be held against, and the levels of alerts."""
        about = {"packs": self._fleet.packs(), "levels": [str(level) for level in Level]}
        return Response(msgspec.json.encode(about), media_type="application/json")

    def groups(self, request: Request) -> Response:
        """`GET /api/fleet?by=…&driver=…&week=…&level=…&against=…&version=…`: the groups, and where packs differ."""
        try:
            answer = self._fleet.answer(question_in(dict(request.query_params)))
        except DmsError as error:
            raise HTTPException(422, str(error)) from error
        return Response(answer, media_type="application/json")


def question_in(asked: dict[str, str]) -> Question:
    """The question that stands in an address.

    Raises:
        HTTPException: it is none.
    """
    if any(len(value) > _LONGEST for value in asked.values()):
        raise HTTPException(400, f"more than {_LONGEST} characters")
    try:
        return msgspec.convert({name: value for name, value in asked.items() if value}, Question)
    except msgspec.ValidationError as error:
        raise HTTPException(400, f"not a question of this page: {error}") from error


def _routes(index: Index) -> Sequence[Route]:
    answers = FleetAnswers(index)
    return [
        Route("/api/fleet/packs", answers.about, methods=["GET"]),
        Route("/api/fleet", answers.groups, methods=["GET"]),
    ]


PAGE = Page(name="fleet", path="/fleet", title="Fleet", routes=_routes, link="Fleet")
