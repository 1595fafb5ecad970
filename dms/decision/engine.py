"""The decision engine: cues in, alerts out, for one rule pack.

A pure function of what it is given, in order: it reads no clock, and the same cues give the same alerts every time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dms.decision.alarm import Alarm
from dms.decision.arbitration import Arbiter
from dms.decision.causes import LEVELS, Allowance
from dms.decision.conditions import World
from dms.decision.gates import ArmingState, SpeedGates
from dms.decision.pack_loader import Pack
from dms.decision.rule_kinds import RULE_KINDS
from dms.decision.runner import AnyRunner, Hindrance, RuleState
from dms.decision.schedule import Schedule
from dms.decision.seen_cues import SeenCues
from dms.decision.timing import Moment
from dms.decision.without_speed import Apart, SpeedWatch
from dms.fusion.event_time import LONGEST_STEP_S
from dms.types import Alert, AlertKind, CameraHealth, Cues, DriverInput, Level, Phase

SILENCE_S = 1.0
"""A time without cues that is longer is passed through as a camera that shows nothing."""
LONGEST_SILENCE_S = 60.0
"""Only this much of a silence is passed through: no rule takes longer to tell the driver that the system sees nothing."""


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """What one rule is doing now, and what keeps it from raising an alert: for people who ask why nothing happens.

    `allowance` is what gives more time now.
    """

    rule: str
    kind: AlertKind
    state: RuleState
    hindrance: Hindrance | None
    level: Level | None
    allowance: Allowance | None = None


class DecisionEngine:
    """Takes all rules of a pack through a drive: arm them, open their gates, step each, arbitrate, and pay out the alerts."""

    def __init__(self, pack: Pack) -> None:
        self._moment = Moment()
        self._is_paused = False
        self._was_asked = True
        self._owed: list[Alert] = []
        self._speed_watch = SpeedWatch()
        self._arming: list[ArmingState] = []
        self._build(pack)

    def step(self, cues: Cues) -> tuple[Alert, ...]:
        """Take the next cues. Returns what was decided since the last ones, in order of time.

        A silence of more than a second is passed through as what it was, a camera that showed nothing: the driver is told.

        Raises:
            ValueError: `cues.t` is not after the cues before.
        """
        last_t = self._moment.t
        if not cues.t > last_t:
            raise ValueError(f"cues at {cues.t} s do not come after those at {last_t} s")
        if cues.t - last_t <= SILENCE_S or last_t == float("-inf"):
            return self._advance(cues)
        meanwhile = [alert for blank in _silence(last_t, cues.t) for alert in self._advance(blank)]
        return (*meanwhile, *self._advance(cues))

    def _advance(self, cues: Cues) -> tuple[Alert, ...]:
        moment = self._moment
        moment.move_to(cues)
        self._seen.look(cues)
        if self._is_paused:
            return self._pay([])
        if self._arming:
            self._arm(moment)
        if cues.off_road and cues.gaze_zone is not None:
            self._world.places.look(cues.gaze_zone, moment)
        elif self._world.places.is_looking:
            self._world.places.look_no_more(moment)
        self._watch_speed(cues)
        self._gates.step(cues.speed_kph)
        is_asked = False
        for runner in self._schedule.concerned(cues):
            is_asked |= runner.step(moment)
        return self._pay(self._arbitrate(is_asked, moment))

    def _watch_speed(self, cues: Cues) -> None:
        """While nobody tells the speed, rules that depend on it hold back."""
        was_missing = self._speed_watch.is_missing
        self._speed_watch.step(cues, self._strict_for_s)
        if self._speed_watch.is_missing is not was_missing:
            self._restrain()

    def _restrain(self) -> None:
        for runner in self._runners:
            runner.restraint = self._restraints[runner.name] if self._speed_watch.is_missing else None

    def _arm(self, moment: Moment) -> None:
        for arming in self._arming:
            arming.step(moment)
        self._arming = [arming for arming in self._arming if not arming.armed]

    def _arbitrate(self, is_asked: bool, moment: Moment) -> list[Alert]:
        """Returns what each kind of alert publishes, the most important first; nothing while no rule asks for an alert."""
        was_asked, self._was_asked = self._was_asked, is_asked
        if not is_asked and not was_asked:
            return []
        alerts: list[Alert] = []
        for alarm in self._alarms:
            before = alarm.rank
            new = alarm.step(moment)
            if new:
                alerts += new
                self._note(alarm, before, moment.t)
        return alerts

    def _note(self, alarm: Alarm, before: int, t: float) -> None:
        """Tell conditions on raised alerts, and rules that count alerts."""
        self._raised[alarm.kind] = alarm.rank
        if alarm.rank > before:
            for runner in self._runners:
                runner.alert_raised(alarm.kind, before, alarm.rank, t)

    def _pay(self, alerts: list[Alert]) -> tuple[Alert, ...]:
        """Returns these alerts and those that are still owed, in order of time."""
        if not alerts and not self._owed:
            return ()
        alerts = [*self._owed, *alerts]
        self._owed.clear()
        alerts.sort(key=_time_of)
        return tuple(alerts)

    def driver(self, action: DriverInput) -> tuple[Alert, ...]:
        """Take what the driver did. Returns the alerts that change with it."""
        alerts: list[Alert] = []
        match action.action:
            case "acknowledge":
                alerts = [alert for alarm in self._alarms for alert in alarm.acknowledge(action.t)]
            case "pause":
                alerts = self._end_all(action.t, "paused")
                self._is_paused = True
            case "resume":
                self._is_paused = False
            case "new_drive":
                alerts = self._end_all(action.t, "new drive")
                self._is_paused = False
                self._speed_watch = SpeedWatch()
                self._moment = Moment()  # as in the first step: the recording of this drive, replayed on its own, gives the same
                self._build(self._pack)
        for runner in self._runners:
            runner.driver(action.action, action.t)
        return self._pay(alerts)

    def _end_all(self, t: float, reason: str) -> list[Alert]:
        alerts = [alert for alarm in self._alarms for alert in alarm.end(t, reason)]
        self._raised.clear()
        self._arbiter.silence()
        return alerts

    @property
    def active(self) -> tuple[Alert, ...]:
        """What is raised now, worst first; each as last published."""
        raised = [alarm for alarm in self._alarms if alarm.alert is not None]
        raised.sort(key=lambda alarm: (-alarm.rank, -alarm.priority))
        return tuple(alarm.alert for alarm in raised if alarm.alert is not None)

    @property
    def sounding(self) -> AlertKind | None:
        """The kind of alert that makes a sound now: never more than one, None if all is quiet."""
        prompt = self._arbiter.sounding(self._moment.t)
        return None if prompt is None else AlertKind(prompt.kind)

    @property
    def status(self) -> tuple[RuleStatus, ...]:
        """What every rule is doing, in the order of the pack."""
        return tuple(
            RuleStatus(
                rule=runner.name,
                kind=AlertKind(runner.kind),
                state=runner.state,
                hindrance=runner.hindrance(self._moment.cues),
                level=LEVELS[runner.rank] if runner.rank >= 0 else None,
                allowance=runner.allowance(self._moment.cues),
            )
            for runner in self._runners
        )

    @property
    def not_observable(self) -> tuple[AlertKind, ...]:
        """Kinds of alert about which nothing can be said so far, because of cues that were never known in this drive."""
        seen = self._seen.names
        return tuple(alarm.kind for alarm in self._alarms if not any(runner.is_observable(seen) for runner in alarm.runners))

    @property
    def pack(self) -> Pack:
        """The pack in force."""
        return self._pack

    def replace_pack(self, pack: Pack) -> None:
        """Go on with another pack. Rules that are the same in both keep their timers and what they ask for."""
        earlier = {runner.name: runner for runner in self._runners}
        earlier_alarms = {alarm.kind: alarm for alarm in self._alarms}
        same_words = pack.file.conditions == self._pack.file.conditions and pack.file.speed_gates == self._pack.file.speed_gates
        arbiter = self._arbiter
        self._build(pack, earlier if same_words else {})
        self._arbiter.continue_from(arbiter)
        for alarm in self._alarms:
            old = earlier_alarms.pop(alarm.kind, None)
            if old is not None:
                alarm.continue_from(old)
                self._raised[alarm.kind] = alarm.rank
        for old in earlier_alarms.values():
            self._owed.extend(old.end(self._moment.t, "the rule pack was replaced"))

    def _build(self, pack: Pack, keep: Mapping[str, AnyRunner] | None = None) -> None:
        """Build what the pack asks for. Runners in `keep`, by the name of their rule, stay if their rule is the same."""
        self._pack = pack
        if not keep:
            self._raised: dict[str, int] = {}
            self._world = World(pack.file.conditions, self._raised)
        kept = keep or {}
        self._runners = [
            kept[name] if name in kept and kept[name].rule == rule else RULE_KINDS[type(rule)](name, rule, self._world)
            for name, rule in pack.file.rules.items()
        ]
        self._strict_for_s = pack.file.without_speed.strict_for_s
        self._restraints = {name: pack.file.restraint(rule) for name, rule in pack.file.rules.items()}
        self._restrain()
        self._schedule = Schedule(self._runners)
        self._gates = SpeedGates([(runner, pack.speed_gate(runner.rule)) for runner in self._runners])
        self._arming = [arming for runner in self._runners for arming in runner.arming]
        self._seen = SeenCues(name for runner in self._runners for name in runner.cues)
        self._was_asked = True
        self._arbiter = Arbiter(pack.file.arbitration)
        kinds = dict.fromkeys(runner.kind for runner in self._runners)
        apart = Apart(pack.file.without_speed)
        self._alarms = [self._alarm(kind, pack, apart) for kind in kinds]
        self._alarms.sort(key=lambda alarm: -alarm.priority)

    def _alarm(self, kind: str, pack: Pack, apart: Apart) -> Alarm:
        runners = [runner for runner in self._runners if runner.kind == kind]
        restrained = pack.file.restrained_ranks(runner.rule for runner in runners)
        return Alarm(kind, runners, pack.name, pack.sha256, self._arbiter, restrained, apart.spacings(kind))


def _silence(begin: float, end: float) -> Iterator[Cues]:
    """Yields cues for a time without any: close enough together to be one stretch, and not without end."""
    step_s = 0.8 * LONGEST_STEP_S
    for index in range(int(min(end - begin, LONGEST_SILENCE_S) / step_s)):
        t = begin + 0.001 + index * step_s
        if t < end:
            yield Cues(t=t, camera=CameraHealth.STALE, degraded="camera_stale", degraded_s=t - begin)


def _time_of(alert: Alert) -> tuple[float, bool]:
    return alert.t, alert.phase is not Phase.CLEAR
