"""The page of tuning: studies of `dms tune` begun, watched, stopped and gone on with, and what they found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dms.drives.studies.course import Begun
from dms.drives.studies.so_far import SoFar
from dms.drives.tuning.front import Choice
from dms.drives.tuning.optuna_study import SamplerName
from dms.errors import DmsError
from dms.studio.index import Index
from dms.studio.pages.asked import Asked, Word, json_answer, question
from dms.studio.pages.page import Page
from dms.studio.rules.packs import SHIPPED, Packs
from dms.studio.studies.folder import Studies
from dms.studio.studies.spaces import space_file, spaces_for
from dms.studio.studies.told import Pack, Readings, found_in, pack_of, told

_MOST_TRIALS = 100_000
Trials = Annotated[int, msgspec.Meta(ge=1, le=_MOST_TRIALS)]


class BeginAsked(Asked, frozen=True, forbid_unknown_fields=True):
    """A study to be begun; `pack` and `space` by what stands for them. `holdout` None: nobody is held out."""

    name: Word
    pack: Word
    space: Word
    trials: Trials = 200
    sampler: SamplerName = "tpe"
    choose: Choice = "better"
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0
    holdout: Annotated[float, msgspec.Meta(ge=0.01, le=0.9)] | None = 0.3


class GoOnAsked(Asked, frozen=True, forbid_unknown_fields=True):
    """Go on with a study until so many packs have been tried."""

    name: Word
    trials: Trials


class StopAsked(Asked, frozen=True, forbid_unknown_fields=True):
    """Stop the work on a study."""

    name: Word


class TuningAnswers:
    """What the page asks for."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._studies = Studies(index.around.studies)
        self._packs = Packs(index.around.pack_folders, index.setting.pack.path)
        self._readings = Readings()

    def studies(self, request: Request) -> Response:
        """`GET /api/tuning`: which studies there are, and what one can be begun with."""
        listed = [{"name": name, **self._briefly(name)} for name in self._studies]
        known = [
            {"id": each.identity, "name": each.name, "shipped": each.place == SHIPPED, "path": str(each.path)}
            for each in self._packs
        ]
        drives, broken = self._drives()
        answer = {
            "studies": listed,
            "folder": str(self._studies.root),
            "packs": known,
            "used": self._packs.used,
            "spaces": spaces_for(self._index.around.pack_folders),
            "drives": len(drives),
            "broken": broken,
        }
        return json_answer(answer)

    def _drives(self) -> tuple[tuple[str, ...], list[str]]:
        """The drives that a study would stand on, and those that cannot be read, which would stop it."""
        entries = sorted(self._index.entries, key=lambda entry: str(entry.place.path))
        readable = tuple(str(entry.place.path) for entry in entries if entry.state != "broken")
        return readable, [entry.place.name for entry in entries if entry.state == "broken"]

    def _briefly(self, name: str) -> dict[str, Any]:
        standing = self._studies.standing(name)
        ground = standing.course.ground if standing.course is not None else None
        return {"state": standing.state, "words": standing.words, "pack": ground.pack if ground is not None else None}

    def study(self, request: Request) -> Response:
        """`GET /api/tuning/study?name=…`: how a study stands, and everything it has found."""
        name = request.query_params.get("name", "")
        folder = self._find(name)
        standing, problems = self._studies.standing(name), list[str]()
        if standing.state not in ("at work", "stopped", "done") and (refused := self._studies.refused(name)):
            problems += [] if standing.problem == refused else [refused]
        try:
            so_far = self._readings.so_far(folder)
        except DmsError as error:
            so_far = SoFar((), 0, ())
            problems.append(str(error))
        found = found_in(folder, problems)
        pack = pack_of(standing.course, self._packs) if standing.course is not None else Pack()
        return json_answer({"name": name, **told(standing, so_far, found, pack, problems)})

    def verdict(self, request: Request) -> Response:
        """`GET /api/tuning/verdict?name=…&number=…`: what held-out drivers say of a pack of the front."""
        folder = self._find(request.query_params.get("name", ""))
        number = request.query_params.get("number", "")
        found = found_in(folder, [])
        pack = next((one for one in found.front if str(one.number) == number), None) if found is not None else None
        if found is None or pack is None:
            raise HTTPException(404, "there is no such pack on the front")
        return json_answer({"number": pack.number, "lines": found.verdict(pack)})

    async def begin(self, request: Request) -> Response:
        """`POST /api/tuning/begin`: begin a study."""
        return await run_in_threadpool(self._begin, await question(request, BeginAsked))

    def _begin(self, asked: BeginAsked) -> Response:
        index, here = self._index, Path.cwd()
        recorded = index.around.recorded_as
        try:
            begun = Begun(
                folder=str(here),
                drives=self._drives()[0],
                rules=str(self._packs.find(asked.pack).path),
                space=str(space_file(asked.space, index.around.pack_folders)),
                trials=asked.trials,
                sampler=asked.sampler,
                seed=asked.seed,
                holdout=asked.holdout,
                choose=asked.choose.replace("_", "-"),
                cues=str(index.around.studies / "cues"),
                cabin=index.around.cabin,
                speed_kph=index.setting.assumed_speed_kph,
                rotate=recorded.mounting.rotate_deg or None,
                mirror=recorded.mounting.mirror or None,
                fps=recorded.fps,
            )
            self._studies.begin(asked.name, begun)
        except DmsError as error:
            raise HTTPException(409, str(error)) from error
        return json_answer({"name": asked.name})

    async def go_on(self, request: Request) -> Response:
        """`POST /api/tuning/go-on`: go on with a study."""
        asked = await question(request, GoOnAsked)
        return await run_in_threadpool(self._done, asked.name, self._studies.go_on, asked.trials)

    async def stop(self, request: Request) -> Response:
        """`POST /api/tuning/stop`: stop the work on one."""
        asked = await question(request, StopAsked)
        return await run_in_threadpool(self._done, asked.name, self._studies.stop)

    def _done(self, name: str, act: Callable[..., None], *more: int) -> Response:
        self._find(name)
        try:
            act(name, *more)
        except DmsError as error:
            raise HTTPException(409, str(error)) from error
        return json_answer({"name": name})

    def _find(self, name: str) -> Path:
        try:
            return self._studies.find(name)
        except DmsError as error:
            raise HTTPException(404, str(error)) from error


def _routes(index: Index) -> Sequence[Route]:
    answers = TuningAnswers(index)
    return [
        Route("/api/tuning", answers.studies, methods=["GET"]),
        Route("/api/tuning/study", answers.study, methods=["GET"]),
        Route("/api/tuning/verdict", answers.verdict, methods=["GET"]),
        Route("/api/tuning/begin", answers.begin, methods=["POST"]),
        Route("/api/tuning/go-on", answers.go_on, methods=["POST"]),
        Route("/api/tuning/stop", answers.stop, methods=["POST"]),
    ]


PAGE = Page(name="tuning", path="/tuning", title="Tuning", routes=_routes, link="Tuning")
