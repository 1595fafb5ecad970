"""Where the driver looked: the figures of each area, and the matrix of transitions between areas."""

from __future__ import annotations

from dms.decision.zone_words import zone_in_words
from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.words import lasting, number_text, share_text
from dms.trip.glances.figures import AreaGlances, GlanceFigures, lost_longest_first

_COLUMNS = ("Area", "Glances", "Cut", "A minute", "Of glances", "Total", "Of time", "Mean", "SD", "p85", "Longest", "Over 2 s")
_NOTE = (
    "Glances as in ISO 15007: the way to an area counts with the glance at it; a stay of less than 0.1 s is no glance. "
    "Cut: begun or ended in time of which nothing is known."
)


def glances_tables(figures: GlanceFigures) -> Markup:
    """Both tables, or a sentence that there is nothing to count."""
    times = element("p", _times_text(figures), class_="muted")
    if not figures.areas:
        return joined(element("p", "It was never known where the driver looked while driving.", class_="nothing"), times)
    matrix = element("div", _matrix(figures), class_="wide") if figures.links else None
    return joined(element("div", _areas(figures), class_="wide"), matrix, times, element("p", _NOTE, class_="muted"))


def _areas(figures: GlanceFigures) -> Markup:
    heading = element("tr", *(element("th", column, scope="col") for column in _COLUMNS))
    rows = (_area_row(area, zone_in_words(area.area)) for area in figures.areas)
    foot = element("tfoot", _area_row(figures.off_road, "all but the road"))
    return element("table", element("thead", heading), element("tbody", *rows), foot, class_="figures")


def _area_row(area: AreaGlances, name: str) -> Markup:
    cells = (
        str(area.glances),
        str(area.cut),
        number_text(area.per_min),
        share_text(area.share_of_glances, 1),
        number_text(area.total_s, 1, " s"),
        share_text(area.share_of_time, 1),
        number_text(area.mean_s, 2, " s"),
        number_text(area.sd_s, 2, " s"),
        number_text(area.p85_s, 2, " s"),
        number_text(area.longest_s, 2, " s"),
        share_text(area.over_2_s, 1),
    )
    return element("tr", element("th", name, scope="row"), *(element("td", cell) for cell in cells))


def _matrix(figures: GlanceFigures) -> Markup:
    """Rows are where a transition comes from, columns where it goes to."""
    names = [area.area for area in figures.areas]
    counts = {(link.source, link.target): str(link.transitions) for link in figures.links}
    heading = element(
        "tr", element("th", "From, to", scope="col"), *(element("th", zone_in_words(name), scope="col") for name in names)
    )
    rows = (
        element(
            "tr",
            element("th", zone_in_words(source), scope="row"),
            *(element("td", "" if source == target else counts.get((source, target), "0")) for target in names),
        )
        for source in names
    )
    caption = element("caption", f"{figures.transitions} transitions")
    return element("table", caption, element("thead", heading), element("tbody", *rows), class_="figures")


def _times_text(figures: GlanceFigures) -> str:
    reasons = ", ".join(f"{why} for {lost_s:.1f} s" for why, lost_s in lost_longest_first(figures))
    return f"Counted: {lasting(figures.counted_s)} of driving. Not counted: {reasons or 'nothing'}."
