"""Small marks that the page's tables share: levels, verdicts, and which of two packs."""

from __future__ import annotations

from collections.abc import Sequence

from dms.drives.report.episodes import Episode, Judgement, Verdict, counts_by_level
from dms.drives.report.markup import Markup, element, joined
from dms.types import Level

_SIGNS = {Verdict.FOUND: "✓", Verdict.MISSED: "✗", Verdict.RELATED: "=", Verdict.FALSE: "!", Verdict.UNCOVERED: "○"}


_ZONES = {
    "road": "road",
    "mirror": "mirrors",
    "display": "displays",
    "low": "lap, floor, door",
    "side": "side windows, passenger",
    "elsewhere": "elsewhere",
}


def level_badge(level: Level | str, text: str | None = None) -> Markup:
    """A level of alert by colour and word; also `label` and `held`, which are none."""
    return element("span", text or str(level), class_=f"level {level}")


def level_counts(episodes: Sequence[Episode]) -> Markup:
    """How many alerts reached which level, the worst first."""
    return joined(*(level_badge(level, f"{number} {level}") for level, number in counts_by_level(episodes).items()))


def verdict_badge(verdict: Verdict, text: str) -> Markup:
    """A verdict by sign, colour and words; nothing where there is nothing to say."""
    if not text:
        return Markup("")
    return element("span", element("span", _SIGNS[verdict], aria_hidden="true"), " ", text, class_=f"verdict {verdict}")


def pack_tags(judgements: Sequence[Judgement]) -> list[Markup]:
    """Packs that are compared are A and B; one alone needs no mark."""
    if len(judgements) == 1:
        return [Markup("")]
    return [
        element("abbr", letter, class_=f"pack pack-{number}", title=f"pack {judgement.pack.name}")
        for number, (letter, judgement) in enumerate(zip("AB", judgements, strict=True))
    ]


def jump_button(t: float, text: str) -> Markup:
    """Leads to a time in the timeline."""
    return element("button", text, type="button", class_="jump", title=f"{t:.3f} s: show it in the timeline")


def legend(judgements: Sequence[Judgement]) -> Markup:
    """How to read the bands: levels by colour and height, verdicts by sign and pattern, the packs where there are two."""
    levels = [level_badge(level) for level in Level]
    verdicts = [
        verdict_badge(Verdict.FOUND, "label found, alert that answers it"),
        verdict_badge(Verdict.MISSED, "label missed"),
        verdict_badge(Verdict.RELATED, "same cause as a label"),
        verdict_badge(Verdict.FALSE, "no label asks for it"),
    ]
    names = [joined(tag, judgement.pack.name) for tag, judgement in zip(pack_tags(judgements), judgements, strict=True)]
    packs = [element("span", name) for name in names] if len(names) > 1 else []
    zones = [element("span", element("i", class_=zone), text, class_="zone") for zone, text in _ZONES.items()]
    alerts = element("p", *packs, *levels, *(verdicts if judgements[0].labels else []), class_="legend")
    excused = element("span", element("i", class_="excused"), "excused", class_="zone")
    return joined(alerts, element("p", "Gaze:", *zones, excused, class_="legend"))
