"""One page for several reports: every drive with its course in a strip, the worst first, each a link to its own page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dms.counted import counted
from dms.drives.report.badges import level_counts, pack_tags
from dms.drives.report.episodes import Judgement, Verdict
from dms.drives.report.figures import card
from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.page import bare_page
from dms.drives.report.words import UNKNOWN, lasting, number_text, share_text
from dms.trip.summary import TripSummary
from dms.types import Level

S_PER_HOUR = 3600.0
STRIP_PX, STRIP_TALL_PX = 300, 14


@dataclass(frozen=True, slots=True)
class IndexedDrive:
    """A drive of the index. `page` is its report's path below the index, with slashes."""

    name: str
    page: str
    driver: str
    start_s: float
    duration_s: float
    judgements: tuple[Judgement, ...]
    trip: TripSummary | None

    @property
    def badness(self) -> tuple[int, int, int, float]:
        """To sort by: what was missed, what was false, the highest level, alerts an hour; of the first pack."""
        first = self.judgements[0]
        levels = [episode.level.rank for episode in first.episodes]
        an_hour = len(levels) / max(self.duration_s, 1.0)
        return first.missed, first.false, max(levels, default=-1), an_hour


def index_page(drives: Sequence[IndexedDrive], problems: Sequence[str] = ()) -> str:
    """The index as HTML, all of `drives` by the same packs; `problems` name the drives that could not be read. The same drives
    give the same text."""
    worst_first = sorted(drives, key=lambda drive: (*(-part for part in drive.badness), drive.name))
    packs = " against ".join(judgement.pack.name for judgement in drives[0].judgements) if drives else ""
    total_s = sum(drive.duration_s for drive in drives)
    line = " · ".join([lasting(total_s), *([f"pack {packs}"] if packs else []), "the worst first"])
    title = element("div", element("h1", counted(len(drives), "drive")), element("p", line, class_="line"), class_="title")
    warnings = (element("p", problem, class_="warning") for problem in problems)
    head = element("header", title, *warnings, _cards(drives, total_s))
    table = element("section", element("div", _table(worst_first), class_="wide"), aria_label="Drives")
    return bare_page(joined(f"{counted(len(drives), 'drive')} · {packs}"), joined(head, table if drives else None))


def _cards(drives: Sequence[IndexedDrive], total_s: float) -> Markup:
    if not drives:
        return Markup("")
    cards = []
    tags = pack_tags(drives[0].judgements)
    for number, tag in enumerate(tags):
        judged = [drive.judgements[number] for drive in drives]
        episodes = [episode for each in judged for episode in each.episodes]
        an_hour = len(episodes) / (total_s / S_PER_HOUR) if total_s > 0 else None
        cards.append(card(joined(tag, "Alerts an hour"), number_text(an_hour), level_counts(episodes)))
        if any(each.labels for each in judged):
            asked, missed = sum(each.asked for each in judged), sum(each.missed for each in judged)
            false = sum(each.false for each in judged)
            cards.append(card(joined(tag, "Labels found"), f"{asked - missed} of {asked}", f"{missed} missed, {false} false"))
    return element("ul", *cards, class_="cards")


_COLUMNS = ("Drive", "Driver", "Length", "Course", "Alerts", "Missed", "False", "Eyes on road", "Highest PERCLOS", "Judged")


def _table(drives: Sequence[IndexedDrive]) -> Markup:
    heading = element("tr", *(element("th", column, scope="col") for column in _COLUMNS))
    return element("table", element("thead", heading), element("tbody", *map(_row, drives)), class_="figures index")


def _row(drive: IndexedDrive) -> Markup:
    link = element("a", drive.name, href=quote(drive.page))
    tags = pack_tags(drive.judgements)

    def by_pack(contents: Iterator[str | Markup]) -> Markup:
        return joined(*(element("div", tag, content) for tag, content in zip(tags, contents, strict=True)))

    labelled = bool(drive.judgements[0].labels)
    trip = drive.trip
    cells = (
        drive.driver,
        lasting(drive.duration_s),
        joined(*(_strip(drive, judgement) for judgement in drive.judgements)),
        by_pack(level_counts(judgement.episodes) or "none" for judgement in drive.judgements),
        by_pack(_wrong(judgement.missed, Verdict.MISSED, labelled) for judgement in drive.judgements),
        by_pack(_wrong(judgement.false, Verdict.FALSE, labelled) for judgement in drive.judgements),
        share_text(trip.attention.eyes_on_road if trip else None),
        share_text(trip.drowsiness.perclos_max if trip else None, 1),
        share_text(trip.availability if trip else None, 1),
    )
    return element("tr", element("th", link, scope="row"), *(element("td", cell) for cell in cells))


def _wrong(count: int, verdict: Verdict, labelled: bool) -> Markup:
    if not labelled:
        return element("span", UNKNOWN, title="the drive has no labels")
    return element("span", str(count), class_=f"verdict {verdict if count else 'none'}")


def _strip(drive: IndexedDrive, judgement: Judgement) -> Markup:
    """The drive from left to right: labels above, and in the row below alerts as high as they went."""
    words = f"{counted(len(judgement.episodes), 'alert')} along {lasting(drive.duration_s)}"
    bands = [_band(drive, label.label.t, label.label.end, 0.0, 4.0, f"label {label.verdict}") for label in judgement.labels]
    for episode in judgement.episodes:
        tall = 3.0 + 6.0 * episode.level.rank / max(level.rank for level in Level)
        bands.append(_band(drive, episode.start.t, episode.end_s, STRIP_TALL_PX - tall, tall, f"band {episode.level}"))
    return element(
        "svg", *bands, viewBox=f"0 0 {STRIP_PX} {STRIP_TALL_PX}", preserveAspectRatio="none", class_="strip", role="img",
        aria_label=words,
    )  # fmt: skip


def _band(drive: IndexedDrive, start_s: float, end_s: float, top_px: float, tall_px: float, words: str) -> Markup:
    px_per_s = STRIP_PX / max(drive.duration_s, 1e-3)
    left = min(max((start_s - drive.start_s) * px_per_s, 0.0), STRIP_PX - 1.0)
    wide = min(max((end_s - start_s) * px_per_s, 1.0), STRIP_PX - left)
    return element("rect", x=f"{left:.1f}", y=f"{top_px:.1f}", width=f"{wide:.1f}", height=f"{tall_px:.1f}", class_=words)
