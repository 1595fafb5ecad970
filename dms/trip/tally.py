"""What a trip summary is counted in: sums that can be added, so that the minutes of a drive give those of the drive."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from dms.fusion.settings import FusionSettings
from dms.trip.summary import Attention, CourseEntry, Drowsiness
from dms.trip.sums import Course, Durations, rounded, seconds, share
from dms.types import Alert, CueEvent, Cues, Phase

MOVING_FROM_KPH = 5.0
NO_OBSERVATION = "no_observation"

_BLINK_FPS = FusionSettings().blink_fps
_LEAST_READABLE_S = 30.0


@dataclass(slots=True)
class Tally:
    """Everything that is counted for a stretch of a drive."""

    usable_s: float = 0.0
    paused_s: float = 0.0
    degraded_s: dict[str, float] = field(default_factory=dict)
    moving_s: float = 0.0
    speed: Course = field(default_factory=Course)
    road_known_s: float = 0.0
    off_road_s: float = 0.0
    readable_s: float = 0.0
    readable_steps: int = 0
    perclos: Course = field(default_factory=Course)
    kss: Course = field(default_factory=Course)
    kss_sigma: Course = field(default_factory=Course)
    glances: Durations = field(default_factory=Durations)
    closures: Durations = field(default_factory=Durations)
    events: Counter[str] = field(default_factory=Counter)
    alerts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def hold(self, cues: Cues, seconds: float) -> None:
        """Take `seconds` in which these cues held."""
        if cues.paused:
            self.paused_s += seconds
            return
        reason = cues.lacking
        if reason is None:
            self.usable_s += seconds
        else:
            self.lose(reason, seconds)
        self.speed.hold(cues.speed_kph, seconds)
        if cues.speed_kph is not None and cues.speed_kph >= MOVING_FROM_KPH:
            self.moving_s += seconds
        if cues.off_road is not None and may_move(cues):
            self.road_known_s += seconds
            if cues.off_road:
                self.off_road_s += seconds
        if cues.openness is not None:
            self.readable_s += seconds
            self.readable_steps += 1
            self.perclos.hold(cues.perclos_60s, seconds)
        self.kss.hold(cues.kss, seconds)
        self.kss_sigma.hold(cues.kss_sigma, seconds)

    def lose(self, reason: str, seconds: float) -> None:
        """Take `seconds` in which the driver could not be fully judged, for this reason."""
        self.degraded_s[reason] = self.degraded_s.get(reason, 0.0) + seconds

    def take_event(self, event: CueEvent, cues: Cues) -> None:
        """Take an event that ended at `cues`."""
        if event.kind != "glance":
            self.events[event.kind] += 1
        elif may_move(cues):
            self.glances.take(event.duration_s)
        if event.kind == "closure":
            self.closures.take(event.duration_s)

    def take_alert(self, alert: Alert) -> None:
        """Take an alert."""
        if alert.phase in (Phase.RAISE, Phase.ESCALATE):
            self.alerts[str(alert.kind), str(alert.level)] += 1

    def add(self, other: Tally) -> None:
        """Add what `other` has counted."""
        self.usable_s += other.usable_s
        self.paused_s += other.paused_s
        self.moving_s += other.moving_s
        self.road_known_s += other.road_known_s
        self.off_road_s += other.off_road_s
        self.readable_s += other.readable_s
        self.readable_steps += other.readable_steps
        for mine, others in ((self.speed, other.speed), (self.perclos, other.perclos), (self.kss, other.kss)):
            mine.add(others)
        self.kss_sigma.add(other.kss_sigma)
        self.glances.add(other.glances)
        self.closures.add(other.closures)
        for reason, lost_s in other.degraded_s.items():
            self.lose(reason, lost_s)
        self.events.update(other.events)
        self.alerts.update(other.alerts)

    def sum(self, other: Tally) -> Tally:
        """Returns a new tally of both together."""
        both = Tally()
        both.add(self)
        both.add(other)
        return both

    @property
    def eyes_on_road(self) -> float | None:
        """The share of the known time with the eyes on the road; None if nothing is known."""
        away = share(self.off_road_s, self.road_known_s)
        return None if away is None else rounded(1.0 - away)

    @property
    def availability(self) -> float | None:
        """The usable share of the time that was not paused; None if there is none."""
        return rounded(share(self.usable_s, self.usable_s + sum(self.degraded_s.values())))

    @property
    def distance_km(self) -> float | None:
        """The distance that the speed adds up to; None if the speed was never known."""
        return round(self.speed.weighted / 3600.0, 3) if self.speed.seconds else None

    def attention(self) -> Attention:
        """Returns where the driver looked."""
        glances = self.glances
        return Attention(
            known_s=seconds(self.road_known_s),
            off_road_s=seconds(self.off_road_s),
            eyes_on_road=self.eyes_on_road,
            glances=glances.count,
            glance_total_s=seconds(glances.total_s),
            glance_mean_s=rounded(share(glances.total_s, glances.count), 3),
            glance_p85_s=rounded(glances.quantile_s(0.85), 3),
            glance_longest_s=rounded(glances.longest_s, 3),
            glances_over_2_s=rounded(share(glances.long, glances.count)),
        )

    def drowsiness(self) -> Drowsiness:
        """Returns how tired the driver seemed."""
        is_enough = self.readable_s >= _LEAST_READABLE_S and self.readable_steps >= _BLINK_FPS * self.readable_s
        return Drowsiness(
            eyes_readable_s=seconds(self.readable_s),
            perclos_mean=rounded(self.perclos.mean),
            perclos_max=rounded(self.perclos.highest),
            kss_mean=rounded(self.kss.mean, 2),
            kss_max=rounded(self.kss.highest, 2),
            kss_sigma=rounded(self.kss_sigma.mean, 2),
            blinks=self.events["blink"],
            blinks_per_min=rounded(60.0 * self.events["blink"] / self.readable_s, 2) if is_enough else None,
            long_blinks=self.events["long_blink"],
            closures=self.events["closure"],
            closure_longest_s=rounded(self.closures.longest_s, 3),
            nods=self.events["nod"],
            yawns=self.events["yawn"],
        )

    def alert_counts(self) -> dict[str, dict[str, int]]:
        """Returns how often the driver was alerted, by kind and level."""
        counts: dict[str, dict[str, int]] = {}
        for (kind, level), number in sorted(self.alerts.items()):
            counts.setdefault(kind, {})[level] = number
        return counts

    def course_entry(self, t: float, end: float) -> CourseEntry:
        """Returns this tally as an entry of the course."""
        perclos, kss = rounded(self.perclos.mean), rounded(self.kss.mean, 2)
        return CourseEntry(seconds(t), seconds(end), self.availability, self.eyes_on_road, perclos, kss)


def may_move(cues: Cues) -> bool:
    """Returns whether the vehicle moves, or may move because its speed is unknown."""
    return cues.speed_kph is None or cues.speed_kph >= MOVING_FROM_KPH
