"""The curves of a report: the cues of the replay, to the last step of their scale, with unknown left unknown."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.drives.report.series import CHANNELS, NO_ZONE, Channel, Series
from dms.monitor.monitor import Monitor
from dms.types import Alert, CameraHealth, Cues, DriveRecord, DriverInput, Observation, VehicleState
from tests.drives.drive_making import story, write_jsonl
from tests.drives.report.report_making import Parsed, numbers, pack_at, report_of


class Witness:
    """A watch that keeps the cues themselves."""

    def __init__(self) -> None:
        self.cues: list[Cues] = []

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if monitor.cues is not None and (not self.cues or self.cues[-1] is not monitor.cues):
            self.cues.append(monitor.cues)


def troubled_drive() -> Iterator[DriveRecord]:
    """A drive in which the face is lost for a while, then nothing comes for five seconds, and the vehicle falls silent."""
    for record in story(60, turned=[(20, 24)], asleep=[(50, 52)]):
        if isinstance(record, VehicleState) and record.t > 40:
            continue
        if isinstance(record, Observation) and 30 <= record.t < 35:
            continue
        if isinstance(record, Observation) and 26 <= record.t < 28:
            yield Observation(record.t, record.frame, CameraHealth.OK)
        else:
            yield record


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Parsed, list[Cues]]:
    """The page of a troubled drive, and the cues that another watch saw in the same replay."""
    folder = tmp_path_factory.mktemp("troubled")
    witness = Witness()
    drive = write_jsonl(folder / "drive.jsonl", troubled_drive())
    report = report_of(drive, pack_at(folder / "story.yaml"), also=[witness])
    return Parsed(report.page()), witness.cues


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.cue)
def test_the_page_holds_every_value_of_the_replay(told: tuple[Parsed, list[Cues]], channel: Channel) -> None:
    page, cues = told
    packed = page.data["channels"][channel.cue]
    drawn = [channel.value_of(number) for number in numbers(packed["numbers"], packed["type"])]
    seen = [getattr(one, channel.cue) for one in cues]
    assert [value is None for value in drawn] == [value is None for value in seen]
    assert drawn == pytest.approx(seen, abs=0.5 / channel.per_unit + 1e-9)
    assert (packed["perUnit"], packed["unknown"]) == (channel.per_unit, channel.unknown)


def test_what_is_not_known_is_a_gap_and_no_zero(told: tuple[Parsed, list[Cues]]) -> None:
    page, cues = told
    index = next(number for number, one in enumerate(cues) if one.t > 27)
    for cue in ("head_yaw_deg", "openness", "mouth_openness"):
        channel = page.data["channels"][cue]
        assert numbers(channel["numbers"], channel["type"])[index] == channel["unknown"]
    speed = page.data["channels"]["speed_kph"]
    assert numbers(speed["numbers"], speed["type"])[-1] == speed["unknown"]


def test_times_and_zones_are_those_of_the_replay(told: tuple[Parsed, list[Cues]]) -> None:
    page, cues = told
    data = page.data
    times_s = [data["origin"] + ms / 1000 for ms in numbers(data["times"], "I")]
    assert times_s == pytest.approx([one.t for one in cues], abs=0.0005 + 1e-9)
    names = {NO_ZONE: None, **dict(enumerate(data["zones"]["names"]))}
    assert [names[zone] for zone in numbers(data["zones"]["numbers"], "B")] == [one.gaze_zone for one in cues]


def test_what_lasted_has_its_span_and_reason(told: tuple[Parsed, list[Cues]]) -> None:
    page, _ = told
    spans = {(span["kind"], span["text"]): (span["t"], span["end"]) for span in page.data["spans"]}
    assert spans["degraded", "no_observation"] == pytest.approx((30.0, 35.0), abs=0.1)
    began, ended = spans["degraded", "no_face"]
    assert 26.0 <= began < 28.0 < ended <= 30.0
    assert "no observation for 5.0 s" in page.text


def test_a_slow_camera_is_one_gap_and_not_a_thousand(tmp_path: Path) -> None:
    every_third_second = (record for record in story(120) if not isinstance(record, Observation) or record.frame % 90 == 0)
    page = Parsed(report_of(write_jsonl(tmp_path / "slow.jsonl", every_third_second), pack_at(tmp_path / "story.yaml")).page())
    assert [span["text"] for span in page.data["spans"] if span["kind"] == "degraded"] == ["no_observation"]


def test_what_the_driver_did_is_kept(tmp_path: Path) -> None:
    records = [*story(10), DriverInput(4.0, "acknowledge"), DriverInput(5.0, "mark", "look at this")]
    report = report_of(write_jsonl(tmp_path / "drive.jsonl", iter(records)), pack_at(tmp_path / "story.yaml"))
    page = Parsed(report.page())
    assert [(one["t"], one["action"], one["note"]) for one in page.data["inputs"]] == [
        (4.0, "acknowledge", ""),
        (5.0, "mark", "look at this"),
    ]
    assert "look at this" in page.text


@given(st.sampled_from(CHANNELS), st.one_of(st.none(), st.floats(-1e6, 1e6)))
def test_a_value_survives_to_half_a_step_or_stands_at_the_end_of_the_range(channel: Channel, value: float | None) -> None:
    taken: array[int] = array(channel.typecode)
    channel.taker(taken)(value)
    (number,) = taken
    least, greatest = {"h": (-32767, 32767), "H": (0, 65534), "B": (0, 254)}[channel.typecode]
    if value is None:
        assert channel.value_of(number) is None
        return
    kept = channel.value_of(number)
    assert kept is not None
    assert kept == pytest.approx(
        min(max(value, least / channel.per_unit), greatest / channel.per_unit), abs=0.5 / channel.per_unit + 1e-9
    )


def test_nothing_seen_is_nothing_drawn() -> None:
    series = Series()
    assert (len(series.times_ms), series.spans, series.events) == (0, [], [])
