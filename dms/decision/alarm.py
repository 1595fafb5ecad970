"""One kind of alert: the rules that raise it, its state machine, and the alerts that are published about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dms.decision.arbitration import Arbiter
from dms.decision.causes import LEVELS, Values, known
from dms.decision.machines import AlarmMachine, AlarmState
from dms.decision.rule_schema import passes_at_once
from dms.decision.runner import NONE, AnyRunner
from dms.decision.spacing import Spacing
from dms.decision.timing import Moment
from dms.types import Alert, AlertKind, Level, Phase

ACKNOWLEDGED_LATE_S = 10.0
"""How long after an alert has cleared it can still be acknowledged: drivers look up first, and press the button then."""
ACKNOWLEDGED_FOR_S = 300.0
"""So long an acknowledgement keeps quiet what attention alone does not end, sleepiness above all: studies ask drivers for their
sleepiness every five minutes (Optalert on Regulation (EU) 2021/1341) [S2]; that it is time to speak again then is [D]."""


class Alarm:
    """One kind of alert. `rank` is the level at which it is raised now: its rules ask for levels, other things hold it back."""

    def __init__(
        self,
        kind: str,
        runners: Sequence[AnyRunner],
        pack_name: str,
        pack_sha256: str,
        arbiter: Arbiter,
        restrained_ranks: Iterable[int] = (),
        untold: Sequence[Spacing] = (),
    ) -> None:
        """`untold` says how far apart alerts of this kind, and of others that share it, are while nobody tells the speed."""
        self.kind = AlertKind(kind)
        self.runners = tuple(runners)
        self.priority = max(runner.priority for runner in runners)
        self.machine = AlarmMachine([runner.rule for runner in runners], restrained_ranks)
        self.rank = NONE
        self.alert: Alert | None = None
        self._pack, self._sha256 = pack_name, pack_sha256[:12]
        self._arbiter = arbiter
        self._held_back: tuple[int, str] | None = None
        self._suppressed_since: dict[int, float] = {}
        self._prompted_at = float("-inf")
        self._cleared_at = float("-inf")
        self._last: Alert | None = None
        self._repeats = 0
        self._acknowledged_rank = NONE
        self._quiet_until = float("-inf")
        self._quiet_for_s = float("inf") if passes_at_once(kind) else ACKNOWLEDGED_FOR_S
        self._spacings = {runner.name: Spacing(runner.rule.cooldown_s, runner.rule.cooldown_up_to_s or 0.0) for runner in runners}
        self._untold = tuple(untold)
        rewarn = [runner.rule.rewarn_s for runner in runners if runner.rule.rewarn_s is not None]
        self._rewarn_s = min(rewarn) if rewarn else float("inf")

    def continue_from(self, earlier: Alarm) -> None:
        """Take over what is raised from the alarm of the pack that was in force before, if this alarm has that state."""
        if earlier.machine.state not in self.machine.known:
            return
        self.machine.state = earlier.machine.state
        self.rank, self.alert = earlier.rank, earlier.alert
        self._prompted_at = earlier._prompted_at
        for name, spacing in earlier._spacings.items():
            if name in self._spacings:
                self._spacings[name].continue_from(spacing)
        for spacing, before in zip(self._untold, earlier._untold, strict=True):
            spacing.continue_from(before)
        self._cleared_at, self._repeats = earlier._cleared_at, earlier._repeats
        self._held_back, self._suppressed_since = earlier._held_back, earlier._suppressed_since
        self._acknowledged_rank, self._quiet_until = earlier._acknowledged_rank, earlier._quiet_until

    @property
    def leader(self) -> AnyRunner:
        """The rule that speaks for the alert: of those that support the highest level now, the one that asked first."""
        return max(self.runners, key=lambda runner: (runner.rising, runner.rank, -runner.due))

    def step(self, moment: Moment) -> list[Alert]:
        """Returns the alerts to publish about this kind at this moment."""
        wanted = NONE
        for runner in self.runners:
            if runner.rank > wanted:
                wanted = runner.rank
        if wanted == NONE:
            self._held_back = None
            if self._suppressed_since:
                self._suppressed_since.clear()
            return [self._over(moment)] if self.rank != NONE else []
        if wanted > self.rank:
            rising = max(runner.rising for runner in self.runners)
            return self._rise(rising, moment) if rising > self.rank else []
        due = max(self._prompted_at + self._rewarn_s, self._quiet_until)
        if moment.t < due or not any(runner.rising >= 0 and runner.rule.rewarn_s is not None for runner in self.runners):
            return []
        return self._prompt_again(due, moment)

    def acknowledge(self, t: float) -> list[Alert]:
        """The driver acknowledged: silences this alert, at the level it has now, where its rules say so."""
        until_new_drive = any(runner.rule.acknowledge == "until_new_drive" for runner in self.runners)
        this_time = any(runner.rule.acknowledge == "this_time" for runner in self.runners)
        if self.rank != NONE and (until_new_drive or this_time) and self.machine.state is not AlarmState.ACKNOWLEDGED:
            assert self.alert is not None
            self.machine.trigger("acknowledge")
            self._acknowledged_rank, self._quiet_until = self.rank, t + self._quiet_for_s
            self._arbiter.stop(self.kind)
            self.alert = self._alert(t, LEVELS[self.rank], Phase.ACKNOWLEDGE, self.alert.onset, self.alert.rule, {})
            return [self.alert]
        recent = t - self._cleared_at <= ACKNOWLEDGED_LATE_S
        if self._last is not None and self.machine.state is AlarmState.QUIET and until_new_drive and recent:
            self.machine.trigger("acknowledge")
            self._acknowledged_rank = self._last.level.rank
            return [self._alert(t, self._last.level, Phase.ACKNOWLEDGE, self._last.onset, self._last.rule, {"late": True})]
        return []

    def end(self, t: float, reason: str) -> list[Alert]:
        """Clear whatever is raised, because monitoring pauses or starts afresh. Returns the alerts to publish."""
        alerts = [self._cleared(t, reason)] if self.rank != NONE else []
        for runner in self.runners:
            runner.restart()
        self._held_back = None
        return alerts

    def _rise(self, wanted: int, moment: Moment) -> list[Alert]:
        leader = self.leader
        reason = self._blocked(leader, wanted, moment)
        if reason is not None:
            if self._held_back == (wanted, reason):
                return []
            self._held_back = (wanted, reason)
            t = self._decided_at(leader, moment)
            cause = {"reason": reason, **leader.cause(moment), **self._behind(reason, leader, moment)}
            return [self._alert(t, LEVELS[wanted], Phase.SUPPRESS, leader.onset, leader.name, cause)]
        phase = Phase.ESCALATE if self.rank != NONE else Phase.RAISE
        t = moment.t if self._held_back is not None else self._decided_at(leader, moment)
        if phase is Phase.RAISE:
            self._repeats = 0
            for spacing in (*self._spacings.values(), *(self._untold if leader.restraint is not None else ())):
                spacing.raised(self.kind, t)
        self._held_back = None
        self._quiet_until = float("-inf")
        self.machine.trigger(f"reach_{LEVELS[wanted].value}")
        self.rank = wanted
        self.alert = self._alert(t, LEVELS[wanted], phase, leader.onset, leader.name, leader.cause(moment))
        return [*self._sound(leader, t), self.alert]

    def _blocked(self, leader: AnyRunner, wanted: int, moment: Moment) -> str | None:
        """Returns why the alert may not be raised now; None if it may."""
        if self.machine.state is AlarmState.SILENCED and wanted <= self._acknowledged_rank:
            return "acknowledged"
        for index, (excuse, reason, at_most_s) in enumerate(leader.suppressions):
            if excuse.holds(moment.cues) is True and moment.t - self._suppressed_since.setdefault(index, moment.t) <= at_most_s:
                return reason
        if self.rank == NONE and (spacing := self._spacing(leader, moment)) is not None:
            return "told_already" if self._told_by(spacing) is not None else "cooldown"
        blocker = self._arbiter.blocker(self.kind, wanted, leader.priority, self._decided_at(leader, moment))
        return None if blocker is None else f"{blocker.kind} sounds"

    def _spacing(self, leader: AnyRunner, moment: Moment) -> Spacing | None:
        """Returns what keeps this alert from being raised so soon: another that tells the same now, else the longest wait."""
        own = (self._spacings[leader.name],) if leader.has_cooldown(moment.t) else ()
        untold = self._untold if leader.restraint is not None and leader.restraint.softly else ()
        waits = [spacing for spacing in (*own, *untold) if spacing.left_s(moment.t)]
        return max(waits, key=lambda spacing: (self._told_by(spacing) is not None, spacing.left_s(moment.t)), default=None)

    def _told_by(self, spacing: Spacing) -> str | None:
        """Returns the other kind of alert that is raised and tells the driver of the same now, if there is one."""
        return None if spacing.told_by == self.kind else spacing.told_by

    def _behind(self, reason: str, leader: AnyRunner, moment: Moment) -> Values:
        """Returns the values behind that for which an alert is held back."""
        for excuse, named, at_most_s in leader.suppressions:
            if named == reason and excuse.holds(moment.cues) is True:
                return {**excuse.values(moment.cues), "excused_by": excuse.words, "at_most_s": at_most_s}
        if reason in ("cooldown", "told_already") and (spacing := self._spacing(leader, moment)) is not None:
            told_by: Values = {"told_by": self._told_by(spacing)} if reason == "told_already" else {}
            return {**told_by, "cooldown_s": spacing.apart_s, "cooldown_left_s": round(spacing.left_s(moment.t), 3)}
        if reason == "acknowledged":
            return {"acknowledged_level": LEVELS[self._acknowledged_rank].value}
        return {}

    def _sound(self, leader: AnyRunner, t: float) -> list[Alert]:
        """Sound the alert. Returns the alert that tells of a prompt that is cut short by it, if there is one."""
        self._prompted_at = t
        cut_short = self._arbiter.sound(self.kind, leader.name, self.rank, leader.priority, t)
        if cut_short is None:
            return []
        cause: Values = {
            "reason": f"{self.kind} sounds",
            "prompt": "cut short",
            "pack_sha256": self._sha256,
        }
        kind, level = AlertKind(cut_short.kind), LEVELS[cut_short.rank]
        return [Alert(t, kind, level, Phase.SUPPRESS, t, cut_short.rule, self._pack, cause)]

    def _prompt_again(self, due: float, moment: Moment) -> list[Alert]:
        """Prompt once more at the level that is raised, for which it was time at `due`."""
        leader = self.leader
        if self._arbiter.blocker(self.kind, self.rank, leader.priority, moment.t) is not None:
            return []
        assert self.alert is not None
        if self.machine.state is AlarmState.ACKNOWLEDGED:
            self.machine.trigger(f"reach_{LEVELS[self.rank].value}")
        self._repeats += 1
        t = due if due > moment.before else moment.t
        cause = {**leader.cause(moment), "repeat": self._repeats}
        self.alert = self._alert(t, LEVELS[self.rank], Phase.ESCALATE, self.alert.onset, leader.name, cause)
        return [*self._sound(leader, t), self.alert]

    def _over(self, moment: Moment) -> Alert:
        reason = next((runner.ended_because for runner in self.runners if runner.ended_because), "over")
        return self._cleared(moment.t, reason, known(("speed_kph",), moment.cues) if reason in ("speed", "standing") else {})

    def _cleared(self, t: float, reason: str, values: Values | None = None) -> Alert:
        assert self.alert is not None
        cause: Values = {"reason": reason, **(values or {})}
        alert = self._alert(t, LEVELS[self.rank], Phase.CLEAR, self.alert.onset, self.alert.rule, cause)
        self.machine.trigger("clear")
        self._arbiter.stop(self.kind)
        self.rank, self.alert, self._last = NONE, None, alert
        self._cleared_at, self._quiet_until = t, float("-inf")
        for spacing in (*self._spacings.values(), *self._untold):
            spacing.cleared(self.kind)
        if self._acknowledged_rank != NONE:
            self._stay_silent_or_forget()
        return alert

    def _stay_silent_or_forget(self) -> None:
        """What was acknowledged until the next drive stays so, also when the alert rose above it and is over now."""
        if AlarmState.SILENCED not in self.machine.known:
            self._acknowledged_rank = NONE
        elif self.machine.state is AlarmState.QUIET:
            self.machine.trigger("acknowledge")

    @staticmethod
    def _decided_at(leader: AnyRunner, moment: Moment) -> float:
        """Returns when within the last step the rule was fulfilled."""
        return leader.due if moment.before < leader.due <= moment.t else moment.t

    def _alert(self, t: float, level: Level, phase: Phase, onset: float, rule: str, cause: Values) -> Alert:
        return Alert(t, self.kind, level, phase, min(onset, t), rule, self._pack, {**cause, "pack_sha256": self._sha256})
