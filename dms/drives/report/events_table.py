"""Alerts, labels and what was held back, in words and by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dms.drives.replaying.excused import ExcusedGlance
from dms.drives.report.badges import jump_button, level_badge, pack_tags, verdict_badge
from dms.drives.report.episodes import Episode, JudgedLabel, Judgement, Verdict
from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.words import alert_verdict, cause_text, clock, label_verdict
from dms.types import Alert, DriverInput

_WRONG = frozenset({Verdict.MISSED, Verdict.FALSE})


@dataclass(frozen=True, slots=True)
class _Row:
    """`identity` is the one under which the script knows the same event."""

    identity: str
    sort: Literal["alert", "label", "held", "driver"]
    t: float
    end: float
    text: Markup
    wrong: bool = False


def events_table(judgements: Sequence[Judgement], inputs: Sequence[DriverInput]) -> Markup:
    """Everything that happened. Each row carries what the script needs to jump there."""
    rows = sorted([*_labels(judgements), *_alerts(judgements), *_inputs(inputs)], key=lambda row: row.t)
    if not rows:
        return element("p", "No alert was raised, and there are no labels.", class_="nothing")
    heading = element("tr", *(element("th", text, scope="col") for text in ("Time", "Event")))
    body = element("tbody", *(_row(row) for row in rows))
    return element("table", element("thead", heading), body, id="events", class_="events")


def _row(row: _Row) -> Markup:
    return element(
        "tr",
        element("td", jump_button(row.t, clock(row.t))),
        element("td", row.text),
        id=f"row-{row.identity}",
        data_t=row.t,
        data_end=row.end,
        data_sort=row.sort,
        data_wrong="yes" if row.wrong else None,
    )


def _labels(judgements: Sequence[Judgement]) -> Iterator[_Row]:
    tags = pack_tags(judgements)
    for index, first in enumerate(judgements[0].labels):
        label, judged = first.label, [judgement.labels[index] for judgement in judgements]
        verdicts = (element("div", tag, _label_badge(one)) for tag, one in zip(tags, judged, strict=True))
        note = element("small", f"for {label.end - label.t:.1f} s{': ' if label.note else ''}{label.note}")
        text = joined(level_badge("label"), " ", element("strong", label.kind), *verdicts, note)
        yield _Row(f"label-{index}", "label", label.t, label.end, text, any(one.verdict in _WRONG for one in judged))


def _label_badge(judged: JudgedLabel) -> Markup:
    return verdict_badge(judged.verdict, label_verdict(judged))


def _alerts(judgements: Sequence[Judgement]) -> Iterator[_Row]:
    for number, (tag, judgement) in enumerate(zip(pack_tags(judgements), judgements, strict=True)):
        for index, episode in enumerate(judgement.episodes):
            wrong = episode.verdict in _WRONG
            yield _Row(f"alert-{number}-{index}", "alert", episode.start.t, episode.end_s, _alert_text(tag, episode), wrong)
        for index, alert in enumerate(judgement.held_back):
            yield _Row(f"held-{number}-{index}", "held", alert.t, alert.t, _held_text(tag, alert))
        for index, glance in enumerate(judgement.excused):
            yield _Row(f"excused-{number}-{index}", "held", glance.t, glance.end, _excused_text(tag, glance))


def _inputs(inputs: Sequence[DriverInput]) -> Iterator[_Row]:
    for index, done in enumerate(inputs):
        note = element("small", done.note) if done.note else None
        text = joined(level_badge("held", "driver"), " ", element("strong", done.action.replace("_", " ")), note)
        yield _Row(f"input-{index}", "driver", done.t, done.t, text)


def _alert_text(tag: Markup, episode: Episode) -> Markup:
    start = episode.start
    verdict = element("div", verdict_badge(episode.verdict, alert_verdict(episode))) if alert_verdict(episode) else None
    lasted = f"for {episode.end_s - start.t:.1f} s, rule {start.rule}: {cause_text(start)}"
    return joined(tag, level_badge(episode.level), " ", element("strong", start.kind), verdict, element("small", lasted))


def _excused_text(tag: Markup, glance: ExcusedGlance) -> Markup:
    why = element("small", f"for {glance.end - glance.t:.1f} s: {'; '.join(glance.why)}")
    return joined(tag, level_badge("held", "excused"), " a look at ", element("strong", glance.place), why)


def _held_text(tag: Markup, alert: Alert) -> Markup:
    cause = element("small", f"{alert.level}, rule {alert.rule}: {cause_text(alert)}")
    return joined(tag, level_badge("held", "held back"), " ", alert.kind, cause)
