"""The figures of the page: the cards at its head, the score, and the course of the trip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dms.counted import counted
from dms.drives.report.badges import level_counts
from dms.drives.report.episodes import Judgement, Verdict
from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.words import UNKNOWN, clock, lasting, number_text, share_text
from dms.drives.scoring.score import ALL, KindScore, Score
from dms.drives.scoring.sensitivity import Sensitivity
from dms.trip.summary import TripSummary


def cards(judgements: Sequence[Judgement], trip: TripSummary | None) -> Markup:
    """The drive in a handful of figures: what the packs did, and how the driver fared."""
    of_packs = [card for judgement in judgements for card in _pack_cards(judgement, named=len(judgements) > 1)]
    of_driver = [] if trip is None else list(_trip_cards(trip))
    rows = [[*of_packs, *of_driver]] if len(judgements) == 1 else [of_packs, of_driver]
    return joined(*(element("ul", *row, class_="cards") for row in rows if row))


def _pack_cards(judgement: Judgement, *, named: bool) -> Iterator[Markup]:
    of_pack = f", {judgement.pack.name}" if named else ""
    yield card(f"Alerts{of_pack}", str(len(judgement.episodes)), level_counts(judgement.episodes))
    if judgement.labels:
        missed, false = judgement.missed, judgement.false
        unexpected = judgement.score.matching.unexpected
        lesser = f", {len(unexpected) - false} lesser or of unlabelled kinds" if len(unexpected) > false else ""
        text = joined(_wrong(missed, "missed", Verdict.MISSED), ", ", _wrong(false, "false", Verdict.FALSE), lesser)
        yield card(f"Labels found{of_pack}", f"{judgement.asked - missed} of {judgement.asked}", text)


def _wrong(number: int, word: str, verdict: Verdict) -> Markup:
    return element("span", f"{number} {word}", class_=f"verdict {verdict if number else 'none'}")


def _trip_cards(trip: TripSummary) -> Iterator[Markup]:
    attention, drowsiness = trip.attention, trip.drowsiness
    glances = f"longest glance away {number_text(attention.glance_longest_s, 1, ' s')}"
    yield card("Eyes on the road", share_text(attention.eyes_on_road), glances)
    perclos = f"eyes closed over a minute; mean {share_text(drowsiness.perclos_mean, 1)}"
    yield card("Highest PERCLOS", share_text(drowsiness.perclos_max, 1), perclos)
    yawns = f"{counted(drowsiness.yawns, 'yawn')}, {counted(drowsiness.closures, 'closure')} over a second"
    yield card("Highest KSS estimate", number_text(drowsiness.kss_max), yawns)
    degraded_s = sum(trip.degraded_s.values())
    lost = f"not for {lasting(degraded_s)}" if degraded_s else "all the time"
    yield card("Could be judged", share_text(trip.availability, 1), lost)


def card(name: str | Markup, figure: str, text: str | Markup) -> Markup:
    """A figure with its name above it and some words below."""
    return element(
        "li", element("span", name, class_="name"), element("span", figure, class_="figure"), element("span", text, class_="text")
    )


_SCORE_COLUMNS = ("Labels", "Found", "Missed", "False", "Recall", "Precision", "F1", "False per hour", "p50", "p95", "Latest")


def score_table(scores: Sequence[Score], names: Sequence[Markup]) -> Markup:
    """A row per kind of alert, and all together last; of several packs, those of the same kind below each other."""
    first = ("Kind", "Pack") if len(scores) > 1 else ("Kind",)
    heading = element("tr", *(element("th", column, scope="col") for column in (*first, *_SCORE_COLUMNS)))
    by_kind = [{kind.kind: kind for kind in score.kinds} for score in scores]
    kinds = sorted(set().union(*by_kind) - {ALL})
    bodies = (element("tbody", *_score_rows(kind, by_kind, names)) for kind in (*kinds, ALL))
    return element("table", element("thead", heading), *bodies, class_=f"figures score{' two' if len(scores) > 1 else ''}")


def _score_rows(kind: str, by_kind: Sequence[Mapping[str, KindScore]], names: Sequence[Markup]) -> Iterator[Markup]:
    several = len(by_kind) > 1
    for number, (kinds, name) in enumerate(zip(by_kind, names, strict=True)):
        heading = element("th", kind, scope="rowgroup", rowspan=len(by_kind) if several else None) if number == 0 else None
        pack = element("td", name) if several else None
        yield element("tr", heading, pack, *(element("td", text) for text in _score_cells(kinds.get(kind))))


def _score_cells(kind: KindScore | None) -> list[str]:
    if kind is None:
        return [UNKNOWN] * len(_SCORE_COLUMNS)
    counts, figures = kind.counts, kind.figures
    return [
        *map(str, (counts.labels, counts.matched, counts.missed, counts.false)),
        *(share_text(figures[name]) for name in ("recall", "precision", "f1")),
        number_text(figures["false_per_hour"], 2),
        *(_signed(figures[f"latency_{name}_s"]) for name in ("p50", "p95", "max")),
    ]


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


def trip_table(periods: Sequence[TripSummary], total: TripSummary | None, tag: Markup) -> Markup:
    """The course of the drive, five minutes a row, and the whole of it; the prompts are those of the pack with this tag."""
    columns = (joined(tag, column) if column == "Prompts" else column for column in _TRIP_COLUMNS)
    heading = element("tr", *(element("th", column, scope="col") for column in columns))
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


def degraded_text(lasted_s: Mapping[str, float]) -> str:
    """Why the driver could not be judged in full, and for how long, the longest first."""
    if not lasted_s:
        return "The driver could be judged in full all the time."
    longest_first = sorted(lasted_s.items(), key=lambda item: -item[1])
    reasons = (f"{reason.replace('_', ' ')} for {seconds:.1f} s" for reason, seconds in longest_first)
    return f"Not judged in full: {', '.join(reasons)}."


def sensitivity_text(sensitivity: Sensitivity) -> str | None:
    """How the driver's own ratings of their sleepiness were answered; None without any."""
    if not sensitivity.rated:
        return None
    events = sensitivity.events
    return f"Sleepy by the driver's own rating (KSS) {counted(events.events, 'time')}, warned of {events.warned}."
