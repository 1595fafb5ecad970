"""The figures of a pack on drives, as `dms score` counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from dms.decision.pack_loader import Pack
from dms.drives.labels.labels import labels_beside
from dms.drives.replaying.replay import Replay
from dms.drives.report.episodes import Judgement, judge
from dms.drives.scoring.score import DriveScore, Score
from dms.studio.places import Place
from dms.studio.seen import Seen
from dms.types import Alert

_FIGURES = ("recall", "precision", "f1", "false_per_hour", "latency_p50_s")


@dataclass(frozen=True)
class Side:
    """What a pack came to on one drive. `problems` are labels that cannot be right, with which nothing is scored."""

    judgement: Judgement
    replay: Replay
    problems: tuple[str, ...]

    @property
    def score(self) -> DriveScore:
        """The score of the drive."""
        return self.judgement.score


def side_of(place: Place, seen: Seen, pack: Pack, alerts: tuple[Alert, ...]) -> Side:
    """What a pack came to that raised these alerts in a drive. Looks that were excused are not told.

    Raises:
        DriveError: the labels beside the drive cannot be read.
    """
    replay = replace(seen, alerts=alerts).replay(place.path, tuple(labels_beside(place.path)))
    return Side(judge(pack, replay, seen.availability), replay, tuple(replay.label_problems))


def figures_of(scores: Sequence[DriveScore]) -> dict[str, Any]:
    """The figures of drives together, by kind and of all kinds, as `dms score --json` has them."""
    score = Score(tuple(scores))
    kinds = [kind.as_dict(sure=False) for kind in score.kinds] if scores else []
    return {
        "hours": score.hours,
        "drives": len(scores),
        "unlabelled": len(score.unlabelled),
        "kinds": [
            {key: kind[key] for key in ("kind", "labelled", "labels", "matched", "missed", "false", *_FIGURES)} for kind in kinds
        ],
    }
