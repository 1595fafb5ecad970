"""What a page of the studio is. Another one is a module beside `drives.py` with its `PAGE`, and a line in `all.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.routing import Route

from dms.studio.index import Index

Routes = Callable[[Index], Sequence[Route]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page at `path`, made of `assets/NAME.html` and `assets/NAME.js`, with what its script asks for.

    `routes` begin with `/api/`, are behind the gate, and answer JSON. `link`: what the bar at the top calls it, None if it is
    reached otherwise. `asks_first`: what its script asks at once, which the browser then fetches beside the script; parts of the
    path stand in it as in `path`.
    """

    name: str
    path: str
    title: str
    routes: Routes
    link: str | None = None
    asks_first: str | None = None
