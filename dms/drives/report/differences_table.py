"""What two packs do not agree on, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from dms.drives.report.badges import jump_button, level_badge, pack_tags, verdict_badge
from dms.drives.report.differences import Difference
from dms.drives.report.episodes import Episode, JudgedLabel, Judgement
from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.words import alert_verdict, clock, label_verdict


def differences_table(found: Sequence[Difference], judgements: Sequence[Judgement]) -> Markup:
    """A row for each difference, a column for each pack."""
    if not found:
        return element("p", "Nothing: both packs raise the same alerts at the same times.", class_="nothing")
    packs = (joined(tag, judgement.pack.name) for tag, judgement in zip(pack_tags(judgements), judgements, strict=True))
    heading = element("tr", *(element("th", name, scope="col") for name in ("Time", "What", *packs)))
    body = element("tbody", *(_row(difference, judgements) for difference in found))
    return element("table", element("thead", heading), body, class_="events differences")


def _row(difference: Difference, judgements: Sequence[Judgement]) -> Markup:
    sides = (difference.first, difference.second)
    is_label = any(isinstance(side, JudgedLabel) for side in sides)
    what = joined(level_badge("label") if is_label else level_badge("held", "alert"), " ", element("strong", difference.kind))
    cells = (
        element("td", _side(side, difference.kind, judgement), data_pack=judgement.pack.name)
        for side, judgement in zip(sides, judgements, strict=True)
    )
    return element(
        "tr",
        element("td", jump_button(difference.t, clock(difference.t))),
        element("td", what),
        *cells,
        data_t=difference.t,
        data_end=max(_end_s(side) for side in sides if side is not None),
    )


def _side(side: Episode | JudgedLabel | None, kind: str, judgement: Judgement) -> Markup:
    if isinstance(side, JudgedLabel):
        return verdict_badge(side.verdict, label_verdict(side))
    if side is None:
        has_rule = kind in {str(rule.alert) for rule in judgement.pack.file.rules.values()}
        return element("span", "no alert" if has_rule else "no rule for this", class_="muted")
    lasted = f" at {clock(side.start.t)} for {side.end_s - side.start.t:.1f} s "
    return joined(level_badge(side.level), lasted, verdict_badge(side.verdict, alert_verdict(side)))


def _end_s(side: Episode | JudgedLabel) -> float:
    return side.end_s if isinstance(side, Episode) else side.label.end
