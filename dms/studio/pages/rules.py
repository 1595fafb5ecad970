"""The page of rules: a pack in sentences, its numbers moved, what that does to one drive and to all, and the pack saved."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dms.drives.report.data import judged_data
from dms.drives.report.episodes import counts_by_level
from dms.errors import DmsError
from dms.studio.entries import Entry
from dms.studio.index import Index
from dms.studio.pages.asked import Asked, Word, json_answer, question
from dms.studio.pages.page import Page
from dms.studio.rules.bench import Superseded
from dms.studio.rules.changes import changes_between
from dms.studio.rules.everywhere import Everywhere
from dms.studio.rules.moved import Moved
from dms.studio.rules.packs import SHIPPED, Packs
from dms.studio.rules.processes import result_of
from dms.studio.rules.tally import Side, figures_of, side_of
from dms.studio.rules.work import Work

_MOST_RUNS = 64


class PackAsked(Asked, frozen=True, forbid_unknown_fields=True):
    """A pack as it was opened, with other numbers by their names."""

    pack: Word
    sha256: Word
    values: dict[str, int | float] = msgspec.field(default_factory=dict)


class TryAsked(Asked, frozen=True, forbid_unknown_fields=True):
    """Two packs to be held against each other on a drive. `window` stands for whoever waits; `exact`: on every frame."""

    window: Word
    drive: Word
    before: PackAsked
    now: PackAsked
    exact: bool = True


class SetAsked(Asked, frozen=True, forbid_unknown_fields=True):
    """The same on all drives."""

    window: Word
    before: PackAsked
    now: PackAsked


class StopAsked(Asked, frozen=True, forbid_unknown_fields=True):
    """What goes on for that window is to end."""

    window: Word


class SaveAsked(Asked, frozen=True, forbid_unknown_fields=True):
    """See `Packs.save`. Without `write`, only the differences are told."""

    now: PackAsked
    place: int
    name: Word
    replaces: Word | None = None
    write: bool = False


class RuleAnswers:
    """What the page asks for."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._packs = Packs(index.around.pack_folders, index.setting.pack.path)
        self._work = Work(index)
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, Everywhere] = OrderedDict()

    def packs(self, request: Request) -> Response:
        """`GET /api/rules`: which packs there are, and where one may be saved."""
        known = [
            {"id": each.identity, "name": each.name, "shipped": each.place == SHIPPED, "path": str(each.path)}
            for each in self._packs
        ]
        places = [str(folder) for folder in self._packs.folders]
        return json_answer({"packs": known, "used": self._packs.used, "places": places})

    def pack(self, request: Request) -> Response:
        """`GET /api/rules/pack?id=…`: a pack in sentences."""
        identity = request.query_params.get("id", "")
        try:
            sheet = self._packs.open(identity).sheet
        except DmsError as error:
            raise HTTPException(422, str(error)) from error
        known = self._packs.find(identity)
        place = int(known.place) if known.place.isdecimal() else None
        return Response(msgspec.json.encode({"id": identity, "place": place, "sheet": sheet}), media_type="application/json")

    async def sentences(self, request: Request) -> Response:
        """`POST /api/rules/sentences`: its sentences with other numbers, or why it may not have them."""
        asked = await question(request, PackAsked)

        def answer() -> Response:
            moved = self._moved(asked)
            return _encoded(
                {
                    "values": moved.values,
                    "sections": moved.opened.sections(moved),
                    "is_stale": not self._packs.is_as_opened(asked.pack, moved.opened),
                }
            )

        return await run_in_threadpool(answer)

    async def try_(self, request: Request) -> Response:
        """`POST /api/rules/try`: what two packs make of a drive."""
        asked = await question(request, TryAsked)
        return await run_in_threadpool(self._try, asked)

    def _try(self, asked: TryAsked) -> Response:
        before, now = self._moved(asked.before), self._moved(asked.now)
        entry = self._entry(asked.drive)
        ticket = self._work.ticket(f"{asked.window} drive")
        try:
            seen = self._work.seen(entry)
            trial = self._work.begin(entry, seen, now, ticket, exact=asked.exact, near=True)
            unmoved = self._work.begin(entry, seen, before, ticket, near=True)
            sides = (
                side_of(entry.place, seen, before.pack, result_of(unmoved)),
                side_of(entry.place, seen, now.pack, result_of(trial)),
            )
        except Superseded as error:
            raise HTTPException(409, "another number was moved meanwhile") from error
        except DmsError as error:  # the drive's fault, not that of the numbers
            raise HTTPException(424, str(error)) from error
        return Response(_tried(asked, now, sides, entry), media_type="application/json")

    async def everywhere(self, request: Request) -> Response:
        """`POST /api/rules/set`: begin the same on all drives, in the place of what this window began before."""
        asked = await question(request, SetAsked)
        return await run_in_threadpool(self._everywhere, asked)

    def _everywhere(self, asked: SetAsked) -> Response:
        before, now = self._moved(asked.before), self._moved(asked.now)
        entries = sorted(self._index.entries, key=lambda entry: str(entry.place.path))
        run = Everywhere(self._work, entries, before, now, self._work.ticket(f"{asked.window} set"))
        with self._lock:
            self._runs.pop(asked.window, None)
            self._runs[asked.window] = run
            while len(self._runs) > _MOST_RUNS:
                self._runs.popitem(last=False)
        return json_answer(run.told())

    def progress(self, request: Request) -> Response:
        """`GET /api/rules/set?window=…`: how far it is, and what it has come to."""
        with self._lock:
            run = self._runs.get(request.query_params.get("window", ""))
        if run is None:
            raise HTTPException(404, "nothing was begun")
        return json_answer(run.told())

    async def stop(self, request: Request) -> Response:
        """`POST /api/rules/stop`: leave it."""
        asked = await question(request, StopAsked)
        self._work.ticket(f"{asked.window} set")
        return json_answer({})

    async def save(self, request: Request) -> Response:
        """`POST /api/rules/save`: the pack as a file, or what would be different in it."""
        asked = await question(request, SaveAsked)
        return await run_in_threadpool(self._save, asked)

    def _save(self, asked: SaveAsked) -> Response:
        moved = self._moved(asked.now)
        try:
            saved = self._packs.save(asked.now.pack, moved, asked.place, asked.name, asked.replaces, write=asked.write)
        except DmsError as error:
            raise HTTPException(409, str(error)) from error
        identity = f"{asked.place}/{asked.name}"
        about = {"id": identity, "path": str(saved.path), "diff": saved.diff, "replaces": saved.replaces}
        return json_answer({**about, "is_open": identity == asked.now.pack})

    def _moved(self, asked: PackAsked) -> Moved:
        try:
            opened = self._packs.open(asked.pack, asked.sha256)
        except DmsError as error:
            raise HTTPException(410, str(error)) from error
        try:
            return opened.moved(asked.values)
        except DmsError as error:
            words = str(error).replace(f"{opened.original.pack.path.parent}/", "")
            raise HTTPException(422, words) from error

    def _entry(self, identity: str) -> Entry:
        entry = self._index.entries.get(identity)
        if entry is None:
            raise HTTPException(404, "there is no such drive, or it is not there any more")
        return entry


def _tried(asked: TryAsked, now: Moved, sides: Sequence[Side], entry: Entry) -> bytes:
    judgements = [side.judgement for side in sides]
    replay = sides[1].replay
    about = {
        "exact": asked.exact,
        "values": now.values,
        "problems": sides[1].problems,
        "levels": [dict(counts_by_level(one.episodes)) for one in judgements],
        "figures": [figures_of([one.score]) for one in judgements],
        "changes": changes_between(*judgements),
        "name": entry.place.name,
    }
    judged = json.dumps(judged_data(replay, judgements), allow_nan=False, separators=(",", ":"))
    return b'{"judged":' + judged.encode() + b',"about":' + msgspec.json.encode(about) + b"}"


def _encoded(answer: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _routes(index: Index) -> Sequence[Route]:
    answers = RuleAnswers(index)
    return [
        Route("/api/rules", answers.packs, methods=["GET"]),
        Route("/api/rules/pack", answers.pack, methods=["GET"]),
        Route("/api/rules/sentences", answers.sentences, methods=["POST"]),
        Route("/api/rules/try", answers.try_, methods=["POST"]),
        Route("/api/rules/set", answers.everywhere, methods=["POST"]),
        Route("/api/rules/set", answers.progress, methods=["GET"]),
        Route("/api/rules/stop", answers.stop, methods=["POST"]),
        Route("/api/rules/save", answers.save, methods=["POST"]),
    ]


PAGE = Page(name="rules", path="/rules", title="Rules", routes=_routes, link="Rules")
