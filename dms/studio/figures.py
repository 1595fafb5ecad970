"""The line of a drive in the table: how long it is, what was raised, and how that stands against the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec

from dms.decision.pack_loader import Pack
from dms.drives.report.episodes import Judgement, counts_by_level, judge
from dms.drives.scoring.score import named_driver
from dms.recording.driven_on import day_of
from dms.studio.seen import Seen
from dms.types import Label, Level


class Figures(msgspec.Struct, frozen=True):
    """What is told of one drive. `false` counts alerts from warning up that no label asks for, by kind.

    `names_driver`: `driver` is a person, and not this file's alone. `day`: when it was driven, as far as it says so.
    `road_known_s`: for how long it was known whether the driver looked at the road, `off_road_s`: for how much of that not.
    `problems` are labels that cannot be right: with any, the drive counts against nobody, as for `dms score`.
    """

    driver: str
    names_driver: bool
    day: date | None
    length_s: float
    watched_s: float
    degraded_s: float
    lost_s: float
    road_known_s: float
    off_road_s: float
    levels: dict[Level, int]
    labels: int
    found: int
    missed: int
    false: dict[str, int]
    labelled_kinds: tuple[str, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    def false_of(self, looked_for: frozenset[str]) -> int:
        """How many of the false alerts are of a kind that somebody looked for, in this drive or in another."""
        return sum(number for kind, number in self.false.items() if kind in looked_for)


def judged(path: Path, seen: Seen, beside: Sequence[Label], pack: Pack) -> Judgement:
    """What the pack did in the drive, against the labels in it and beside it."""
    return judge(pack, seen.replay(path, beside), seen.availability, seen.excused)


def figures_of(path: Path, seen: Seen, beside: Sequence[Label], pack: Pack) -> Figures:
    """The line of a drive."""
    return figures_from(path, seen, judged(path, seen, beside, pack), seen.replay(path, beside).label_problems)


def figures_from(path: Path, seen: Seen, judgement: Judgement, problems: Sequence[str]) -> Figures:
    """The same of what any pack came to."""
    score = judgement.score
    unexpected = score.matching.unexpected
    return Figures(
        driver=score.driver,
        names_driver=named_driver(path, seen.metadata) is not None,
        day=day_of(path, seen.metadata),
        length_s=seen.end_s - seen.start_s,
        watched_s=seen.watched_s,
        degraded_s=seen.degraded_s,
        lost_s=seen.lost_s,
        road_known_s=seen.road_known_s,
        off_road_s=seen.off_road_s,
        levels=dict(counts_by_level(judgement.episodes)),
        labels=len(judgement.labels),
        found=len(score.matching.matched),
        missed=len(score.missed),
        false=Counter(str(alert.kind) for alert in unexpected if alert.level.rank >= Level.WARNING.rank),
        labelled_kinds=tuple(sorted(score.labelled_kinds)),
        problems=tuple(problems),
        warnings=seen.warnings,
    )


def looked_for(lines: Iterable[Figures]) -> frozenset[str]:
    """The kinds that somebody labelled in one of the drives at least: only these can be false."""
    return frozenset().union(*(line.labelled_kinds for line in lines if not line.problems))
