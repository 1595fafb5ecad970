"""The figures of the page: the cards at its head, the score, and the course of the trip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dms.drives.report.badges import level_badge
from dms.drives.report.episodes import Judgement, Verdict, counts_by_level
from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.words import UNKNOWN, clock, number_text, share_text
from dms.drives.score import KindScore, Score
from dms.summary import TripSummary
from dms.types import Level


def cards(judgements: Sequence[Judgement], trip: TripSummary | None) -> Markup:
    """The drive in a handful of figures."""
    shown = [*(card for judgement in judgements for card in _pack_cards(judgement, named=len(judgements) > 1))]
    if trip is not None:
        shown += _trip_cards(trip)
    return element("ul", *shown, class_="cards")


def _pack_cards(judgement: Judgement, *, named: bool) -> Iterator[Markup]:
    of_pack = f", {judgement.pack.name}" if named else ""
    levels = counts_by_level(judgement.episodes)
    yield _card(
        f"Alerts{of_pack}",
        str(len(judgement.episodes)),
        joined(*(level_badge(level, f"{number} {level}") for level, number in levels.items())),
    )
    if judgement.labels:
        asked = [label.verdict for label in judgement.labels if label.verdict is not Verdict.UNCOVERED]
        missed, found = asked.count(Verdict.MISSED), asked.count(Verdict.FOUND)
        unexpected = judgement.matching.unexpected
        false = sum(alert.level.rank >= Level.WARNING.rank for alert in unexpected)
        lesser = f", {len(unexpected) - false} lesser that no label asks for" if len(unexpected) > false else ""
        text = joined(_wrong(missed, "missed", Verdict.MISSED), ", ", _wrong(false, "false", Verdict.FALSE), lesser)
        yield _card(f"Labels found{of_pack}", f"{found} of {len(asked)}", text)


def _wrong(number: int, word: str, verdict: Verdict) -> Markup:
    return element("span", f"{number} {word}", class_=f"verdict {verdict if number else 'none'}")


def _trip_cards(trip: TripSummary) -> Iterator[Markup]:
    attention, drowsiness = trip.attention, trip.drowsiness
    glances = f"longest glance away {number_text(attention.glance_longest_s, 1, ' s')}"
    yield _card("Eyes on the road", share_text(attention.eyes_on_road), glances)
    perclos = f"eyes closed over a minute; mean {share_text(drowsiness.perclos_mean, 1)}"
    yield _card("Highest PERCLOS", share_text(drowsiness.perclos_max, 1), perclos)
    yawns = f"{drowsiness.yawns} yawns, {drowsiness.closures} long closures"
    yield _card("Highest KSS estimate", number_text(drowsiness.kss_max), yawns)
    degraded = sum(trip.degraded_s.values())
    yield _card("Could be judged", share_text(trip.availability, 1), f"degraded for {degraded:.0f} s")


def _card(name: str, figure: str, text: str | Markup) -> Markup:
    return element(
        "li", element("span", name, class_="name"), element("span", figure, class_="figure"), element("span", text, class_="text")
    )


_SCORE_COLUMNS = (
    "Kind",
    "Labels",
    "Found",
    "Missed",
    "False",
    "Recall",
    "Precision",
    "F1",
    "False per hour",
    "p50",
    "p95",
    "Latest",
)


def score_table(score: Score, name: str) -> Markup:
    """A pack's score, a row per kind of alert."""
    heading = element("tr", *(element("th", column, scope="col") for column in _SCORE_COLUMNS))
    rows = (_score_row(kind) for kind in score.kinds)
    caption = element("caption", f"Pack {name}")
    return element("table", caption, element("thead", heading), element("tbody", *rows), class_="figures score")


def _score_row(kind: KindScore) -> Markup:
    counts, figures = kind.counts, kind.figures
    cells = [
        *map(str, (counts.labels, counts.matched, counts.missed, counts.false)),
        *(share_text(figures[name]) for name in ("recall", "precision", "f1")),
        number_text(figures["false_per_hour"], 2),
        *(_signed(figures[f"latency_{name}_s"]) for name in ("p50", "p95", "max")),
    ]
    return element("tr", element("th", kind.kind, scope="row"), *(element("td", cell) for cell in cells))


def _signed(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:+.2f} s"


_TRIP_COLUMNS = (
    "From",
    "To",
    "Eyes on road",
    "Glances away",
    "Longest",
    "PERCLOS",
    "Highest",
    "KSS",
    "Yawns",
    "Long blinks",
    "Closures",
    "Nods",
    "Prompts",
    "Judged",
)


def trip_table(periods: Sequence[TripSummary], total: TripSummary | None) -> Markup:
    """The course of the drive, five minutes a row, and the whole of it."""
    heading = element("tr", *(element("th", column, scope="col") for column in _TRIP_COLUMNS))
    rows = (_trip_row(period) for period in periods)
    foot = element("tfoot", _trip_row(total)) if total is not None and len(periods) > 1 else None
    return element("table", element("thead", heading), element("tbody", *rows), foot, class_="figures")


def _trip_row(trip: TripSummary) -> Markup:
    attention, drowsiness = trip.attention, trip.drowsiness
    cells = (
        clock(trip.end),
        share_text(attention.eyes_on_road),
        str(attention.glances),
        number_text(attention.glance_longest_s, 1, " s"),
        share_text(drowsiness.perclos_mean, 1),
        share_text(drowsiness.perclos_max, 1),
        _kss(drowsiness.kss_mean, drowsiness.kss_sigma),
        *map(str, (drowsiness.yawns, drowsiness.long_blinks, drowsiness.closures, drowsiness.nods)),
        str(sum(sum(levels.values()) for levels in trip.alerts.values())),
        share_text(trip.availability),
    )
    return element("tr", element("th", clock(trip.t), scope="row"), *(element("td", cell) for cell in cells))


def _kss(mean: float | None, sigma: float | None) -> str:
    return UNKNOWN if mean is None else f"{mean:.1f}" + (f" ± {sigma:.1f}" if sigma is not None else "")


def degraded_list(lasted_s: Mapping[str, float]) -> Markup:
    """Why the driver could not be judged in full, and for how long."""
    if not lasted_s:
        return element("p", "The driver could be judged in full all the time.", class_="nothing")
    worst_first = sorted(lasted_s.items(), key=lambda item: -item[1])
    return element("ul", *(element("li", f"{reason.replace('_', ' ')}: {seconds:.1f} s") for reason, seconds in worst_first))
