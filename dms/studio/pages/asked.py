"""What pages send, read and held against what they may send, and answers to it."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dms.serving.bodies import body_of

MOST_BYTES = 1 << 18
"""Of a question: a pack has a few hundred numbers."""
_SILENCE_S = 20.0
_SLOWEST_BYTES_PER_S = 4 << 10
Word = Annotated[str, msgspec.Meta(max_length=200)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a page sends."""


Question = TypeVar("Question", bound=Asked)


async def question(request: Request, kind: type[Question]) -> Question:
    """What a page sends, as a `kind`.

    Raises:
        HTTPException: it is none (400), too large or too slow.
    """
    body = await body_of(request, MOST_BYTES, _SILENCE_S, _SLOWEST_BYTES_PER_S)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise HTTPException(400, f"not a question of this page: {error}") from error


def json_answer(answer: dict[str, Any]) -> Response:
    """An answer as JSON."""
    return Response(json.dumps(answer, allow_nan=False, separators=(",", ":")), media_type="application/json")
