"""A drive replayed as it was recorded: the same pack, reloaded at the same moment, the same cabin and driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import Pack, load_pack
from dms.drives.replaying.batch import Setting, replay_one
from dms.drives.replaying.recorded import recorded_monitor
from dms.drives.replaying.replay import replay
from dms.errors import DriveError
from dms.fusion.calibration import Calibration
from dms.monitor.monitor import Monitor
from dms.monitor.setup import Basis, basis_of, setup_of
from dms.recording.drive import open_drive
from dms.recording.images import images_of
from dms.recording.recorder import Recorder
from dms.types import Alert, DriveRecord, DriverInput, Observation
from dms.wire import to_json
from tests.drives.drive_making import PACK, story, write_jsonl, write_mcap

CABIN = load_cabin("right_hand_drive")
KNOWN = Calibration(1.2345678901234567, -3.3, 0.1, 0.4, -0.2, 0.91, 1.0, "learned")


def pack_with(folder: Path, after_s: float) -> Pack:
    path = folder / "mine.yaml"
    path.write_text(PACK.replace("after_s: 2.0", f"after_s: {after_s}"))
    return load_pack(str(path))


def record_live(folder: Path, records: Iterable[DriveRecord], reload_at: dict[float, Pack], pack: Pack, **recorder: Any) -> int:
    """What the service does: decide, write what it decided on and what it decided; how many alerts there were."""
    alerts = 0
    monitor = Monitor(pack, CABIN, calibration=KNOWN, assumed_speed_kph=70.0)
    due = dict(reload_at)
    with Recorder(folder, {}, **recorder) as writer:
        basis = Basis(pack, CABIN, 70.0, monitor.fusion.calibration)
        writer.write(setup_of(0.0, basis))
        for record in records:
            for t in [t for t in due if isinstance(record, Observation) and record.t >= t]:
                basis = replace(basis, pack=due.pop(t))
                monitor.replace_pack(basis.pack)
                writer.write(setup_of(record.t, basis))
            raised = monitor.feed(record)
            alerts += len(raised)
            for each in (record, *raised):
                writer.write(each)
            if isinstance(record, DriverInput) and record.action == "new_drive":
                known = monitor.fusion.calibration
                basis = replace(basis, calibration=known if known.source == "restored" else None)
                writer.write(setup_of(record.t, basis))
    assert writer.dropped == 0
    return alerts


def as_bytes(alerts: Iterable[Alert]) -> list[bytes]:
    return [to_json(alert) for alert in alerts]


def journey(new_drive_at: float | None = None) -> list[DriveRecord]:
    """Two and a half minutes with a glance to the side every ten seconds, three microsleeps, and no speed from the vehicle."""
    spans = [(10.0 * k, 10.0 * k + 3.4) for k in range(1, 15)]
    records = list(
        story(150.0, turned=spans, asleep=[(45.0, 48.0), (105.0, 108.0), (125.0, 128.0)], speed_kph=None, labelled=False)
    )
    records.insert(900, DriverInput(30.0, "acknowledge"))
    records.insert(2000, DriverInput(66.6, "mark", "a dog"))
    if new_drive_at is not None:
        place = next(index for index, record in enumerate(records) if record.t > new_drive_at)
        records.insert(place, DriverInput(new_drive_at, "new_drive"))
    return records


def test_a_drive_replayed_as_recorded_gives_the_recorded_alerts_byte_for_byte_reloads_included(tmp_path: Path) -> None:
    first, second, third = (pack_with(tmp_path, after_s) for after_s in (2.0, 3.0, 1.0))
    count = record_live(tmp_path / "drives", journey(), {51.0: second, 112.5: third, 120.0: first}, first, file_duration_s=40.0)
    parts = sorted((tmp_path / "drives").glob("*.mcap"))
    assert len(parts) == 4, "reloads and parts are two things"
    result = replay(open_drive(parts[0]), recorded_monitor(parts[0]))
    assert len(result.recorded) == count > 20
    assert as_bytes(result.alerts) == as_bytes(result.recorded)


def test_a_pack_that_is_named_applies_throughout(tmp_path: Path) -> None:
    first, second = pack_with(tmp_path, 2.0), pack_with(tmp_path, 3.0)
    record_live(tmp_path / "drives", journey(), {70.0: second}, first)
    (path,) = (tmp_path / "drives").glob("*.mcap")
    live = replay_one(path, Setting(first, CABIN, recorded=True))
    named = replay_one(path, Setting(first, CABIN, 70.0))
    assert live.replay is not None
    assert named.replay is not None
    assert {alert.cause["pack_sha256"] for alert in live.replay.alerts} == {first.sha256[:12], second.sha256[:12]}
    assert {alert.cause["pack_sha256"] for alert in named.replay.alerts} == {first.sha256[:12]}
    assert (live.pack, named.pack) == (replace(second, path=live.pack.path if live.pack else Path()), first)


@pytest.mark.parametrize("new_drive_at", [37.21, 52.0, 52.5, 61.3])
def test_each_of_two_journeys_is_a_drive_that_replays_on_its_own(tmp_path: Path, new_drive_at: float) -> None:
    """Whatever was raised, learned, held or counted when the new journey began: 52 s is in the middle of an alert."""
    pack = pack_with(tmp_path, 2.0)
    count = record_live(tmp_path / "drives", journey(new_drive_at), {90.0: pack_with(tmp_path, 2.5)}, pack)
    replays = [replay(open_drive(path), recorded_monitor(path)) for path in sorted((tmp_path / "drives").glob("*.mcap"))]
    assert len(replays) == 2
    for result in replays:
        assert len(result.recorded) > 5
        assert as_bytes(result.alerts) == as_bytes(result.recorded)
    assert sum(len(result.recorded) for result in replays) == count


def test_what_a_setup_says_comes_back(tmp_path: Path) -> None:
    basis = Basis(pack_with(tmp_path, 2.0), CABIN, 70.0, replace(KNOWN, source="restored"))
    assert basis_of(setup_of(0.0, basis)) == basis
    unknown = replace(basis, assumed_speed_kph=None, calibration=None)
    assert basis_of(setup_of(0.0, unknown)) == unknown


@pytest.mark.parametrize("write", [write_jsonl, write_mcap])
def test_a_drive_that_does_not_say_is_not_guessed_at(tmp_path: Path, write: Callable[..., object]) -> None:
    path = tmp_path / ("drive.jsonl" if write is write_jsonl else "drive.mcap")
    write(path, story(5.0))
    with pytest.raises(DriveError, match=r"does not say under which rules.*--rules PACK"):
        recorded_monitor(path)
    assert list(images_of(path)) == []


def test_recorded_rules_that_were_altered_or_are_of_another_time_are_refused_by_name(tmp_path: Path) -> None:
    setup = setup_of(0.0, Basis(pack_with(tmp_path, 2.0), CABIN))
    altered = structs.replace(setup, rules=setup.rules.replace("above: 15", "above: 25"))
    path = write_jsonl(tmp_path / "altered.jsonl", iter([altered, *story(1.0)]))
    with pytest.raises(DriveError, match=r"altered\.jsonl: .*not those that were in force"):
        recorded_monitor(path)
    with pytest.raises(DriveError, match="cannot follow the recorded rules or cabin"):
        basis_of(structs.replace(setup, cabin={"name": "ship"}))
