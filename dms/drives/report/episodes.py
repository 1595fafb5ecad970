"""What a pack did on a drive: its alerts from beginning to end, and what each means against the labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dms.decision.engine import DecisionEngine
from dms.decision.pack_loader import Pack
from dms.drives.replaying.availability import Availability
from dms.drives.replaying.excused import ExcusedGlance, ExcusedGlances
from dms.drives.replaying.replay import Replay
from dms.drives.scoring.matching import Match, rule_times
from dms.drives.scoring.score import DriveScore, drive_score
from dms.monitor.monitor import Monitor
from dms.types import KSS, Alert, DriveRecord, DriverInput, Label, Level, Phase


class Verdict(StrEnum):
    """How an alert or a label fared in the comparison of both."""

    FOUND = "found"
    MISSED = "missed"
    RELATED = "related"
    FALSE = "false"
    UNCOVERED = "uncovered"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True)
class Episode:
    """An alert from when it was raised to `end_s`, when it was cleared or the drive ended; `steps` begin with the raising."""

    steps: tuple[Alert, ...]
    end_s: float
    verdict: Verdict
    match: Match | None

    @property
    def start(self) -> Alert:
        """With which it began."""
        return self.steps[0]

    @property
    def level(self) -> Level:
        """The highest level that was reached."""
        return max((step.level for step in self.steps), key=lambda level: level.rank)


@dataclass(frozen=True, slots=True)
class JudgedLabel:
    """A label and the alert that answers it, if one does.

    `own_time_s`: the label is over before this, when the pack's first rule of its kind is due.
    """

    label: Label
    verdict: Verdict
    match: Match | None
    own_time_s: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that one pack did on the drive.

    `held_back` are the alerts that were suppressed, with the reason in their cause; `excused` the looks aside that were excused.
    """

    pack: Pack
    score: DriveScore
    episodes: tuple[Episode, ...]
    held_back: tuple[Alert, ...]
    labels: tuple[JudgedLabel, ...]
    excused: tuple[ExcusedGlance, ...] = ()

    @property
    def asked(self) -> int:
        """How many labels ask for an alert of the pack's."""
        return sum(label.verdict is not Verdict.UNCOVERED for label in self.labels)

    @property
    def missed(self) -> int:
        """How many of them were not answered."""
        return sum(label.verdict is Verdict.MISSED for label in self.labels)

    @property
    def false(self) -> int:
        """How many alerts of the kinds that somebody labelled no label asks for; 0 where nothing is labelled."""
        return self.score.counts_of_all(self.score.labelled_kinds).false if self.labels else 0


def judge(pack: Pack, replay: Replay, availability: Availability, excused: Sequence[ExcusedGlance] = ()) -> Judgement:
    """The alerts that `pack` raised in `replay` as episodes, compared to the labels that ask for alerts."""
    score = drive_score(replay, availability, rule_times(pack))
    labels = [label for label in replay.labels if label.kind != KSS]
    matching = score.matching
    by_alert = {id(match.alert): match for match in matching.matched}
    by_label = {id(match.label): match for match in matching.matched}
    related = {id(alert) for alert in matching.related}
    uncovered = {id(label) for label in matching.uncovered}

    def of_alert(alert: Alert) -> Verdict:
        if not labels:
            return Verdict.UNJUDGED
        if id(alert) in by_alert:
            return Verdict.FOUND
        return Verdict.RELATED if id(alert) in related else Verdict.FALSE

    def of_label(label: Label) -> Verdict:
        if id(label) in by_label:
            return Verdict.FOUND
        return Verdict.UNCOVERED if id(label) in uncovered or label in score.out_of_reach else Verdict.MISSED

    def own_time_s(label: Label) -> float | None:
        return score.own_times_s.get(label.kind) if label in score.out_of_reach else None

    held = _episodes(replay.alerts, replay.end_s)
    episodes = [Episode(steps, end_s, of_alert(steps[0]), by_alert.get(id(steps[0]))) for steps, end_s in held]
    return Judgement(
        pack=pack,
        score=score,
        episodes=tuple(sorted(episodes, key=lambda episode: (episode.start.t, episode.start.kind))),
        held_back=tuple(alert for alert in replay.alerts if alert.phase is Phase.SUPPRESS),
        labels=tuple(JudgedLabel(label, of_label(label), by_label.get(id(label)), own_time_s(label)) for label in labels),
        excused=tuple(excused),
    )


def _episodes(alerts: Iterable[Alert], end_s: float) -> Iterator[tuple[tuple[Alert, ...], float]]:
    """The steps of each time that a kind of alert held, and when that was over."""
    holding: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.phase in (Phase.RAISE, Phase.ESCALATE):
            holding.setdefault(alert.kind, []).append(alert)
        elif alert.phase is Phase.CLEAR and alert.kind in holding:
            yield (*holding.pop(alert.kind), alert), alert.t
        elif alert.phase is Phase.ACKNOWLEDGE and alert.kind in holding:
            holding[alert.kind].append(alert)
    for steps in holding.values():
        yield tuple(steps), max(end_s, steps[-1].t)


class SecondOpinion:
    """A `Watch` for `replay`: what another pack decides on the same cues, which do not depend on the pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.alerts: list[Alert] = []
        self.excused = ExcusedGlances()
        self._engine = DecisionEngine(pack)
        self._last_t: float | None = None

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if isinstance(record, DriverInput):
            self.alerts.extend(self._engine.driver(record))
        elif monitor.cues is not None and monitor.cues.t != self._last_t:
            self._last_t = monitor.cues.t
            decided = self._engine.step(monitor.cues)
            self.alerts.extend(decided)
            self.excused.take(monitor.cues, decided, self._engine, monitor.fusion)


def counts_by_level(episodes: Sequence[Episode]) -> Mapping[Level, int]:
    """How many alerts reached which level, the worst first."""
    return {level: number for level in reversed(Level) if (number := sum(episode.level is level for episode in episodes))}
