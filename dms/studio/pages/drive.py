"""One drive: its series, what the pack made of it, its labels and changes to them, what was seen, and its pictures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dms.drives.labels.labels import LABEL_KINDS
from dms.drives.report.data import judged_data
from dms.drives.report.episodes import judge
from dms.errors import DmsError
from dms.serving.bodies import body_of
from dms.studio.entries import Entry
from dms.studio.index import Index
from dms.studio.label_changes import MOST_CHANGES, Change
from dms.studio.labels import Written, read, write
from dms.studio.observed import MOST_S, observed_between
from dms.studio.pages.annotators import AnnotatorAnswers, annotator_routes
from dms.studio.pages.page import Page
from dms.studio.pictures import Pictures, observed_file, video_type
from dms.studio.seen import Seen
from dms.types import KSS, Label
from dms.wire import to_json

MOST_BYTES = 1 << 20
"""Of changes to labels at once: several thousand of them."""
_SILENCE_S = 20.0
_SLOWEST_BYTES_PER_S = 4 << 10
_changes = msgspec.json.Decoder(list[Change]).decode
Answer = Callable[[Request], Response]


class DriveAnswers:
    """What the page of a drive asks for."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._pictures = Pictures(index.around.recorded_as)

    def drive(self, request: Request) -> Response:
        """`GET /api/drives/ID`: everything that is drawn; 202 while it has yet to be read."""
        entry = self.entry_of(request)
        opened = self._index.opened(entry)
        if opened is None:
            if entry.state == "broken":
                raise HTTPException(422, entry.problem or "this drive cannot be read")
            return Response(to_json({"state": entry.state, "name": entry.place.name}), 202, media_type="application/json")
        seen, series = opened
        about = {
            "name": entry.place.name,
            "driver": entry.figures.driver if entry.figures is not None else None,
            "pack": self._index.setting.pack.name,
            "kinds": [str(kind) for kind in LABEL_KINDS],
            "notes": list(seen.warnings),
            "shown": self._pictures.kind_of(entry.place.path),
            "observed": observed_file(entry.place.path) is not None,
        }
        judged = self._judged(entry, seen)
        parts = (b'{"about":', to_json(about), b',"series":', series, b',"judged":', judged, b"}")
        return Response(b"".join(parts), media_type="application/json")

    def labels(self, request: Request) -> Response:
        """`GET /api/drives/ID/labels?version=…`: what the pack made of it against the labels as they are now; little, if these
        are of the version that the page has."""
        entry = self.entry_of(request)
        seen = self.seen_of(entry)
        try:
            written = read(entry.place.path, seen)
        except DmsError as error:
            return Response(self._judged_of(entry, seen, None, problem=str(error)), media_type="application/json")
        if written.version == request.query_params.get("version"):
            same = {"same": True, "version": written.version, "problems": written.labelled.problems()}
            return Response(to_json(same), media_type="application/json")
        return Response(self._judged_of(entry, seen, written), media_type="application/json")

    async def change(self, request: Request) -> Response:
        """`POST /api/drives/ID/labels`: a list of changes; the answer is what they came to."""
        entry = self.entry_of(request)
        body = await body_of(request, MOST_BYTES, _SILENCE_S, _SLOWEST_BYTES_PER_S)
        try:
            changes = _changes(body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise HTTPException(400, f"not a list of changes: {error}") from error
        if len(changes) > MOST_CHANGES:
            raise HTTPException(413, f"{len(changes)} changes; at most {MOST_CHANGES} at once")
        return await run_in_threadpool(self._change, entry, changes)

    def _change(self, entry: Entry, changes: Sequence[Change]) -> Response:
        seen = self.seen_of(entry)
        try:
            written = write(entry.place.path, seen, changes)
        except DmsError as error:
            raise HTTPException(409, str(error)) from error
        self._index.relabelled(entry.place.identity)
        return Response(self._judged_of(entry, seen, written), media_type="application/json")

    def observations(self, request: Request) -> Response:
        """`GET /api/drives/ID/observations?from=…&to=…`: what was seen in some seconds."""
        entry = self.entry_of(request)
        begin_s, end_s = _seconds(request, "from"), _seconds(request, "to")
        if not 0 <= end_s - begin_s <= MOST_S:
            raise HTTPException(400, f"from {begin_s:g} s to {end_s:g} s: {MOST_S:g} s at most at once")
        file = observed_file(entry.place.path)
        try:
            found = [] if file is None else list(observed_between(file, begin_s, end_s))
        except DmsError as error:
            raise HTTPException(422, str(error)) from error
        return Response(msgspec.json.encode(found), media_type="application/json")

    def picture(self, request: Request) -> Response:
        """`GET /api/drives/ID/picture?t=…`: what the camera saw then."""
        t = _seconds(request, "t")
        try:
            found = self._pictures.near(self.entry_of(request).place.path, t)
        except DmsError as error:
            raise HTTPException(422, str(error)) from error
        if found is None:
            raise HTTPException(404, f"no picture near {t:g} s")
        return Response(found.jpeg, media_type="image/jpeg", headers={"x-t": f"{found.t:.3f}"})

    def video(self, request: Request) -> Response:
        """`GET /api/drives/ID/video`: the file itself, any part of it."""
        place = self.entry_of(request).place
        found = video_type(place.path)
        if found is None or not found[0].is_file():
            raise HTTPException(404, "no video that a browser could show")
        return FileResponse(found[0], media_type=found[1])

    def _judged(self, entry: Entry, seen: Seen) -> bytes:
        try:
            written = read(entry.place.path, seen)
        except DmsError as error:
            return self._judged_of(entry, seen, None, problem=str(error))
        return self._judged_of(entry, seen, written)

    def _judged_of(self, entry: Entry, seen: Seen, written: Written | None, problem: str | None = None) -> bytes:
        replay = seen.replay(entry.place.path, written.labelled.beside if written is not None else ())
        judgement = judge(self._index.setting.pack, replay, seen.availability, seen.excused)
        inside = set(seen.inside)
        answer = {
            **judged_data(replay, [judgement]),
            "all": [_editable(label, inside=label in inside) for label in replay.labels],
            "file": written.labelled.side.name if written is not None else None,
            "version": written.version if written is not None else None,
            "problems": [problem] if problem is not None else list(written.labelled.problems()) if written is not None else [],
            "conflicts": [msgspec.to_builtins(conflict) for conflict in written.conflicts] if written is not None else [],
        }
        return json.dumps(answer, allow_nan=False, separators=(",", ":")).encode()

    def entry_of(self, request: Request) -> Entry:
        """The drive that a request is about."""
        entry = self._index.entries.get(request.path_params["identity"])
        if entry is None:
            if not self._index.looked.is_set():
                raise HTTPException(503, "still looking for drives", {"retry-after": "1"})
            raise HTTPException(404, "there is no such drive, or it is not there any more")
        return entry

    def seen_of(self, entry: Entry) -> Seen:
        """What a drive came to."""
        seen = self._index.seen(entry)
        if seen is None:
            self._index.want(entry.place.identity)
            raise HTTPException(409, "this drive has changed and is being read again: try again in a moment")
        return seen


def _editable(label: Label, *, inside: bool) -> dict[str, Any]:
    """A label as the page edits it: with ratings, and whether it is in the drive itself."""
    record = {"t": label.t, "end": label.end, "kind": label.kind, "note": label.note}
    return {"inside": inside, "label": record | ({"value": label.value} if label.value is not None or label.kind == KSS else {})}


def _seconds(request: Request, name: str) -> float:
    text = request.query_params.get(name, "")
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e9:
        raise HTTPException(400, f"{name}={text[:40]!r}: a number of seconds is wanted")
    return value


def _routes(index: Index) -> Sequence[Route]:
    answers = DriveAnswers(index)
    here = "/api/drives/{identity}"
    return [
        Route(here, answers.drive, methods=["GET"]),
        Route(f"{here}/labels", answers.labels, methods=["GET"]),
        Route(f"{here}/labels", answers.change, methods=["POST"]),
        Route(f"{here}/observations", answers.observations, methods=["GET"]),
        Route(f"{here}/picture", answers.picture, methods=["GET"]),
        Route(f"{here}/video", answers.video, methods=["GET"]),
        *annotator_routes(here, AnnotatorAnswers(answers.entry_of, answers.seen_of)),
    ]


PAGE = Page(name="drive", path="/drives/{identity}", title="Drive", routes=_routes, asks_first="/api/drives/{identity}")
