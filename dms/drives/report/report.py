"""A report of one drive: what to watch during its replay, and the page that is made of it.

watches = ReportWatches(compare=other_pack)
result = replay(drive, monitor, watches.all)
text = Report(result, pack, watches, origin).page(pictures)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from functools import cached_property

from dms.decision.pack_loader import Pack
from dms.drives.replaying.availability import Availability
from dms.drives.replaying.excused import ExcusedGlances
from dms.drives.replaying.replay import Replay, Watch
from dms.drives.report.badges import legend, pack_tags
from dms.drives.report.data import as_script_text, page_data
from dms.drives.report.differences import differences
from dms.drives.report.differences_table import differences_table
from dms.drives.report.episodes import Judgement, SecondOpinion, judge
from dms.drives.report.events_table import events_table
from dms.drives.report.figures import cards, degraded_text, score_table, sensitivity_text, trip_table
from dms.drives.report.glances_table import glances_tables
from dms.drives.report.index_page import IndexedDrive
from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.origin import Origin, origin_table
from dms.drives.report.page import page
from dms.drives.report.pictures import Picture, moments, within_limits
from dms.drives.report.series import Series
from dms.drives.report.words import lasting
from dms.drives.scoring.score import Score, driver_of
from dms.trip.glances.figures import figures_of
from dms.trip.glances.watch import GlanceWatch
from dms.trip.trip import TripWatch

_NOTHING = Markup("")


class ReportWatches:
    """What a report needs to see of a replay; with `compare`, what another pack makes of the same drive."""

    def __init__(self, compare: Pack | None = None) -> None:
        self.series = Series()
        self.trip = TripWatch()
        self.glances = GlanceWatch()
        self.availability = Availability()
        self.excused = ExcusedGlances()
        self.second = SecondOpinion(compare) if compare is not None else None

    @property
    def all(self) -> list[Watch]:
        """To hand to `replay`."""
        watches: list[Watch] = [self.series, self.trip, self.glances, self.availability, self.excused]
        return watches if self.second is None else [*watches, self.second]


class Report:
    """What was made of a drive."""

    def __init__(self, replay: Replay, pack: Pack, watches: ReportWatches, origin: Origin) -> None:
        self.replay = replay
        self._watches = watches
        self._origin = origin
        self.judgements: list[Judgement] = [judge(pack, replay, watches.availability, watches.excused.glances)]
        if watches.second is not None:
            other = dataclasses.replace(replay, alerts=tuple(watches.second.alerts))
            self.judgements.append(judge(watches.second.pack, other, watches.availability, watches.second.excused.glances))

    @cached_property
    def moments(self) -> list[float]:
        """The times at which a picture of the driver would tell something."""
        return moments(self.judgements, self.replay.start_s, self.replay.end_s)

    def page(self, pictures: Sequence[Picture] = (), index: str | None = None) -> str:
        """The report as HTML, with a way back to `index`, the path from it to the page that lists it. The same drive, packs and
        pictures give the same text."""
        replay, trip = self.replay, self._watches.trip
        data = page_data(replay, self._watches.series, self.judgements, within_limits(pictures))
        return page(
            title=joined(f"{replay.path.name} · {' and '.join(self._names)}"),
            data=as_script_text(data),
            head=self._head(index),
            differences=self._differences(),
            legend=legend(self.judgements),
            events=events_table(self.judgements, self._watches.series.inputs),
            score=self._score(),
            trip=_section(
                "The trip, five minutes at a time", trip_table(trip.periods, trip.total, pack_tags(self.judgements)[0])
            ),
            glances=_section("Where the driver looked", glances_tables(figures_of(self._watches.glances.glances))),
            origin=_section("Where this comes from", origin_table(replay, [one.pack for one in self.judgements], self._origin)),
        )

    @property
    def _names(self) -> list[str]:
        return [judgement.pack.name for judgement in self.judgements]

    def indexed(self, name: str, page: str) -> IndexedDrive:
        """Its row in the page that lists several reports."""
        replay = self.replay
        driver, trip = driver_of(replay.path, replay.metadata), self._watches.trip.total
        return IndexedDrive(name, page, driver, replay.start_s, replay.duration_s, tuple(self.judgements), trip)

    def _head(self, index: str | None) -> Markup:
        replay = self.replay
        driver = driver_of(replay.path, replay.metadata)
        known = [driver] if driver != replay.path.stem else []
        line = " · ".join([*known, lasting(replay.duration_s), f"pack {' against '.join(self._names)}"])
        problems = (element("p", problem, class_="warning") for problem in (*replay.warnings, *replay.label_problems))
        back = element("p", element("a", "all drives", href=index), class_="line") if index is not None else None
        title = element("div", element("h1", replay.path.name), element("p", line, class_="line"), back, class_="title")
        return element("header", title, *problems, cards(self.judgements, self._watches.trip.total))

    def _differences(self) -> Markup:
        if len(self.judgements) == 1:
            return _NOTHING
        found = differences(*self.judgements)
        table = differences_table(found, self.judgements)
        return _section(f"What differs: {len(found)}" if found else "What differs", table if not found else _scrolling(table))

    def _score(self) -> Markup:
        trip = self._watches.trip.total
        degraded = element("p", degraded_text(trip.degraded_s if trip is not None else {}), class_="muted")
        return _section("Score", *self._score_content(), degraded)

    def _score_content(self) -> Iterator[Markup]:
        scores = [Score((judgement.score,)) for judgement in self.judgements]
        if self.replay.label_problems:
            yield element("p", "Labels that cannot be right: no score before they are put right.", class_="nothing")
        elif not self.judgements[0].labels:
            yield element("p", "The drive has no labels of alerts: there is nothing to compare the alerts to.", class_="nothing")
        else:
            names = [joined(tag, name) for tag, name in zip(pack_tags(self.judgements), self._names, strict=True)]
            yield element("div", score_table(scores, names), class_="wide")
            yield element("p", _SCORE_NOTE, class_="muted")
        for score, name in zip(scores, self._names, strict=True):
            text = sensitivity_text(score.sensitivity)
            if text is not None and not self.replay.label_problems:
                yield element("p", f"Pack {name}: {text}")


_SCORE_NOTE = (
    "False of all kinds together: from warning up, and of kinds that somebody labelled. "
    "p50, p95 and latest: seconds beyond the rule's own time."
)


def _scrolling(table: Markup) -> Markup:
    return element("div", table, class_="rows", tabindex=0, role="region", aria_label="What differs")


def _section(name: str, *content: Markup) -> Markup:
    return element("section", element("h2", name), *content)
