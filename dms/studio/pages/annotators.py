"""What the page of a drive asks for about two people who labelled it: whose labels there are, and how far two of them agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dms.drives.labels.agreement import agreement_of
from dms.drives.labels.annotators import INSIDE, files_beside, labels_in
from dms.drives.labels.labels import label_problems
from dms.errors import DmsError, DriveError
from dms.studio.entries import Entry
from dms.studio.seen import Seen
from dms.types import Label
from dms.wire import to_json


class AnnotatorAnswers:
    """`entry_of` and `seen_of` find what a question is about."""

    def __init__(self, entry_of: Callable[[Request], Entry], seen_of: Callable[[Entry], Seen]) -> None:
        self._entry_of, self._seen_of = entry_of, seen_of

    def annotators(self, request: Request) -> Response:
        """`GET /api/drives/ID/annotators`: whose labels there are: names of files beside the drive, and `inside`."""
        entry = self._entry_of(request)
        inside = [INSIDE] if self._seen_of(entry).inside else []
        return _json({"annotators": [*(path.name for path in files_beside(entry.place.path)), *inside]})

    def agreement(self, request: Request) -> Response:
        """`GET /api/drives/ID/agreement?a=…&b=…`: the labels of both, and how far they agree."""
        entry = self._entry_of(request)
        seen = self._seen_of(entry)
        names = [request.query_params.get(side, "") for side in ("a", "b")]
        try:
            a, b = (_labels(entry.place.path, seen, name) for name in names)
        except DmsError as error:
            raise HTTPException(422, str(error).replace(f"{entry.place.path.parent}/", "")) from error
        agreement = msgspec.to_builtins(agreement_of(a, b, seen.start_s, seen.end_s))
        sides = {side: {"name": name, "labels": labels} for side, name, labels in zip("ab", names, (a, b), strict=True)}
        return _json({**sides, "agreement": agreement})


def annotator_routes(here: str, answers: AnnotatorAnswers) -> Sequence[Route]:
    """The routes below that of a drive."""
    return [
        Route(f"{here}/annotators", answers.annotators, methods=["GET"]),
        Route(f"{here}/agreement", answers.agreement, methods=["GET"]),
    ]


def _labels(drive: Path, seen: Seen, name: str) -> list[Label]:
    if name == INSIDE:
        labels = list(seen.inside)
    else:
        path = next((path for path in files_beside(drive) if path.name == name), None)
        if path is None:
            raise DriveError(f"{name[:80]}: there is no such file of labels beside this drive, or it is not there any more")
        labels = labels_in(path, drive)
    problems = label_problems(labels, seen.start_s, seen.end_s, seen.warnings)
    if problems:
        raise DriveError("\n".join(f"{name}: {problem}" for problem in problems))
    return labels


def _json(answer: Mapping[str, Any]) -> Response:
    return Response(to_json(answer), media_type="application/json")
