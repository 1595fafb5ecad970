"""Which of two views a thing is taken from, without flapping between them."""

from __future__ import annotations

from dms.types import View


class Preferred:
    """The view to take a thing from.

    The first is left when the second has been better by `margin` for `after_s`. It is taken again when it has been worse by less
    than half of that for as long: its readings need no alignment. A view that shows the thing no more is left at once.
    """

    def __init__(self, margin: float, after_s: float) -> None:
        self._margin = margin
        self._after_s = after_s
        self._view: View = "first"
        self._speaks_since: float | None = None

    def choose(self, t: float, first: float | None, second: float | None) -> View | None:
        """Take how badly each view shows the thing at `t`, None if not at all. Returns the view to use, None without either."""
        if first is None or second is None:
            if first is None and second is None:
                self._speaks_since = None
                return None
            return self._take("second" if first is None else "first")
        worse_by = first - second
        speaks = worse_by > self._margin if self._view == "first" else worse_by < 0.5 * self._margin
        if not speaks:
            self._speaks_since = None
        elif self._speaks_since is None:
            self._speaks_since = t
        elif t - self._speaks_since >= self._after_s:
            return self._take("second" if self._view == "first" else "first")
        return self._view

    def _take(self, view: View) -> View:
        self._view = view
        self._speaks_since = None
        return view
