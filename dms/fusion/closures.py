"""Whether the driver's eyes are closed, and for how long: the timer behind microsleep and sleep."""

from __future__ import annotations

from dataclasses import dataclass

from dms.fusion.event_time import EventTime
from dms.fusion.narrow_blink import NarrowBlink
from dms.fusion.narrow_opening import NarrowOpening
from dms.fusion.settings import FusionSettings
from dms.types import CueEvent


@dataclass(frozen=True, slots=True)
class Closure:
    """A closure that has ended: `closed_s` is how long the timer ran, `seen_s` how much of it was seen with open view.

    `doubt_s`: how far its edges may lie from where they are placed, because they fell between two observations of a slow camera.
    """

    onset: float
    end: float
    closed_s: float
    seen_s: float
    doubt_s: float = 0.0


class ClosureTracker:
    """Follows one closure at a time, from the openness relative to this driver's open eye.

    `closed` is None while unknown, and while someone who squints may just have opened the eyes again. `closed_s` runs while
    the eyes are closed, `seen_s` is the part of it that was seen. Unknown time pauses both, and a closure that is not seen
    for `closure_forget_s` has ended. But a face that drops out of view after the eyes were closed for longer than a blink is
    a sleeper who slumps, and so is a head that nods until its eyes cannot be read: `closed` stays true and `closed_s` goes
    on, for up to `slump_hold_s`. An opening shorter than `reopen_confirm_s` does not end a closure; a longer one ends it when
    it begins. A narrow opening ends it only if it lasts (`NarrowOpening`), and so does a blink of narrow eyes
    (`NarrowBlink`): both are of somebody who is awake. Lids that have been down for as long as only sleepers keep them down
    may flutter: `closed` is unknown, not false, until they have stayed open for `flutter_s`.
    """

    __slots__ = (
        "_began_with_a_look",
        "_last_seen",
        "_narrow",
        "_narrow_blink",
        "_onset",
        "_reopened",
        "_settings",
        "_was_closed",
        "closed",
        "closed_s",
        "doubt_s",
        "seen_s",
    )

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._onset: float | None = None
        self._reopened: float | None = None
        self._was_closed: bool | None = None
        self._began_with_a_look = False
        self._last_seen = 0.0
        self._narrow = NarrowOpening(settings)
        self._narrow_blink = NarrowBlink(settings)
        self.closed: bool | None = None
        self.closed_s = 0.0
        self.seen_s = 0.0
        self.doubt_s = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether there is no closure, not even one that is about to end."""
        return self._onset is None

    def update(self, now: EventTime, edge: float, openness: float | None, looking_down: bool, slumps: bool) -> Closure | None:
        """Take the openness at `now`; if it changed, it did at `edge`. `slumps`: the face is gone, or the head nods.

        Returns the closure that has ended.
        """
        if openness is None:
            return self._update_unseen(now, slumps)
        if self._narrow_blink.update(now, openness) and self._onset is not None:
            ended = self._end_narrowly(now, self._onset)
            self.update(now, now.t, openness, looking_down, slumps)
            return ended
        if self._onset is None:
            self._last_seen = now.t
            least = self._settings.closed_below_looking_down if looking_down else self._settings.closed_below
            self.closed = self._was_closed = openness < least and not self._narrow_blink.explains(openness)
            if self.closed:
                self._onset = edge
                self._began_with_a_look = looking_down
                self.closed_s = self.seen_s = self.doubt_s = now.t - edge
                self._narrow.forget()
            return None
        ended = self._forget(now)
        if ended is not None:
            self.update(now, now.t, openness, looking_down, slumps)
            return ended
        ended = self._go_on(now, edge, openness, looking_down)
        self._last_seen = now.t
        return ended

    def _go_on(self, now: EventTime, edge: float, openness: float, looking_down: bool) -> Closure | None:
        settings = self._settings
        was_closed = self._was_closed if now.held_s else None
        if self._onset is not None and now.t - self._onset <= settings.look_begins_s:
            self._began_with_a_look |= looking_down
        # Who blinks on the way down to the lap opens the eyes no further than a look down needs.
        is_look = self._began_with_a_look and looking_down
        opened = self._narrow.update(
            now, edge, openness, settings.closed_below_looking_down if is_look else settings.closed_below
        )
        if opened is not None:
            return self._end_narrowly(now, opened)
        if self._reopened is None:
            self.closed = openness <= settings.open_above
        else:
            self.closed = openness < (settings.closed_below_looking_down if is_look else settings.closed_below)
        self._was_closed = self.closed
        if self.closed:
            if self._narrow.is_likely:
                self.closed = None
            if was_closed:
                self._count(now.held_s)
            elif was_closed is not None and self._reopened is not None:
                self._count(now.t - self._reopened)
            self._reopened = None
            return None
        if self._reopened is None:
            self._reopened = edge
            if was_closed:
                self._count(edge - now.before)
        may_flutter = self.closed_s >= settings.closure_s
        if now.t - self._reopened >= (settings.flutter_s if may_flutter else settings.reopen_confirm_s):
            return self._end(self._reopened)
        if may_flutter:
            self.closed = None
        return None

    def _end_narrowly(self, now: EventTime, opened: float) -> Closure | None:
        """The eyes have been open since `opened`, if not by much: the time since then was none of the closure."""
        counted_until = now.before if self._reopened is None else self._reopened
        since_s = max(0.0, counted_until - opened)
        self.closed_s = max(0.0, self.closed_s - since_s)
        self.seen_s = max(0.0, self.seen_s - since_s)
        self.closed = self._was_closed = False
        return self._end(opened)

    def _count(self, seconds: float) -> None:
        self.closed_s += seconds
        self.seen_s += seconds

    def _update_unseen(self, now: EventTime, slumps: bool) -> Closure | None:
        settings = self._settings
        self._narrow.forget()
        if self._onset is None:
            self.closed = self._was_closed = None
            return None
        slumped_s = self.closed_s - self.seen_s + now.held_s
        is_asleep = slumps and self._reopened is None and self.seen_s >= settings.slump_after_s
        if is_asleep and slumped_s <= settings.slump_hold_s:
            self.closed = self._was_closed = True
            self.closed_s += now.held_s
            self._last_seen = now.t
            return None
        self.closed = self._was_closed = None
        return self._end(self._last_seen) if is_asleep else self._forget(now)

    def _forget(self, now: EventTime) -> Closure | None:
        if now.t - self._last_seen <= self._settings.closure_forget_s:
            return None
        return self._end(self._last_seen if self._reopened is None else self._reopened)

    def _end(self, end: float) -> Closure | None:
        onset, closed_s, seen_s, doubt_s = self._onset, self.closed_s, self.seen_s, self.doubt_s
        self._onset = self._reopened = None
        self.closed_s = self.seen_s = self.doubt_s = 0.0
        return None if onset is None else Closure(onset, end, closed_s, seen_s, doubt_s)


def event_of(closure: Closure | None, settings: FusionSettings) -> CueEvent | None:
    """Returns the event that a closure is; None if it was no longer than a blink."""
    if closure is None or closure.closed_s < settings.long_blink_s:
        return None
    return CueEvent("closure" if closure.closed_s >= settings.closure_s else "long_blink", closure.onset, closure.end)
