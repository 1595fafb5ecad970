"""The decision engine: cues in, alerts out, for one rule pack.

A pure function of what it is given, in order: it reads no clock, and the same cues give the same alerts every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from dms.decision.alarm import LEVELS, Alarm
from dms.decision.arbitration import Arbiter
from dms.decision.budget import BudgetRunner
from dms.decision.conditions import Watch, World
from dms.decision.count import CountRunner
from dms.decision.cumulative import CumulativeRunner
from dms.decision.gates import ArmingState, SpeedGateState
from dms.decision.pack_loader import Pack
from dms.decision.ratio import RatioRunner
from dms.decision.rule_schema import BudgetRule, CountRule, CumulativeRule, RatioRule, Rule
from dms.decision.runner import ASLEEP, AWAKE, Hindrance, RuleRunner, RuleState
from dms.decision.sustained import SustainedRunner
from dms.decision.timing import HELD_S, Moment
from dms.types import Alert, AlertKind, CameraHealth, Cues, DriverInput, Level, Phase

SILENCE_S = 1.0
LONGEST_SILENCE_S = 60.0
LOOK_FOR_UNSEEN_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """What one rule is doing now, and what keeps it from raising anything: for people who ask why nothing happens."""

    rule: str
    kind: AlertKind
    state: RuleState
    hindrance: Hindrance | None
    level: Level | None


class DecisionEngine:
    """Steps all rules of a pack through a drive."""

    def __init__(self, pack: Pack) -> None:
        self._moment = Moment()
        self._paused = False
        self._was_asked = True
        self._owed: list[Alert] = []
        self._alarms: list[Alarm] = []
        self._arming: list[ArmingState] = []
        self._speed_kph: float | None = None
        self._steady_cues: object = None
        self._steady_until = AWAKE
        self._build(pack)

    def step(self, cues: Cues) -> tuple[Alert, ...]:
        """Take the next cues in and return what was decided since the last ones, in order of time.

        A second and more without cues is passed through as what it was, a camera that showed nothing, so that the driver is told.

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
        if self._unseen and moment.t >= self._next_look_for_unseen:
            self._look_for_unseen(cues)
        if self._paused:
            return self._pay([])
        if cues.speed_kph != self._speed_kph:
            self._speed_kph = cues.speed_kph
            for gate in self._gates:
                gate.step(cues.speed_kph)
        if self._arming:
            self._arm(moment)
        asked = self._measure(moment)
        if not asked and not self._was_asked and not self._owed:
            return ()
        self._was_asked = asked
        alerts: list[Alert] = []
        for alarm in self._alarms:
            before = alarm.rank
            new = alarm.step(moment)
            if new:
                alerts.extend(new)
                self._note(alarm, before, moment.t)
        return self._pay(alerts)

    def _measure(self, moment: Moment) -> bool:
        """Let the rules see the moment, but for those that it cannot concern; whether any of them asks for an alert."""
        asked = False
        steady = self._read_steady(moment.cues)
        if steady != self._steady_cues or moment.t >= self._steady_until or moment.gap:
            self._steady_cues = steady
            asked, self._steady_until = self._look(self._steady, moment)
        return self._look(self._moving, moment)[0] or asked

    @staticmethod
    def _look(watched: list[tuple[Watch, tuple[RuleRunner, ...]]], moment: Moment) -> tuple[bool, float]:
        """Whether any of the rules asks for an alert, and until when all of them rest if nothing that they look at changes."""
        asked, all_rest_until = False, ASLEEP
        cues, t, gap = moment.cues, moment.t, moment.gap
        for watch, runners in watched:
            before = watch.value
            watch.value = value = watch.test(cues)
            if not value and value is before and t < watch.rests_until and not gap:
                if watch.rests_until < all_rest_until:
                    all_rest_until = watch.rests_until
                continue
            rests_until = AWAKE if value else ASLEEP
            for runner in runners:
                reached = runner.measure(moment)
                if reached >= 0 or runner.rank >= 0:
                    asked |= runner.settle(reached, moment) >= 0
                    rests_until = AWAKE
                elif runner.rests_until < rests_until:
                    rests_until = runner.rests_until
            watch.rests_until = rests_until
            if rests_until < all_rest_until:
                all_rest_until = rests_until
        return asked, all_rest_until

    def driver(self, action: DriverInput) -> tuple[Alert, ...]:
        """Take in what the driver did and return the alerts that change with it."""
        alerts: list[Alert] = []
        if action.action == "acknowledge":
            alerts = [alert for alarm in self._alarms for alert in alarm.acknowledge(action.t)]
        elif action.action == "pause":
            alerts = self._end_all(action.t, "paused")
            self._paused = True
        elif action.action == "resume":
            self._paused = False
        elif action.action == "new_drive":
            alerts = self._end_all(action.t, "new drive")
            self._paused = False
            self._moment = Moment()  # as in the first step: the recording of this drive, replayed on its own, gives the same
            self._build(self._pack)
        for runner in self._runners:
            runner.driver(action.action, action.t)
        self._wake()
        return self._pay(alerts)

    @property
    def active(self) -> tuple[Alert, ...]:
        """What is raised now, worst first; each as last published."""
        raised = [alarm for alarm in self._alarms if alarm.alert is not None]
        raised.sort(key=lambda alarm: (-alarm.rank, -alarm.priority))
        return tuple(alarm.alert for alarm in raised if alarm.alert is not None)

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
            )
            for runner in self._runners
        )

    @property
    def not_observable(self) -> tuple[AlertKind, ...]:
        """Kinds of alert about which nothing can be said so far, for cues that were never known in this drive."""
        seen = {name for runner in self._runners for name in runner.cues} - set(self._unseen)
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

    def _build(self, pack: Pack, keep: dict[str, RuleRunner] | None = None) -> None:
        self._pack = pack
        if not keep:
            self._raised: dict[str, int] = {}
            self._world = World(pack.file.conditions, self._raised)
        self._runners = [
            keep[name] if keep and name in keep and keep[name].rule == rule else _runner(name, rule, pack, self._world)
            for name, rule in pack.file.rules.items()
        ]
        watched: dict[Watch, list[RuleRunner]] = {}
        for runner in self._runners:
            watched.setdefault(runner.watch, []).append(runner)
        self._steady = [(watch, tuple(runners)) for watch, runners in watched.items() if watch.is_steady]
        self._moving = [(watch, tuple(runners)) for watch, runners in watched.items() if not watch.is_steady]
        steady_names = sorted({name for watch, _ in self._steady for name in watch.cues})
        self._read_steady: Callable[[Cues], object] = attrgetter(*(steady_names or ["paused"]))
        self._wake()
        self._open_gates(pack)
        self._unseen = {name: attrgetter(name) for runner in self._runners for name in sorted(runner.cues)}
        self._next_look_for_unseen = float("-inf")
        self._was_asked = True
        self._arbiter = Arbiter(pack.file.arbitration)
        kinds = dict.fromkeys(runner.kind for runner in self._runners)
        self._alarms = [
            Alarm(kind, [runner for runner in self._runners if runner.kind == kind], pack.name, pack.sha256, self._arbiter)
            for kind in kinds
        ]
        self._alarms.sort(key=lambda alarm: -alarm.priority)

    def _open_gates(self, pack: Pack) -> None:
        """One gate for all rules with the same speeds."""
        gates: dict[tuple[float, float | None, float], SpeedGateState] = {}
        for runner in self._runners:
            gate = pack.speed_gate(runner.rule)
            if gate is not None:
                key = (gate.from_kph, gate.below_kph, gate.hysteresis_kph)
                runner.gate = gates.setdefault(key, runner.gate or SpeedGateState(gate))
        self._gates = list(gates.values())
        self._speed_kph = float("nan")  # unlike any speed: the gates have not seen the present one yet
        self._arming = [arming for runner in self._runners for arming in runner.arming]

    def _arm(self, moment: Moment) -> None:
        for arming in self._arming:
            arming.step(moment)
        self._arming = [arming for arming in self._arming if not arming.armed]

    def _wake(self) -> None:
        """Something else than cues has changed: every rule has to see the next moment."""
        for watch, _ in (*self._steady, *self._moving):
            watch.rests_until = AWAKE
        self._steady_until = AWAKE

    def _look_for_unseen(self, cues: Cues) -> None:
        self._next_look_for_unseen = cues.t + LOOK_FOR_UNSEEN_EVERY_S
        for name in [name for name, read in self._unseen.items() if read(cues) is not None]:
            del self._unseen[name]

    def _note(self, alarm: Alarm, before: int, t: float) -> None:
        """Let conditions on raised alerts and counters of alerts know."""
        self._raised[alarm.kind] = alarm.rank
        if alarm.rank > before:
            for runner in self._runners:
                runner.alert_raised(alarm.kind, before, alarm.rank, t)
        self._wake()

    def _end_all(self, t: float, reason: str) -> list[Alert]:
        alerts = [alert for alarm in self._alarms for alert in alarm.end(t, reason)]
        self._raised.clear()
        self._arbiter.silence()
        return alerts

    def _pay(self, alerts: list[Alert]) -> tuple[Alert, ...]:
        alerts = [*self._owed, *alerts]
        self._owed.clear()
        alerts.sort(key=_time_of)
        return tuple(alerts)


def _silence(begin: float, end: float) -> Iterator[Cues]:
    """Cues for a time without any, close enough together to be one stretch, and not without end."""
    step_s = 0.8 * HELD_S
    for index in range(int(min(end - begin, LONGEST_SILENCE_S) / step_s)):
        t = begin + 0.001 + index * step_s
        if t < end:
            yield Cues(t=t, camera=CameraHealth.STALE, degraded="camera_stale", degraded_s=t - begin)


def _time_of(alert: Alert) -> tuple[float, bool]:
    return alert.t, alert.phase is not Phase.CLEAR


def _runner(name: str, rule: Rule, pack: Pack, world: World) -> RuleRunner:
    if isinstance(rule, CumulativeRule):
        return CumulativeRunner(name, rule, pack, world)
    if isinstance(rule, RatioRule):
        return RatioRunner(name, rule, pack, world)
    if isinstance(rule, BudgetRule):
        return BudgetRunner(name, rule, pack, world)
    if isinstance(rule, CountRule):
        return CountRunner(name, rule, pack, world)
    return SustainedRunner(name, rule, pack, world)
