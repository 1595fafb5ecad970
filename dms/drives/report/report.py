"""A report of one drive: what to watch during its replay, and the page that is made of it.

watches = ReportWatches(compare=other_pack)
result = replay(drive, monitor, watches.all)
text = Report(result, pack, watches, origin).page(pictures)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from dms.decision.pack_loader import Pack
from dms.drives.replay import Replay, Watch
from dms.drives.report.badges import legend
from dms.drives.report.data import as_script_text, page_data
from dms.drives.report.differences import differences
from dms.drives.report.differences_table import differences_table
from dms.drives.report.episodes import Judgement, SecondOpinion, judge
from dms.drives.report.events_table import events_table
from dms.drives.report.figures import cards, degraded_list, score_table, trip_table
from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.origin import Origin, origin_table
from dms.drives.report.page import page
from dms.drives.report.pictures import Picture, moments, within_limits
from dms.drives.report.series import Series
from dms.drives.report.words import clock
from dms.drives.score import Availability, DriveScore, Score, driver_of
from dms.drives.trip import TripWatch

_NOTHING = Markup("")


class ReportWatches:
    """What a report needs to see of a replay; with `compare`, what another pack makes of the same drive."""

    def __init__(self, compare: Pack | None = None) -> None:
        self.series = Series()
        self.trip = TripWatch()
        self.availability = Availability()
        self.second = SecondOpinion(compare) if compare is not None else None

    @property
    def all(self) -> list[Watch]:
        """To hand to `replay`."""
        watches: list[Watch] = [self.series, self.trip, self.availability]
        return watches if self.second is None else [*watches, self.second]


class Report:
    """What was made of a drive."""

    def __init__(self, replay: Replay, pack: Pack, watches: ReportWatches, origin: Origin) -> None:
        self.replay = replay
        self._watches = watches
        self._origin = origin
        self.judgements: list[Judgement] = [judge(pack, replay.alerts, replay.labels, replay.end_s)]
        if watches.second is not None:
            second = watches.second
            self.judgements.append(judge(second.pack, second.alerts, replay.labels, replay.end_s))

    @cached_property
    def moments(self) -> list[float]:
        """The times at which a picture of the driver would tell something."""
        return moments(self.judgements, self.replay.start_s, self.replay.end_s)

    def page(self, pictures: Sequence[Picture] = ()) -> str:
        """The report as HTML. The same drive, packs and pictures give the same text."""
        replay, trip = self.replay, self._watches.trip
        data = page_data(self._watches.series, self.judgements, within_limits(pictures), replay.start_s, replay.end_s)
        return page(
            title=joined(f"{replay.path.name} · {' and '.join(self._names)}"),
            data=as_script_text(data),
            head=self._head(),
            differences=self._differences(),
            legend=legend(self.judgements),
            events=events_table(self.judgements),
            score=self._score(),
            trip=_section("The trip, five minutes at a time", trip_table(trip.periods, trip.total)),
            origin=_section("Where this comes from", origin_table(replay, [one.pack for one in self.judgements], self._origin)),
        )

    @property
    def _names(self) -> list[str]:
        return [judgement.pack.name for judgement in self.judgements]

    def _head(self) -> Markup:
        replay = self.replay
        packs = " against ".join(self._names)
        line = f"{driver_of(replay.path, replay.metadata)} · {clock(replay.duration_s)} · pack {packs}"
        problems = [*replay.warnings, *replay.label_problems]
        warnings = [element("p", problem, class_="warning", role="note") for problem in problems]
        title = element("div", element("h1", replay.path.name), element("p", line, class_="line"), class_="title")
        return element("header", title, *warnings, cards(self.judgements, self._watches.trip.total))

    def _differences(self) -> Markup:
        if len(self.judgements) == 1:
            return _NOTHING
        found = differences(*self.judgements)
        return _section(f"What differs: {len(found)}", element("div", differences_table(found, self.judgements), class_="rows"))

    def _score(self) -> Markup:
        if not self.replay.labels:
            text = element("p", "The drive has no labels: there is nothing to compare the alerts to.", class_="nothing")
        elif self.replay.label_problems:
            text = element("p", "Labels that cannot be right: no score before they are put right.", class_="nothing")
        else:
            text = joined(
                *(score_table(self._score_of(judgement), judgement.pack.name) for judgement in self.judgements), _SCORE_NOTE
            )
        trip = self._watches.trip.total
        degraded = element("div", element("h3", "Degraded"), degraded_list(trip.degraded_s if trip is not None else {}))
        return _section("Score", element("div", text, class_="wide"), degraded)

    def _score_of(self, judgement: Judgement) -> Score:
        path, availability = self.replay.path, self._watches.availability
        driver = driver_of(path, self.replay.metadata)
        return Score((DriveScore(path, driver, judgement.matching, availability.watched_s, availability.degraded_s),))


_SCORE_NOTE = element(
    "p", "False of all kinds together: from warning up. p50, p95 and latest: seconds beyond the rule's own time.", class_="muted"
)


def _section(name: str, *content: Markup) -> Markup:
    return element("section", element("h2", name), *content)
