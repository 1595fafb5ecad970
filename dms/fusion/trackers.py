"""Everything that fusion remembers of a drive, updated in the order in which the parts need each other."""

from __future__ import annotations

from dataclasses import replace

from dms.config.cabin import Cabin
from dms.fusion.availability import AvailabilityTracker
from dms.fusion.blinks import BlinkTracker
from dms.fusion.closures import Closure, ClosureTracker, event_of
from dms.fusion.degradation import DegradationTracker
from dms.fusion.directions import Direction, direction
from dms.fusion.event_time import EventTime
from dms.fusion.gaze import GazeFallback
from dms.fusion.glances import GlanceTracker
from dms.fusion.held import HeldThings
from dms.fusion.indicator import Indicator
from dms.fusion.leaning import Leaning
from dms.fusion.look_down import LookDown
from dms.fusion.looking_down import LookingDown
from dms.fusion.mouth import TalkTracker, YawnTracker
from dms.fusion.nods import NodTracker
from dms.fusion.perclos import Perclos
from dms.fusion.readings import Reading
from dms.fusion.road import RoadAhead
from dms.fusion.settings import FusionSettings
from dms.fusion.statistics import Statistics
from dms.fusion.vehicle import is_standing
from dms.fusion.zones import ZoneFinder
from dms.types import CameraHealth, CueEvent, VehicleState

# While the eyes are open PERCLOS only falls, slowly; while they are closed it is worked out at every observation.
_PERCLOS_PERIOD_S = 0.25
_OK = CameraHealth.OK  # looking up a member of an enumeration takes as long as ten other attributes
_NOTHING = Reading(_OK, has_face=False)


class Trackers:
    """One tracker for each cue that has a memory. A value that was unknown before is taken to change at its observation."""

    def __init__(self, cabin: Cabin, settings: FusionSettings) -> None:
        self._settings = settings
        self._looking_down = LookingDown(settings)
        self.closures = ClosureTracker(settings)
        self._perclos_1min = Perclos(60.0, settings.perclos_min_60s, settings)
        self._perclos_3min = Perclos(180.0, settings.perclos_min_180s, settings)
        self._slow_closures = Perclos(180.0, settings.perclos_min_180s, settings, settings.kss_longest_closure_s)
        self._blinks = BlinkTracker(settings)
        self.leaning = Leaning(settings)
        self._look_down = LookDown(settings)
        self.gaze = GazeFallback(settings)
        self.road = RoadAhead(cabin.steering, settings)
        self.indicator = Indicator(settings)
        self.zones = ZoneFinder(cabin, settings)
        self._glances = GlanceTracker(settings)
        self._nods = NodTracker(settings)
        self.yawns = YawnTracker(settings)
        self.talk = TalkTracker(settings)
        self.degradation = DegradationTracker(settings)
        self.availability = AvailabilityTracker(settings)
        self.statistics = Statistics(settings)
        self.things = HeldThings(settings.object_hold_s)
        self.head_direction: Direction | None = None
        self._sigmas_deg = {"eye": settings.usual_gaze_sigma_deg, "head": settings.usual_head_sigma_deg}
        self.gaze_sigma_deg = 0.0
        self._before = _NOTHING
        self._moving_since: float | None = 0.0
        self._counts_closures = False
        self._zone_before: str | None = None
        self.is_looking_down = False
        self._next_perclos = float("-inf")
        self.perclos_60s: float | None = None
        self.perclos_180s: float | None = None
        self.face_missing: bool | None = None
        self.face_missing_s = 0.0

    def update(self, now: EventTime, reading: Reading, vehicle: VehicleState) -> tuple[CueEvent, ...]:
        """Take what was read at `now`, and what is known of the vehicle. Returns the events that ended."""
        if not now.held_s:
            self.gap(now.before)
        events: list[CueEvent] = []
        self.road.update(vehicle)
        self.indicator.update(now, vehicle, self.road.turn_rate_deg_s, self.road.yaw_deg)
        self._update_motion(now, vehicle.speed_kph)
        self._update_face(now, reading)
        self.things.update(now.t, reading)
        self.head_direction = self._head_direction(reading)
        self.leaning.update(now.held_s, self.head_direction, reading.head_roll_deg)
        self._update_eyes(now, reading, events)
        self._update_gaze(now, reading, events)
        self._update_head_and_mouth(now, reading, events)
        closed = self.closures.closed
        gaze_readable = reading.gaze is not None or closed is True
        self.degradation.update(now, reading.camera, reading.has_face, reading.openness is not None, gaze_readable)
        blinked = bool(events) and any(event.kind == "blink" for event in events)
        self.availability.update(now.t, blinked, closed is False, self.head_direction)
        if self.statistics.is_due(now):
            driving_s = 0.0 if self._moving_since is None else now.t - self._moving_since
            slow_closures = self._slow_closures.value(now.t, min(self.closures.seen_s, driving_s), self.closures.doubt_s)
            self.statistics.update(now, self._blinks, self._glances, slow_closures)
        self._before = reading
        return tuple(events) if events else ()

    def gap(self, at: float) -> None:
        """Take note that nothing is known from `at` on, until the next reading."""
        self._before = _NOTHING
        self._counts_closures = False
        self._zone_before = None
        self._perclos_1min.update(False, at, None)
        self._perclos_3min.update(False, at, None)
        self._slow_closures.update(False, at, None)
        self._blinks.gap(at)
        self._glances.gap(at)
        self.statistics.readable.change(None, at)

    def _update_motion(self, now: EventTime, speed_kph: float | None) -> None:
        if is_standing(speed_kph):
            self._moving_since = None
        elif self._moving_since is None:
            self._moving_since = now.t

    def _update_face(self, now: EventTime, reading: Reading) -> None:
        if reading.camera is not _OK:
            self.face_missing = None
        elif reading.has_face:
            self.face_missing = False
            self.face_missing_s = 0.0
        else:
            self.face_missing_s += now.held_s if self.face_missing else now.t - now.edge
            self.face_missing = True

    def _head_direction(self, reading: Reading) -> Direction | None:
        """Returns the head's direction. A wide yawn tips the head back by some 20 degrees: that is not a glance at the roof."""
        head = reading.head_direction
        if head is None or not self.yawns.is_under_way or head[1] <= 0.0:
            return head
        yaw_deg = head[0]
        return yaw_deg, 0.0, abs(yaw_deg)

    def _update_eyes(self, now: EventTime, reading: Reading, events: list[CueEvent]) -> None:
        openness, head, gaze = reading.openness, self.head_direction, reading.gaze_direction
        is_readable = openness is not None
        was_readable = self._before.openness is not None
        edge = now.edge if was_readable else now.t
        self.is_looking_down = self._looking_down.update(
            now.t, None if head is None else head[1], None if gaze is None else gaze[1], openness
        )
        closures = self.closures
        slumps = self.face_missing is True or (head is not None and self._nods.is_under_way)
        ended = closures.update(now, edge, openness, self.is_looking_down, slumps)
        self._update_perclos(now, edge, is_readable, ended)
        blink = self._blinks.update(edge, openness, was_readable, closures.closed_s)
        if ended is not None and (event := event_of(ended, self._settings)) is not None:
            events.append(event)
        if blink is not None:
            events.append(blink)
        state = is_readable if reading.camera is _OK else None
        if state is not self.statistics.readable.value:
            self.statistics.readable.change(state, edge)

    def _update_perclos(self, now: EventTime, edge: float, is_readable: bool, ended: Closure | None) -> None:
        """Eyes rested at a standstill say nothing of sleepiness: only what was seen of a closure while driving counts."""
        moving_since, seen_s = self._moving_since, self.closures.seen_s
        counts = is_readable and moving_since is not None
        if moving_since is None:
            ended, seen_s = None, 0.0
        else:
            seen_s = min(seen_s, now.t - moving_since)
            if ended is not None and ended.end - ended.seen_s < moving_since:
                ended = replace(ended, seen_s=max(0.0, ended.end - moving_since))
        if counts is not self._counts_closures or ended is not None:
            self._counts_closures = counts
            for window in (self._perclos_1min, self._perclos_3min, self._slow_closures):
                window.update(counts, edge, ended)
        if seen_s or ended is not None or now.t >= self._next_perclos:
            self._next_perclos = now.t + _PERCLOS_PERIOD_S
            self.perclos_60s = self._perclos_1min.value(now.t, seen_s, self.closures.doubt_s)
            self.perclos_180s = self._perclos_3min.value(now.t, seen_s, self.closures.doubt_s)

    def _update_gaze(self, now: EventTime, reading: Reading, events: list[CueEvent]) -> None:
        gaze = self.gaze
        openness, closed = reading.openness, self.closures.closed
        # Where nobody sees the eyes of a head that leans, they are taken to be ahead: looks away end there.
        head = direction(0.0, self.head_direction[1]) if self.leaning.is_leaning and self.head_direction else self.head_direction
        seen = self._look_down.update(now.held_s, reading.gaze_direction, self.head_direction, openness)
        gaze.update(now.held_s, seen, head, openness, closed, self.is_looking_down)
        self.gaze_sigma_deg = self._sigma_deg(reading)
        self.zones.update(gaze.direction, self.gaze_sigma_deg, self.road)
        zone = self.zones.zone
        edge = now.t if self._zone_before is None else now.edge
        glance = self._glances.update(now, edge, zone, self._moving_since)
        self._zone_before = zone
        if glance is not None:
            events.append(glance)

    def _sigma_deg(self, reading: Reading) -> float:
        """Returns the standard error of the gaze's direction: of one that is held through a blink, as it was read."""
        settings, sigmas_deg = self._settings, self._sigmas_deg
        if reading.gaze is not None:
            known_deg = reading.gaze.sigma_deg
            sigmas_deg["eye"] = settings.usual_gaze_sigma_deg if known_deg is None else known_deg
        if reading.head is not None:
            known_deg = reading.head.sigma_deg
            sigmas_deg["head"] = settings.usual_head_sigma_deg if known_deg is None else known_deg
        # Where the lids say so too, nothing has to be forgiven the gaze.
        return 0.0 if self._look_down.is_under_way or self.gaze.source is None else sigmas_deg[self.gaze.source]

    def _update_head_and_mouth(self, now: EventTime, reading: Reading, events: list[CueEvent]) -> None:
        head = self.head_direction
        nod = self._nods.update(now.t, now.edge, None if head is None else head[1], self.closures.closed_s)
        if nod is not None:
            events.append(nod)
        edge = now.t if self._before.mouth_opening is None else now.edge
        yawn = self.yawns.update(now, edge, reading.mouth_opening)
        self.talk.update(now.t, edge, reading.mouth_opening)
        if yawn is not None:
            events.append(yawn)
