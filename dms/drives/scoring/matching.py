"""Which alert answers which label: one to one, by kind, within the rule's own time and deadline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dms.decision.pack_loader import Pack
from dms.decision.rule_schema import RuleBase
from dms.decision.without_speed import Restraint
from dms.types import KSS, Alert, AlertKind, Label, Phase

# Half a second beyond the rule's time: the end-to-end allowance of the ADDW spot check (trigger at 3.5 s, missed at 4.0 s).
TOLERANCE_S = 0.5


@dataclass(frozen=True, slots=True)
class RuleTime:
    """How long after the onset a rule answers at the earliest (`time_s`), and from when on its answer comes too late.

    `deadline_s` None: the condition builds up with breaks (shared glances, PERCLOS, counts), so that no time after its onset
    is too late as long as the label lasts. While nobody tells the speed the rule takes `times_untold` as long.
    """

    kind: str
    time_s: float
    deadline_s: float | None
    times_untold: float = 1.0

    @property
    def untold(self) -> RuleTime:
        """The time of the rule in a drive that was never told its speed."""
        deadline_s = None if self.deadline_s is None else self.deadline_s * self.times_untold
        return RuleTime(self.kind, self.time_s * self.times_untold, deadline_s)


@dataclass(frozen=True, slots=True)
class Match:
    """An alert that answers a label, `latency_s` beyond the rule's own time; None for a condition that builds up with breaks."""

    label: Label
    alert: Alert
    latency_s: float | None


@dataclass(frozen=True, slots=True)
class Matching:
    """Everything expected and everything raised in one drive.

    `related` are alerts that answer no label and yet have a cause that is labelled: they came during a label of their family
    (the long glance that is also a turned head), or tell of a driver who does not react to one. `unexpected` have none.
    `uncovered` are labels of kinds that the pack has no rule for.
    """

    matched: tuple[Match, ...] = ()
    missed: tuple[Label, ...] = ()
    related: tuple[Alert, ...] = ()
    unexpected: tuple[Alert, ...] = ()
    uncovered: tuple[Label, ...] = ()


def rule_times(pack: Pack) -> dict[str, RuleTime]:
    """The times of every rule of the pack, by the rule's name."""
    return {name: _time_of(rule, pack.file.restraint(rule)) for name, rule in pack.file.rules.items()}


def times_of_drive(times: Mapping[str, RuleTime], *, speed_told: bool) -> Mapping[str, RuleTime]:
    """The rules' times in a drive that was told its speed at some time, or never."""
    return times if speed_told else {name: time.untold for name, time in times.items()}


def _time_of(rule: RuleBase, restraint: Restraint | None) -> RuleTime:
    kind = str(rule.alert)
    if kind == AlertKind.FATIGUE_DROWSINESS:
        # Sleepiness has no moment at which it begins, whatever kind of rule finds it.
        return RuleTime(kind, 0.0, None)
    return RuleTime(kind, *rule.answers_after_s(), times_untold=1.0 if restraint is None else restraint.times)


def alert_starts(alerts: Iterable[Alert]) -> list[Alert]:
    """The alerts with which a kind begins to hold. A higher level of a kind that holds already is no second alert.

    Where the driver was told of the same look already, by an alert of another kind that still holds, the one held back is among
    them: it was answered.
    """
    holding: set[str] = set()
    starts: list[Alert] = []
    for alert in alerts:
        if alert.phase in (Phase.RAISE, Phase.ESCALATE):
            if alert.kind not in holding:
                starts.append(alert)
            holding.add(alert.kind)
        elif alert.phase is Phase.CLEAR:
            holding.discard(alert.kind)
        elif _is_told_already(alert):
            starts.append(alert)
    return starts


def _is_told_already(alert: Alert) -> bool:
    return alert.phase is Phase.SUPPRESS and "told_by" in alert.cause


def match_drive(
    labels: Sequence[Label], alerts: Iterable[Alert], times: Mapping[str, RuleTime], tolerance_s: float = TOLERANCE_S
) -> Matching:
    """Match the alerts of one drive to its labels.

    Alerts are taken in order of time, each to the label still open that must be answered first; no other one-to-one matching
    answers more labels. A condition that builds up with breaks has no moment at which it begins: an alert that was raised before
    the label and still holds answers it too. A driver's ratings of their own sleepiness ask for no alert and stay out of it.
    """
    alerts = list(alerts)
    labels = [label for label in labels if label.kind != KSS]
    covered = {time.kind for time in times.values()}
    open_labels = sorted((label for label in labels if label.kind in covered), key=lambda label: (label.end, label.t))
    matched: list[Match] = []
    others: list[Alert] = []
    for alert in alert_starts(alerts):
        time = times.get(alert.rule, RuleTime(alert.kind, 0.0, None))
        label = next((label for label in open_labels if _answers(alert, label, time, tolerance_s)), None)
        if label is None:
            if not _is_told_already(alert):
                others.append(alert)
        else:
            open_labels.remove(label)
            matched.append(Match(label, alert, _latency_s(alert, label, time)))
    for label in list(open_labels):
        builds_up = any(time.kind == label.kind and time.deadline_s is None for time in times.values())
        holding = _holding_at(label, alerts) if builds_up else None
        if holding is not None and all(match.alert is not holding for match in matched):
            open_labels.remove(label)
            others = [alert for alert in others if alert is not holding]
            matched.append(Match(label, holding, None))
    related = [alert for alert in others if any(_is_related(alert, label, tolerance_s) for label in labels)]
    return Matching(
        matched=tuple(matched),
        missed=tuple(sorted(open_labels, key=lambda label: label.t)),
        related=tuple(related),
        unexpected=tuple(alert for alert in others if alert not in related),
        uncovered=tuple(label for label in labels if label.kind not in covered),
    )


def _latency_s(alert: Alert, label: Label, time: RuleTime) -> float | None:
    """Beyond the time that the rule took here, which its alert says where it depends on what is looked at or how fast."""
    if time.deadline_s is None:
        return None
    own_s = alert.cause.get("after_s")
    return alert.t - label.t - max(time.time_s, own_s if isinstance(own_s, int | float) else 0.0)


def _holding_at(label: Label, alerts: Iterable[Alert]) -> Alert | None:
    """The alert of the label's kind that holds when the label begins: as it was raised."""
    holding: Alert | None = None
    for alert in alerts:
        if alert.t > label.t:
            break
        if alert.kind == label.kind:
            if alert.phase is Phase.CLEAR:
                holding = None
            elif alert.phase is Phase.RAISE:
                holding = alert
    return holding


def _answers(alert: Alert, label: Label, time: RuleTime, tolerance_s: float) -> bool:
    latest = max(label.end, label.t + time.time_s) if time.deadline_s is None else label.t + time.deadline_s
    return alert.kind == label.kind and label.t - tolerance_s <= alert.t <= latest + tolerance_s


def _is_related(alert: Alert, label: Label, tolerance_s: float) -> bool:
    family = alert.kind.partition(".")[0]
    same_cause = family == label.kind.partition(".")[0] or alert.kind is AlertKind.DRIVER_UNRESPONSIVE
    return same_cause and label.t - tolerance_s <= alert.t <= label.end + tolerance_s


def out_of_reach(missed: Sequence[Label], times: Mapping[str, RuleTime]) -> tuple[Label, ...]:
    """Returns those of the labels that no rule of these times could have answered."""
    return tuple(label for label in missed if _is_out_of_reach(label, times))


def own_time_s(kind: str, times: Mapping[str, RuleTime]) -> float:
    """Returns how long after its onset the first rule of this kind is due, seconds."""
    return min((time.time_s for time in times.values() if time.kind == kind), default=0.0)


def _is_out_of_reach(label: Label, times: Mapping[str, RuleTime]) -> bool:
    """Whether it is over before any rule of its kind is due. What builds up with breaks may have begun before the label."""
    own = [time for time in times.values() if time.kind == label.kind]
    return all(time.deadline_s is not None and label.end - label.t < time.time_s for time in own)
