"""Drives together: what a group comes to, how sure that is, and which drives a group holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException

from dms.config.cabin import load_cabin
from dms.config.defaults import CABIN
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.attention import RoadWatch
from dms.drives.replaying.replay import replay
from dms.monitor.monitor import Monitor
from dms.recording.drive import open_drive
from dms.recording.driven_on import day_of
from dms.studio.figures import Figures
from dms.studio.fleet.fleet import Question
from dms.studio.fleet.groups import NO_DATE, NO_DRIVER, FleetDrive, rows_of
from dms.studio.pages.fleet import question_in
from dms.trip.trip import TripWatch
from dms.types import Level
from tests.drives.drive_making import PACK, story, write_jsonl

SEEN = frozenset({"distraction.head_away"})


def drive(
    driver: str = "driver01",
    day: date | None = date(2026, 11, 25),
    *,
    hours: float = 1.0,
    warnings: int = 0,
    false: int = 0,
    labels: int = 1,
    unusable_s: float = 0.0,
    off_road_s: float = 0.0,
    problems: tuple[str, ...] = (),
    named: bool = True,
    others: tuple[Figures | None, ...] = (),
) -> FleetDrive:
    figures = Figures(
        driver=driver,
        names_driver=named,
        day=day,
        length_s=hours * 3600,
        watched_s=hours * 3600,
        degraded_s=unusable_s,
        lost_s=0.0,
        road_known_s=hours * 3600,
        off_road_s=off_road_s,
        levels={Level.WARNING: warnings, Level.INFO: 7},
        labels=labels,
        found=labels,
        missed=0,
        false={"distraction.head_away": false, "fatigue.yawning": 5},
        labelled_kinds=("distraction.head_away",),
        problems=problems,
        warnings=(),
    )
    return FleetDrive(f"{driver} {day} {hours}", f"{driver}/{day}.mcap", (figures, *others))


def test_alerts_are_told_per_hour_with_the_limits_of_their_count() -> None:
    drives = [drive(hours=1.5, warnings=4), drive(hours=0.5, warnings=1)]
    [row] = rows_of(drives, "driver", Level.ADVISORY, SEEN, 1)
    alerts = row.sides[0].alerts
    assert (row.name, row.drives, row.hours) == ("driver01", 2, 2.0)
    assert (alerts.events, alerts.per_hour) == (5, 2.5)
    assert alerts.sure == pytest.approx((1.6235 / 2, 11.6683 / 2), abs=1e-4)
    assert [(one.name, one.alerts) for one in row.worst] == [("driver01/2026-11-25.mcap", 4), ("driver01/2026-11-25.mcap", 1)]
    assert rows_of(drives, "driver", Level.INFO, SEEN, 1)[0].sides[0].alerts.events == 19
    assert rows_of(drives, "driver", Level.URGENT, SEEN, 1)[0].sides[0].alerts.events == 0


def test_false_alarms_are_counted_where_somebody_looked() -> None:
    """A drive without labels, or with impossible ones, says nothing of false alarms: neither its alerts nor its hours count."""
    drives = [drive(false=2, hours=2.0), drive(false=9, labels=0), drive(false=9, problems=("ends before it begins",))]
    [row] = rows_of(drives, "all", Level.ADVISORY, SEEN, 1)
    assert (row.sides[0].false.events, row.sides[0].false.hours) == (2, 2.0)
    [unlabelled] = rows_of(drives[1:2], "all", Level.ADVISORY, SEEN, 1)
    assert (unlabelled.sides[0].false.per_hour, unlabelled.sides[0].false.sure) == (None, None)


def test_shares_are_sure_as_far_as_drivers_resemble_each_other() -> None:
    alike = [drive(f"driver{number:02d}", unusable_s=360.0, off_road_s=720.0) for number in range(8)]
    [row] = rows_of(alike, "all", Level.ADVISORY, SEEN, 1)
    assert row.availability.share == pytest.approx(0.9)
    assert row.availability.sure == pytest.approx((0.9, 0.9))
    assert row.attention.share == pytest.approx(0.8)
    unlike = [drive(f"driver{number:02d}", unusable_s=720.0 * (number % 2)) for number in range(8)]
    low, high = rows_of(unlike, "all", Level.ADVISORY, SEEN, 1)[0].availability.sure or (0.0, 0.0)
    assert 0.8 <= low < 0.87
    assert 0.93 < high <= 1.0
    assert rows_of(unlike[:1], "all", Level.ADVISORY, SEEN, 1)[0].availability.sure is None


def test_what_names_no_driver_and_no_day_stands_last_and_is_not_one_driver() -> None:
    drives = [
        drive("trip3", None, named=False, unusable_s=1800.0),
        drive("trip4", None, named=False),
        drive("driver02", date(2026, 1, 1)),
        drive("driver01", date(2025, 12, 29)),
    ]
    assert [row.name for row in rows_of(drives, "driver", Level.INFO, SEEN, 1)] == ["driver01", "driver02", NO_DRIVER]
    assert [row.name for row in rows_of(drives, "week", Level.INFO, SEEN, 1)] == ["2026-W01", NO_DATE]
    week = rows_of(drives, "week", Level.INFO, SEEN, 1)[0]
    assert (week.drives, week.from_day, week.to_day) == (2, date(2025, 12, 29), date(2026, 1, 4))
    nobody = rows_of(drives, "driver", Level.INFO, SEEN, 1)[-1]
    assert nobody.availability.sure == pytest.approx((0.5, 1.0)), "two files may be two people"


def test_a_pack_that_is_still_being_tried_tells_of_the_drives_that_are_done() -> None:
    other = drive(warnings=9).known
    [row] = rows_of([drive(warnings=1, others=(other,)), drive(warnings=1, others=(None,))], "all", Level.INFO, SEEN, 2)
    assert [(side.drives, side.alerts.hours) for side in row.sides] == [(2, 2.0), (1, 1.0)]


def test_no_time_watched_is_no_rate() -> None:
    [row] = rows_of([drive(hours=0.0), drive("driver02", hours=0.0)], "all", Level.INFO, SEEN, 1)
    assert (row.sides[0].alerts.per_hour, row.sides[0].alerts.sure) == (None, None)
    assert (row.availability.share, row.availability.sure) == (None, None)


@pytest.mark.parametrize(
    ("name", "metadata", "day"),
    [
        ("20261121T093000Z-part01.mcap", {}, date(2026, 11, 21)),
        ("a.mcap", {"recorded_utc": "2026-11-21T09:30:00.000000Z"}, date(2026, 11, 21)),
        ("a.mcap", {"recorded_utc": "at an unknown time"}, None),
        ("2026-11-21/driver01.jsonl", {}, date(2026, 11, 21)),
        ("driver01_2026_11_21_b.mp4", {}, date(2026, 11, 21)),
        ("20261399.jsonl", {}, None),
        ("123420261121.jsonl", {}, None),
        ("2026-1121.jsonl", {}, None),
        ("good.jsonl", {}, None),
    ],
)
def test_the_day_of_a_drive_is_what_it_says_or_is_called(name: str, metadata: dict[str, str], day: date | None) -> None:
    assert day_of(Path("/drives") / name, metadata) == day


def test_attention_is_that_of_the_trip_summary(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(PACK)
    path = write_jsonl(tmp_path / "drive.jsonl", story(40, turned=[(25, 28)], hidden=[(30, 33)]))
    road, trip = RoadWatch(), TripWatch()
    replay(open_drive(path), Monitor(load_pack(str(tmp_path / "story.yaml")), load_cabin(CABIN)), [road, trip])
    assert trip.total is not None
    assert (road.known_s, road.off_road_s) == pytest.approx(
        (trip.total.attention.known_s, trip.total.attention.off_road_s), abs=1e-3
    )
    assert road.off_road_s > 2.0


def test_a_question_is_one_of_this_page() -> None:
    assert question_in({"by": "week", "driver": "<b>", "level": "urgent", "week": ""}) == Question(
        "week", "<b>", level=Level.URGENT
    )
    for wrong in ({"by": "moon"}, {"level": "9"}, {"driver": "x" * 301}):
        with pytest.raises(HTTPException):
            question_in(wrong)
