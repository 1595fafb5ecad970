"""What a report says of alerts and labels, and of two packs on one drive."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from dms.config.cabin import load_cabin
from dms.drives.replaying.replay import replay
from dms.drives.report.differences import differences
from dms.drives.report.episodes import Verdict
from dms.drives.report.report import Report
from dms.monitor.monitor import Monitor
from dms.recording.drive import open_drive
from dms.types import Alert, DriveRecord, DriverInput, Label
from tests.drives.drive_making import PACK, story, write_jsonl
from tests.drives.report.report_making import LENIENT, Parsed, pack_at, report_of, report_on

UNLABELLED = [record for record in story(60, turned=[(40, 44)]) if not isinstance(record, Label)]


def verdicts(report: Report) -> tuple[list[tuple[str, Verdict]], list[tuple[str, Verdict]]]:
    (judgement,) = report.judgements
    alerts = [(str(episode.start.kind), episode.verdict) for episode in judgement.episodes]
    return alerts, [(label.label.kind, label.verdict) for label in judgement.labels]


HEAD, SLEEP = "distraction.head_away", "fatigue.microsleep"


@pytest.mark.parametrize(
    ("records", "alerts", "labels"),
    [
        (story(60, turned=[(40, 44)]), [(HEAD, Verdict.FOUND)], [(HEAD, Verdict.FOUND)]),
        ([*story(60), Label(40, 44, HEAD)], [], [(HEAD, Verdict.MISSED)]),
        (story(60, turned=[(40, 41)]), [], [(HEAD, Verdict.UNCOVERED)]),
        ([*UNLABELLED, Label(10, 12, SLEEP)], [(HEAD, Verdict.FALSE)], [(SLEEP, Verdict.MISSED)]),
        ([*UNLABELLED, Label(40, 44, "distraction.long")], [(HEAD, Verdict.RELATED)], [("distraction.long", Verdict.UNCOVERED)]),
        (UNLABELLED, [(HEAD, Verdict.UNJUDGED)], []),
        ([*UNLABELLED, Label(0, 60, "kss", "", 7.0)], [(HEAD, Verdict.UNJUDGED)], []),
    ],
    ids=["found", "missed", "over too soon", "false", "related", "unlabelled", "only a rating"],
)
def test_alerts_and_labels_are_told_apart(
    tmp_path: Path,
    records: Iterable[DriveRecord],
    alerts: list[tuple[str, Verdict]],
    labels: list[tuple[str, Verdict]],
) -> None:
    assert verdicts(report_on(tmp_path, records)) == (alerts, labels)


def test_an_alert_lasts_from_its_raising_to_its_clearing_with_every_step(tmp_path: Path) -> None:
    louder = PACK.replace(
        "{level: advisory, after_s: 2.0}", "{level: advisory, after_s: 2.0}\n      - {level: warning, after_s: 3.0}"
    )
    report = report_on(tmp_path, story(60, turned=[(40, 44)]), pack=louder)
    (episode,) = report.judgements[0].episodes
    assert [(step.phase, str(step.level)) for step in episode.steps] == [
        ("raise", "advisory"),
        ("escalate", "warning"),
        ("clear", "warning"),
    ]
    assert (episode.start.t, episode.end_s) == pytest.approx((42.0, 45.0), abs=0.5)
    assert str(episode.level) == "warning"


def test_an_alert_that_still_holds_lasts_until_the_end(tmp_path: Path) -> None:
    report = report_on(tmp_path, story(60, turned=[(50, 60)]))
    (episode,) = report.judgements[0].episodes
    assert episode.end_s == report.replay.end_s


def test_the_table_and_the_bands_name_the_same_events(tmp_path: Path) -> None:
    page = Parsed(report_on(tmp_path, [*story(60, turned=[(40, 44)]), Label(50, 53, SLEEP)]).page())
    rows = {attributes["id"] for tag, attributes in page.elements if tag == "tr" and "id" in attributes}
    bands = {f"row-{item['id']}" for item in (*page.data["labels"], *page.data["packs"][0]["episodes"])}
    assert bands == rows != set()
    wrong = [attributes["id"] for tag, attributes in page.elements if attributes.get("data-wrong")]
    assert wrong == ["row-label-1"]
    assert "missed" in page.text


def test_a_second_opinion_is_what_a_replay_with_that_pack_decides(tmp_path: Path) -> None:
    records = [
        *story(90, turned=[(20, 26), (40, 43), (60, 70)], asleep=[(50, 53)]),
        DriverInput(22.5, "acknowledge"),
        DriverInput(62.0, "pause"),
        DriverInput(64.0, "resume"),
        DriverInput(80.0, "new_drive"),
    ]
    drive = write_jsonl(tmp_path / "drive.jsonl", iter(sorted(records, key=lambda record: record.t)))
    strict, lenient = pack_at(tmp_path / "story.yaml"), pack_at(tmp_path / "lenient.yaml", LENIENT)
    report = report_of(drive, strict, lenient)
    alone = replay(open_drive(drive), Monitor(lenient, load_cabin())).alerts
    started = [episode.start for episode in report.judgements[1].episodes]
    assert started == [alert for alert in alone if alert.phase == "raise"] != []
    assert report.judgements[1].score.matching.matched


def told(report: Report) -> list[tuple[str, str, str]]:
    """The differences: what, and who does what about it."""

    def side(one: object) -> str:
        if one is None:
            return "nothing"
        start = getattr(one, "start", None)
        return f"{start.level} at {start.t:.0f}" if isinstance(start, Alert) else str(getattr(one, "verdict", ""))

    return [(one.kind, side(one.first), side(one.second)) for one in differences(*report.judgements)]


@pytest.mark.parametrize(
    ("turned", "label_end", "expected"),
    [
        ((40, 43), 44, [(HEAD, "found", "missed"), (HEAD, "advisory at 42", "nothing")]),
        ((40, 43), 43, [(HEAD, "found", "uncovered"), (HEAD, "advisory at 42", "nothing")]),
        ((40, 46), 46, [(HEAD, "advisory at 42", "advisory at 44")]),
        ((40, 41), 41, []),
    ],
    ids=["only the strict pack speaks", "only the strict pack can speak", "one speaks later", "none speaks"],
)
def test_what_two_packs_differ_in_is_listed(
    tmp_path: Path, turned: tuple[float, float], label_end: float, expected: list[tuple[str, str, str]]
) -> None:
    records = [*story(60, turned=[turned], labelled=False), Label(turned[0], label_end, HEAD)]
    report = report_on(tmp_path, records, compare=LENIENT)
    assert told(report) == expected
    text = Parsed(report.page()).text
    assert f"What differs: {len(expected)}" in text if expected else "both packs raise the same alerts" in text


def test_a_pack_without_the_rule_is_said_to_have_none(tmp_path: Path) -> None:
    sleepless = PACK[: PACK.index("  asleep:")].replace("pack: story", "pack: sleepless")
    report = report_on(tmp_path, story(60, asleep=[(50, 53)]), compare=sleepless)
    text = Parsed(report.page()).text
    assert "no rule for this" in text
    assert "the pack has no such rule" in text


def test_a_pack_compared_to_itself_differs_in_nothing(tmp_path: Path) -> None:
    assert told(report_on(tmp_path, story(60, turned=[(40, 44)], asleep=[(50, 53)]), compare=PACK)) == []


def test_the_score_of_both_packs_stands_side_by_side(tmp_path: Path) -> None:
    records = [*story(60, turned=[(40, 43)], labelled=False), Label(40, 44, HEAD)]
    page = Parsed(report_on(tmp_path, records, compare=LENIENT).page())
    assert "100%" in page.text
    assert "0 of 1" in page.text
    headings = [attributes for tag, attributes in page.elements if tag == "th" and attributes.get("rowspan") == "2"]
    assert len(headings) == 2  # the one kind, and all kinds together


def test_labels_that_cannot_be_right_are_named_and_not_scored_against(tmp_path: Path) -> None:
    page = Parsed(report_on(tmp_path, [*UNLABELLED, Label(500, 501, SLEEP)]).page())
    assert "lies outside the drive" in page.text
    assert "no score before they are put right" in page.text
