"""Looks aside of which nothing was said, and why: the bend, reverse, a standstill, an indicator, a mirror that has more time.

A look aside is one at something that would not be the road if the wheel were straight. Ordinary short looks need no excuse, and
are not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dms.config.cabin import ROAD
from dms.decision.causes import Allowance
from dms.decision.conditions import cues_of
from dms.decision.engine import DecisionEngine, RuleStatus
from dms.decision.pack_schema import PackFile
from dms.decision.reason_text import direction_text
from dms.decision.whereabouts import direction_cues
from dms.decision.zone_words import zone_in_words
from dms.fusion.directions import direction
from dms.fusion.event_time import is_gap
from dms.fusion.fusion import Fusion
from dms.fusion.road import RoadAhead
from dms.fusion.vehicle import is_reverse, is_standing
from dms.fusion.zones import ZoneFinder
from dms.monitor.monitor import Monitor
from dms.types import Alert, AlertKind, Cues, DriveRecord, Phase

_SHORTEST_S = 1.0
"""As in the timeline: shorter looks are no news."""
_BACK_S = 0.2
"""A look is over when the eyes have been on the road for so long (UN R171: a return of 200 ms is a return)."""
_LOST_S = 1.0
"""… or unknown for so long."""
_WORTH_SAYING_S = 1.0
"""A part of a look that did not count is no news either if it is shorter."""
_ROUNDING_S = 0.3


@dataclass(frozen=True, slots=True)
class ExcusedGlance:
    """A look aside from `t` to `end` at `place`, in words, and what excused it or made it not count."""

    t: float
    end: float
    place: str
    why: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place} for {self.end - self.t:.2f} s: {'; '.join(self.why)}"


@dataclass(slots=True)
class _Look:
    """A look that goes on, last `seen` to do so, and `back` on the road since then.

    `seconds` of each reason that made it not count, with the values behind it.
    """

    t: float
    seen: float
    back: float | None = None
    zones: dict[str, tuple[float, str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    held_back: dict[str, str] = field(default_factory=dict)
    allowed: dict[str, tuple[AlertKind, Allowance]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def because(self, reason: str, value: str, seconds: float) -> None:
        """It did not count for so long for a reason."""
        self.seconds[reason] = self.seconds.get(reason, 0.0) + seconds
        self.values[reason] = value


class ExcusedGlances:
    """A `Watch` for `replay`: collects the looks aside that were excused; read `glances` afterwards."""

    def __init__(self) -> None:
        self._glances: list[ExcusedGlance] = []
        self._look: _Look | None = None
        self._last_t: float | None = None
        self._pack: PackFile | None = None
        self._rules: frozenset[str] = frozenset()
        self._straight: tuple[ZoneFinder, RoadAhead] | None = None

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if monitor.cues is not None and monitor.cues.t != self._last_t:
            self.take(monitor.cues, raised, monitor.engine, monitor.fusion)

    @property
    def glances(self) -> list[ExcusedGlance]:
        """Everything that was excused, by time; what still goes on at the end of the drive too."""
        look = self._look
        return [*self._glances, *(_excused(look) if look is not None else ())]

    def take(self, cues: Cues, raised: Sequence[Alert], engine: DecisionEngine, fusion: Fusion) -> None:
        """Take the cues of a moment, what was decided on them, the engine that decided and the fusion that they come from."""
        before, self._last_t = self._last_t, cues.t
        step_s = 0.0 if before is None or is_gap(cues.t - before) else cues.t - before
        zone = self._aside(cues, fusion)
        look = self._look
        if look is not None and cues.t - look.seen > (_BACK_S if zone == ROAD else _LOST_S):
            self._glances += _excused(look)
            look = self._look = None
        if zone is None or zone == ROAD:
            if look is not None and look.back is None and zone == ROAD:
                look.back = cues.t
            return
        if look is None:
            look = self._look = _Look(cues.t, cues.t)
        look.seen, look.back = cues.t, None
        seconds, _ = look.zones.get(zone, (0.0, ""))
        look.zones[zone] = (seconds + step_s, direction_text(cues.gaze_yaw_deg, cues.gaze_pitch_deg))
        self._note_alerts(look, raised)
        if cues.off_road is False:
            look.because("reverse" if is_reverse(cues.gear) else "bend", _road(cues), step_s)
        else:
            self._note_rules(look, cues, engine, step_s)

    @staticmethod
    def _note_alerts(look: _Look, raised: Sequence[Alert]) -> None:
        for alert in raised:
            if alert.phase in (Phase.RAISE, Phase.ESCALATE):
                look.told.add(alert.kind)
            elif alert.phase is Phase.SUPPRESS and "excused_by" in alert.cause:
                look.held_back[alert.kind] = _held_back(alert)

    def _note_rules(self, look: _Look, cues: Cues, engine: DecisionEngine, step_s: float) -> None:
        rules = self._about_directions(engine.pack.file)
        own = [status for status in engine.status if status.rule in rules]
        if cues.speed_kph is not None and own and all(_does_not_count(status, engine.pack.file) for status in own):
            reason = "standing" if is_standing(cues.speed_kph) else "slow"
            look.because(reason, f"{round(cues.speed_kph, 1):g} km/h", step_s)
        for status in own:
            if status.allowance is not None:
                look.allowed[status.rule] = status.kind, status.allowance

    def _about_directions(self, pack: PackFile) -> frozenset[str]:
        """The rules that rest on where the driver looks."""
        if pack is not self._pack:
            self._pack, named = pack, pack.conditions
            self._rules = frozenset(
                name
                for name, rule in pack.rules.items()
                if direction_cues({cue for condition in rule.rests_on() for cue in cues_of(condition, named)})
            )
        return self._rules

    def _aside(self, cues: Cues, fusion: Fusion) -> str | None:
        """Returns the zone that the driver looks at, as if the wheel were straight; None if that is unknown."""
        if cues.off_road is not False or (cues.road_yaw_deg in (None, 0.0) and not is_reverse(cues.gear)):
            return cues.gaze_zone
        if cues.gaze_yaw_deg is None or cues.gaze_pitch_deg is None:
            return None
        if self._straight is None:
            self._straight = (
                ZoneFinder(fusion.cabin, fusion.settings),
                RoadAhead(fusion.cabin.steering, fusion.settings),
            )
        zones, road = self._straight
        zones.update(direction(cues.gaze_yaw_deg, cues.gaze_pitch_deg), fusion.gaze_sigma_deg, road)
        return zones.zone


def allowance_text(allowance: Allowance) -> str:
    """Returns how much more time there was, and for what."""
    after_s = allowance.usual_s + allowance.more_s
    return f"{allowance.more_s:g} s more than usual, due after {after_s:g} s, while {allowance.words}"


def _excused(look: _Look) -> Iterator[ExcusedGlance]:
    """Yields the look, if it was long enough and there is a reason why nothing was said."""
    end = look.seen if look.back is None else look.back
    length_s = end - look.t
    why = tuple(_reasons(look, length_s))
    if length_s >= _SHORTEST_S and why:
        zone = max(look.zones, key=lambda zone: look.zones[zone][0])
        aside = look.zones[zone][1]
        yield ExcusedGlance(look.t, end, zone_in_words(zone) + (f" ({aside})" if aside else ""), why)


def _reasons(look: _Look, length_s: float) -> Iterator[str]:
    for reason, seconds in look.seconds.items():
        if seconds >= _WORTH_SAYING_S:
            part = "" if seconds >= length_s - _ROUNDING_S else f", for {seconds:.1f} s of it"
            yield _SAID[reason].format(look.values[reason]) + part
    yield from look.held_back.values()
    for rule, (kind, allowance) in look.allowed.items():
        if kind not in look.told and length_s >= allowance.usual_s:
            yield f"rule {rule} gave {allowance_text(allowance)}"


_SAID = {
    "bend": "on the road, {}",
    "reverse": "on the way back, as the reverse gear is in",
    "standing": "did not count, as the car stood",
    "slow": "did not count, as no rule on looks aside is in force at {}",
}


def _road(cues: Cues) -> str:
    road_deg = cues.road_yaw_deg or 0.0
    wheel = "" if cues.steering_deg is None else f" (steering wheel {abs(cues.steering_deg):.0f}° {_side(cues.steering_deg)})"
    return f"which goes {abs(road_deg):.0f}° to the {_side(road_deg)} here{wheel}"


def _side(angle_deg: float) -> str:
    return "left" if angle_deg > 0.0 else "right"


def _does_not_count(status: RuleStatus, pack: PackFile) -> bool:
    return status.hindrance in ("speed", "standing") and pack.rules[status.rule].standing != "counts"


def _held_back(alert: Alert) -> str:
    cause = alert.cause
    side = f", as a manoeuvre to the {cause['indicated_side']} was announced" if "indicated_side" in cause else ""
    return f'{alert.kind} {alert.level} held back for {cause["reason"]} ("{cause["excused_by"]}"{side})'
