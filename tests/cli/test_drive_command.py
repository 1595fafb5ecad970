"""`dms drive`: what is in a drive, parts of it, several as one, and a bus joined to a video."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from dms.cli.app import app
from dms.console.answers import DriveInfoAnswer
from dms.errors import DriveError, UsageError
from dms.recording.drive import open_drive
from dms.recording.editing import Span, after_a_gap, cut, longer_than, merged, split
from dms.recording.image_message import CompressedPicture
from dms.recording.images import images_of
from dms.recording.mcap_writer import DriveFile
from dms.types import DriveRecord, Label, Observation, Setup, VehicleState

DAY = Path(__file__).parents[1] / "data" / "drives" / "day_colour.mp4"
CAR = Path(__file__).parents[1] / "vehicle" / "car.dbc"
RULES = Setup(0.0, "pack: x", "x", "0" * 64, {})


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["drive", *map(str, arguments)])


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


def minute() -> list[DriveRecord]:
    """A minute at 10 Hz with a speed each second, a rule pack, a nap from 28 to 32 s, and nothing seen from 40 to 45 s."""
    seen: list[DriveRecord] = [Observation(step / 10, step) for step in range(600) if not 400 <= step < 450]
    told: list[DriveRecord] = [VehicleState(float(second), speed_kph=50.0) for second in range(60)]
    return [RULES, *sorted([*told, *seen], key=lambda record: record.t), Label(28.0, 32.0, "fatigue.microsleep")]


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """The minute as the recorder writes it, with a picture a second."""
    path = tmp_path / "20261121T093000Z-part01.mcap"
    file = DriveFile(path, {"session": "abc"})
    for record in minute():
        file.write(record)
        if isinstance(record, VehicleState):
            file.write_picture(CompressedPicture(record.t, round(record.t * 10), b"jpeg", 64, 48))
    file.close()
    return path


def records(path: Path) -> list[DriveRecord]:
    return list(open_drive(path))


def test_what_is_in_a_drive(drive: Path) -> None:
    said = done("info", drive)
    assert "observation: 550 records, 0.00 to 59.90 s" in said
    assert "the vehicle tells speed_kph (60)" in said
    assert "60 pictures" in said
    assert "1 gap of more than 1 s: 39.9–45.0 s" in said
    answer = json.loads(done("info", drive, "--json"))
    assert set(answer) == set(DriveInfoAnswer.__struct_fields__)
    assert answer["drives"][0]["metadata"]["session"] == "abc"


def test_a_cut_keeps_times_rules_labels_and_pictures(drive: Path, tmp_path: Path) -> None:
    part = tmp_path / "nap.mcap"
    done("cut", drive, "-o", part, "--from", "0:30", "--to", "35")
    found = records(part)
    setup, *others = [record for record in found if not isinstance(record, Label)]
    assert setup == Setup(30.0, RULES.rules, RULES.rules_name, RULES.rules_sha256, {})
    assert (others[0].t, others[-1].t) == (30.0, 35.0)
    assert [record for record in found if isinstance(record, Label)] == [Label(30.0, 32.0, "fatigue.microsleep")]
    assert [image.t for image in images_of(part)] == [float(second) for second in range(30, 36)]
    assert json.loads(done("info", part, "--json"))["drives"][0]["metadata"]["session"] == "abc"


def test_parts_of_a_drive_are_the_drive_again(drive: Path, tmp_path: Path) -> None:
    done("split", drive, "-o", tmp_path / "day.mcap", "--every", "20")
    parts = sorted(tmp_path.glob("day-part*.mcap"))
    assert len(parts) == 3
    assert [next(iter(open_drive(part))).t for part in reversed(parts)] == [40.0, 20.0, 0.0]
    done("join", *parts, "-o", tmp_path / "again.jsonl.gz")
    again = [record for record in records(tmp_path / "again.jsonl.gz") if not isinstance(record, Setup)]
    whole = [record for record in records(drive) if not isinstance(record, Setup)]
    assert sorted(again, key=repr) == sorted(whole, key=repr)
    assert sum(1 for part in parts for _ in images_of(part, following=False)) == 60


def test_a_drive_between_gaps_is_a_drive_of_its_own(drive: Path, tmp_path: Path) -> None:
    only = tmp_path / "seen.jsonl"
    done("filter", drive, "-o", only, "--topic", "observation")
    done("split", only, "-o", tmp_path / "trip.jsonl", "--gap", "2")
    assert [len(records(path)) for path in sorted(tmp_path.glob("trip-drive*.jsonl"))] == [400, 150]


def test_without_pictures_of_the_driver(drive: Path, tmp_path: Path) -> None:
    done("filter", drive, "-o", tmp_path / "blind.mcap", "--without", "image")
    assert list(images_of(tmp_path / "blind.mcap")) == []
    assert records(tmp_path / "blind.mcap") == records(drive)


@pytest.mark.parametrize(
    ("there", "options", "remark"),
    [
        pytest.param("day-part03.mcap", [], "exists; --force replaces it", id="a later piece is there"),
        pytest.param("day-part04.mcap", [], "would be taken for the next of these", id="a fourth of an earlier split is there"),
        pytest.param("day-part04.mcap", ["--force"], "would be taken for the next of these", id="and forcing does not help"),
    ],
)
def test_a_split_that_is_refused_leaves_no_piece(
    drive: Path, tmp_path: Path, there: str, options: list[str], remark: str
) -> None:
    (tmp_path / there).write_bytes(b"from before")
    before = sorted(tmp_path.iterdir())
    result = run("split", drive, "-o", tmp_path / "day.mcap", "--every", "20", *options)
    assert isinstance(result.exception, UsageError)
    assert remark in str(result.exception)
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / there).read_bytes() == b"from before"


def test_a_split_that_cannot_be_put_in_place_to_its_end_leaves_no_piece(drive: Path, tmp_path: Path) -> None:
    (tmp_path / "day-part02.mcap").mkdir()
    before = sorted(tmp_path.iterdir())
    result = run("split", drive, "-o", tmp_path / "day.mcap", "--every", "20", "--force")
    assert isinstance(result.exception, DriveError)
    assert str(result.exception).endswith("day-part02.mcap: cannot be written: there is a folder")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cut", "DRIVE", "-o", "DRIVE"], "exists; --force replaces it"),
        (["cut", "DRIVE", "-o", "x.txt"], "x.txt: a drive is written as .mcap, .jsonl or .jsonl.gz"),
        (["cut", "DRIVE", "-o", "x.mcap", "--from", "9", "--to", "3"], "--from is not before --to"),
        (["cut", "nowhere.mcap", "-o", "x.mcap"], "nowhere.mcap: no such drive"),
        (["filter", "DRIVE", "-o", "x.mcap"], "either --topic or --without says what is kept"),
        (["filter", "DRIVE", "-o", "x.mcap", "--topic", "vehicel"], "vehicel: no such topic; did you mean 'vehicle'?"),
        (["split", "DRIVE", "-o", "x.mcap"], "either --every or --gap says where to split"),
        (["split", "DRIVE", "-o", "x.mcap", "--every", "0"], "--every 0: a part of at least 1 s is wanted"),
        (["join", "DRIVE", "-o", "x.mcap"], "one drive alone joins nothing: give another, or --can LOG"),
        (["join", "DRIVE", "DRIVE", "-o", "x.mcap", "--offset", "1"], "--offset and --began go with --can"),
        (["join", "DRIVE", "-o", "x.mcap", "--can", "a.log"], "--can needs --dbc and --signals, or --config with a source can"),
    ],
)
def test_what_makes_no_sense_is_one_message(arguments: list[str], said: str, drive: Path) -> None:
    before = drive.read_bytes()
    result = run(*(str(drive) if each == "DRIVE" else each for each in arguments))
    assert said in str(result.exception)
    assert drive.read_bytes() == before


def test_a_damaged_drive_leaves_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"topic":"vehicle","t":1}\n{"topic":"vehicle","t":"x"}\n')
    result = run("cut", tmp_path / "bad.jsonl", "-o", tmp_path / "new.mcap")
    assert "bad.jsonl:2: " in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.jsonl"]


@pytest.fixture
def bus(tmp_path: Path) -> Path:
    """Twenty seconds of pulling away at 100 Hz, 1 km/h a second, and which signal is the speed."""
    (tmp_path / "signals.yaml").write_text("speed_kph: SPEED_KPH\ngear: {signal: GearSelector, timeout_s: 60}\n")
    path = tmp_path / "bus.log"
    lines = [f"({step / 100:.6f}) can0 100#{step.to_bytes(2, 'little').hex().upper()}000000000000" for step in range(2000)]
    path.write_text("\n".join([*lines[:300], "(3.000000) can0 103#0003000000000000", *lines[300:]]) + "\n")
    return path


def test_a_bus_joins_a_video(bus: Path, tmp_path: Path) -> None:
    video = tmp_path / "day.mp4"
    shutil.copy(DAY, video)
    said = done("join", video, "--can", bus, "--dbc", CAR, "--signals", tmp_path / "signals.yaml", "--offset", "10")
    assert "2001 messages" in said
    assert "it begins at 10 s, as --offset says" in said
    states = [record for record in records(video.with_suffix(".jsonl")) if isinstance(record, VehicleState)]
    assert [state.speed_kph for state in states if state.speed_kph is not None] == pytest.approx(
        [state.t - 10.0 for state in states if state.speed_kph is not None], abs=0.011
    )
    gears = [state.t for state in states if state.gear == "Drive"]
    assert gears[0] == pytest.approx(13.0, abs=0.06)
    assert max(later - earlier for earlier, later in pairwise(gears)) <= 1.1, "told again while it counts"
    assert run("join", video, "--can", bus, "--dbc", CAR, "--signals", tmp_path / "signals.yaml").exit_code != 0, "never replaced"


def test_a_bus_joins_a_drive_by_their_clocks(bus: Path, drive: Path, tmp_path: Path) -> None:
    """The drive's name says 09:30:00 UTC; the log begins five seconds later."""
    began_s = 1_795_253_400.0
    parted = (line.removeprefix("(").split(")") for line in bus.read_text().splitlines())
    bus.write_text("".join(f"({began_s + 5 + float(second):.6f}){message}\n" for second, message in parted))
    said = done("join", drive, "-o", tmp_path / "both.mcap", "--can", bus, "--dbc", CAR, "--signals", tmp_path / "signals.yaml")
    assert "by their clocks: it begins at 5.00 s of the drive" in said
    joined = records(tmp_path / "both.mcap")
    assert len(joined) > len(records(drive)) + 390
    assert {type(record) for record in joined} == {type(record) for record in records(drive)}
    assert len(list(images_of(tmp_path / "both.mcap"))) == 60


@given(st.lists(st.floats(0.0, 1000.0), max_size=60).map(sorted), st.floats(1.0, 300.0))
def test_whatever_is_split_is_all_there(times: list[float], length_s: float) -> None:
    drive: list[DriveRecord] = [Observation(t, index) for index, t in enumerate(times)]
    for is_next in (longer_than(length_s), after_a_gap(length_s)):
        pieces = [list(piece) for piece in split(drive, is_next)]
        assert [record for piece in pieces for record in piece] == drive
        assert list(merged(pieces)) == drive
        assert all(pieces)


@given(st.floats(0.0, 60.0), st.floats(0.0, 60.0))
def test_a_cut_holds_what_lies_within_and_nothing_else(one: float, other: float) -> None:
    span = Span(min(one, other), max(one, other))
    found = [record for record in cut(minute(), span) if isinstance(record, Observation)]
    assert found == [record for record in minute() if isinstance(record, Observation) and span.holds(record.t)]
