"""For how long a driver could be judged, as the score and the trip summary count it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.availability import Availability
from dms.drives.replaying.replay import replay
from dms.monitor.monitor import Monitor
from dms.recording.drive import open_drive
from dms.trip.trip import TripWatch
from dms.types import DriveRecord, DriverInput, Observation
from tests.drives.drive_making import PACK, story, write_jsonl


def eventful() -> Iterator[DriveRecord]:
    """A minute with nothing recorded from 10 to 15 s, nobody in sight from 20 to 30 s, and monitoring off from 40 to 50 s."""
    for record in story(60):
        if 10 <= record.t < 15:
            continue
        if isinstance(record, Observation):
            if 20 <= record.t < 30:
                record = Observation(record.t, record.frame)
            if abs(record.t - 40) < 1e-9:
                yield DriverInput(40.0, "pause")
            if abs(record.t - 50) < 1e-9:
                yield DriverInput(50.0, "resume")
        yield record


def test_gaps_are_lost_bad_sight_is_degraded_and_a_pause_counts_nowhere(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(PACK)
    monitor = Monitor(load_pack(str(tmp_path / "story.yaml")), load_cabin())
    availability, trip = Availability(), TripWatch()
    replay(open_drive(write_jsonl(tmp_path / "drive.jsonl", eventful())), monitor, [availability, trip])
    assert availability.lost_s == pytest.approx(5.0, abs=0.1)
    assert availability.watched_s == pytest.approx(45.0, abs=0.2)
    assert 17.5 < availability.degraded_s < 19.5  # ten seconds without eyes, and the first eight in which nothing was known yet
    total = trip.total
    assert total is not None
    assert availability.watched_s - availability.degraded_s == pytest.approx(total.usable_s, abs=0.01)
    assert availability.degraded_s + availability.lost_s == pytest.approx(sum(total.degraded_s.values()), abs=0.01)
