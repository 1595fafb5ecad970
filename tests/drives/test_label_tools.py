"""Labels to and from OpenLABEL and Label Studio: nothing is lost on the way, and what cannot be taken over is named."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.drives.labels.document import Document, text_at
from dms.drives.labels.driver_series import COLUMNS, driver_series
from dms.drives.labels.label_studio import read_tasks, task_text
from dms.drives.labels.labelling import MOST_PROBLEMS, Labelled
from dms.drives.labels.labels import LABEL_KINDS, LARGEST_BYTES
from dms.drives.labels.openlabel import openlabel_text, read_openlabel
from dms.errors import DriveError
from dms.types import KSS, Label
from tests.drives.drive_making import story, write_jsonl
from tests.needs import need

CONFIG = Path(__file__).resolve().parents[2] / "docs" / "examples" / "label_studio.xml"
DRIVE = Path("drive.mcap")
LABELS = [
    Label(0.0, 300.0, KSS, "yawned", 6.0),
    Label(1.0, 2.5, "fatigue.microsleep", 'nods, "twice"\nand a line'),
    Label(4.25, 4.25, "distraction.long"),
]
SERIES: dict[str, list[float | None]] = {"t": [0.0, 0.1], **{name: [0.5, None] for name in COLUMNS[1:]}}


@st.composite
def labels_of_a_drive(draw: st.DrawFn) -> list[Label]:
    labels: list[Label] = []
    for kind in draw(st.lists(st.sampled_from(LABEL_KINDS), max_size=4)):
        t = draw(st.floats(0.0, 600.0))
        rating = draw(st.floats(1.0, 9.0)) if kind == KSS else None
        note = draw(st.text(st.characters(codec="utf-8"), max_size=20))
        labels.append(Label(t, t + draw(st.floats(0.0, 30.0)), kind, note, rating))
    return labels


def in_order(labels: list[Label]) -> list[Label]:
    return sorted(labels, key=lambda label: (label.t, label.end, label.kind))


anything = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@anything
@given(labels=labels_of_a_drive(), fps=st.sampled_from([5.0, 25.0, 29.97, 30.0, 60.0]))
def test_openlabel_loses_nothing(tmp_path: Path, labels: list[Label], fps: float) -> None:
    path = tmp_path / "drive.openlabel.json"
    path.write_text(openlabel_text(labels, drive=DRIVE, video=None, fps=fps), encoding="utf-8")
    if labels:
        document = read_openlabel(path)
        assert list(document.labels) == in_order(labels)
        assert document.drive == "drive.mcap"
    assert_is_openlabel(json.loads(path.read_text(encoding="utf-8")))


@anything
@given(labels=labels_of_a_drive())
def test_label_studio_loses_nothing(tmp_path: Path, labels: list[Label]) -> None:
    path = tmp_path / "drive.labelstudio.json"
    path.write_text(task_text(labels, SERIES, drive=DRIVE), encoding="utf-8")
    if labels:
        assert list(read_tasks(path, drive=DRIVE).labels) == in_order(labels)


def assert_is_openlabel(document: dict[str, Any]) -> None:
    """The structure of V1.0.0 for what we write; a test beside this one holds it against the published schema itself."""
    assert document.keys() == {"openlabel"}
    content = document["openlabel"]
    assert content["metadata"]["schema_version"] == "1.0.0"
    assert content.keys() <= {"metadata", "streams", "frame_intervals", "frames", "actions"}
    covered: set[int] = set()
    for uid, action in content["actions"].items():
        assert uid.isdecimal()
        assert action.keys() <= {"name", "type", "frame_intervals", "action_data"}
        for interval in action["frame_intervals"]:
            assert interval["frame_start"] <= interval["frame_end"]
            span = range(interval["frame_start"], interval["frame_end"] + 1)
            assert all(uid in content["frames"][str(frame)]["actions"] for frame in span)
            covered.update(span)
    assert {int(frame) for frame in content["frames"]} == covered
    listed = [set(range(each["frame_start"], each["frame_end"] + 1)) for each in content["frame_intervals"]]
    assert set().union(*listed) == covered


def test_a_label_covers_the_frames_in_which_it_holds() -> None:
    """From 1 s up to 2 s, at 30 pictures a second: 30 to 59, as both ends of an interval are in it."""
    written = json.loads(openlabel_text([Label(1.0, 2.0, "fatigue.sleep")], drive=DRIVE, video=Path("drive.mp4"), fps=30.0))
    action = written["openlabel"]["actions"]["0"]
    assert action["type"] == "fatigue.sleep"
    assert action["frame_intervals"] == [{"frame_start": 30, "frame_end": 59}]
    assert written["openlabel"]["frames"]["59"]["frame_properties"] == {"timestamp": "1.966667"}
    assert written["openlabel"]["streams"]["camera"]["uri"] == "drive.mp4"


def openlabel(**changed: Any) -> dict[str, Any]:
    """A document as another tool writes it, without our times."""
    action = {"name": "a", "type": "eyes shut", "frame_intervals": [{"frame_start": 25, "frame_end": 49}], **changed}
    return {"openlabel": {"metadata": {"schema_version": "1.0.0"}, "actions": {"7": action}}}


def written(folder: Path, content: Any) -> Path:
    path = folder / "drawn.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_document_of_another_tool_is_read_with_its_rate_and_its_types(tmp_path: Path) -> None:
    document = read_openlabel(written(tmp_path, openlabel()), {"eyes shut": "fatigue.sleep"}, fps=25.0)
    assert document == Document((Label(1.0, 2.0, "fatigue.sleep"),), {}, None, "type of action")


def test_an_action_that_happens_twice_is_two_labels(tmp_path: Path) -> None:
    twice = [{"frame_start": 0, "frame_end": 24}, {"frame_start": 50, "frame_end": 50}]
    found = read_openlabel(written(tmp_path, openlabel(type="fatigue.sleep", frame_intervals=twice)), fps=25.0)
    assert found.labels == (Label(0.0, 1.0, "fatigue.sleep"), Label(2.0, 2.04, "fatigue.sleep"))


def test_frames_that_somebody_moved_count_more_than_our_exact_times(tmp_path: Path) -> None:
    document = json.loads(openlabel_text([Label(1.01, 2.0, "fatigue.sleep", "nods")], drive=DRIVE, video=None))
    document["openlabel"]["actions"]["0"]["frame_intervals"] = [{"frame_start": 60, "frame_end": 89}]
    assert read_openlabel(written(tmp_path, document)).labels == (Label(2.0, 3.0, "fatigue.sleep", "nods"),)


@pytest.mark.parametrize(
    ("content", "fps", "message"),
    [
        ("no JSON", 25.0, r"drawn\.json:1: not JSON"),
        ("[1, 2]", 25.0, r"drawn\.json: an object is wanted, not \[1, 2\]"),
        ({"openlabel": {"metadata": {"schema_version": "0.4"}}}, 25.0, r"written in OpenLABEL 0\.4; this dms reads 1\.0\.0"),
        (openlabel(type="fatigue.sleep"), None, r"does not say how many a second; --fps 30 says it"),
        (openlabel(), 25.0, r"no type of action is named like a kind of label \(there: 'eyes shut'\)"),
        (openlabel(type="fatigue.sleep", frame_intervals=[]), 25.0, r"action 7: no frame intervals"),
        (
            openlabel(type="fatigue.sleep", frame_intervals=[{"frame_start": 5, "frame_end": 4}]),
            25.0,
            r"action 7: frame_intervals\[0\]: ends with frame 4, before it begins with frame 5",
        ),
        (
            openlabel(type="fatigue.sleep", frame_intervals=[{"frame_start": "5", "frame_end": 9}]),
            25.0,
            r"action 7: frame_intervals\[0\]: frame_start is no number of a frame",
        ),
        (
            openlabel(type=KSS, action_data={"num": [{"name": "value", "val": 3}, {"name": "value", "val": 7}]}),
            25.0,
            r"action 7: action_data\.num: 'value' stands twice",
        ),
        (openlabel(type=5), 25.0, r"action 7: type: a text is wanted, not 5"),
        (openlabel(type=KSS), 25.0, r"action 7: frame_intervals\[0\]: a label of the kind kss needs a rating from 1 to 9"),
    ],
)
def test_what_is_no_openlabel_is_one_clear_message(tmp_path: Path, content: Any, fps: float | None, message: str) -> None:
    with pytest.raises(DriveError, match=message):
        read_openlabel(written(tmp_path, content), fps=fps)


def region(**value: Any) -> dict[str, Any]:
    span = {"start": 1.0, "end": 2.5, "timeserieslabels": ["fatigue.sleep"], **value}
    return {"id": "a", "from_name": "label", "to_name": "drive", "type": "timeserieslabels", "value": span}


def task(*results: Any, drive: str = "drive.mcap", **annotation: Any) -> dict[str, Any]:
    return {"id": 1, "data": {"dms_drive": drive}, "annotations": [{"result": list(results), **annotation}]}


def test_an_export_of_many_drives_has_one_for_this(tmp_path: Path) -> None:
    path = written(tmp_path, [task(region(), drive="other.mcap"), task(region(start=0.5))])
    assert read_tasks(path, drive=DRIVE).labels == (Label(0.5, 2.5, "fatigue.sleep"),)


def test_a_cancelled_annotation_does_not_count_and_other_tags_are_left_out(tmp_path: Path) -> None:
    cancelled = {"result": [region(start=0.0)], "was_cancelled": True}
    other = {"id": "b", "from_name": "x", "type": "choices", "value": {"choices": ["y"]}}
    content = task(region(), region(timeserieslabels=["tired"]), other)
    content["annotations"].append(cancelled)
    document = read_tasks(written(tmp_path, [content]), drive=DRIVE)
    assert document.labels == (Label(1.0, 2.5, "fatigue.sleep"),)
    assert document.left_out == {"choices": 1, "tired": 1}


TWO = task(region())
TWO["annotations"] *= 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"drawn\.json:1: not JSON"),
        ({"id": 1}, r"drawn\.json: a list is wanted"),
        ([], r"0 tasks, and none of them for drive\.mcap"),
        ([task(drive="a"), task(drive="b")], r"2 tasks, and none of them for drive\.mcap"),
        ([{"data": {}, "annotations": []}], r"task 1: nobody has annotated it"),
        ([TWO], r"task 1: 2 annotations: keep the one that counts"),
        ([task(region(start="2026-01-01"))], r"task 1: annotation 1: result 1: start: '2026-01-01' is a time of the clock"),
        ([task(region(end=None))], r"task 1: annotation 1: result 1: end: a number is wanted, not null"),
        ([task(region(), "x")], r"task 1: annotation 1: result 2: an object is wanted, not \"x\""),
        (
            [task(region(), *({"id": "a", "from_name": "note", "value": {"text": [word]}} for word in ("nods", "talks")))],
            r"task 1: annotation 1: result 3: a second note for the region a",
        ),
        ([task(region(timeserieslabels=["tired"]))], r"no label is named like a kind of label \(there: 'tired'\)"),
    ],
)
def test_what_is_no_export_of_label_studio_is_one_clear_message(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(DriveError, match=message):
        read_tasks(written(tmp_path, content), drive=DRIVE)


@pytest.mark.parametrize("read", [read_openlabel, lambda path: read_tasks(path, drive=DRIVE)])
def test_a_document_of_any_size_is_not_taken_in(tmp_path: Path, read: Callable[[Path], Document]) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    with pytest.raises(DriveError, match=rf"huge\.json: larger than {LARGEST_BYTES} bytes"):
        read(path)


def test_the_labelling_interface_knows_every_kind_and_every_column() -> None:
    view = ElementTree.parse(CONFIG).getroot()
    assert [label.get("value") for label in view.iter("Label")] == list(LABEL_KINDS)
    assert {channel.get("column") for channel in view.iter("Channel")} == set(COLUMNS[1:])
    assert {tag.get("name") for tag in view} == {"label", "drive", "note", "rating"}


def test_a_drive_is_ten_points_a_second_with_gaps_where_nothing_was_seen(tmp_path: Path) -> None:
    series = driver_series(write_jsonl(tmp_path / "drive.jsonl", story(10.0, turned=[(4.0, 6.0)], hidden=[(8.0, 9.0)])))
    assert len(series["t"]) == pytest.approx(100, abs=2)
    at = dict(zip(series["t"], series["head_yaw"], strict=True))
    assert max(yaw for t, yaw in at.items() if t is not None and yaw is not None and 4.1 < t < 5.9) == pytest.approx(
        40.0, abs=2.0
    )
    assert {yaw for t, yaw in at.items() if t is not None and 8.1 < t < 8.9} == {None}
    assert series["speed_kph"][-1] == 80.0


def test_the_libraries_of_both_formats_take_what_we_write(tmp_path: Path) -> None:
    """VCD, with the published JSON Schema of OpenLABEL, and the SDK of Label Studio, in an environment of their own."""
    python = os.environ.get("DMS_LABEL_PEERS")
    need("label-peers", None if python else "DMS_LABEL_PEERS names no Python with vcd and label-studio-sdk")
    openlabel, tasks = tmp_path / "x.openlabel.json", tmp_path / "x.labelstudio.json"
    openlabel.write_text(openlabel_text(LABELS, drive=DRIVE, video=Path("drive.mp4")))
    tasks.write_text(task_text(LABELS, SERIES, drive=DRIVE))
    script = Path(__file__).with_name("label_peers.py")
    ran = subprocess.run(
        [str(python), script, openlabel, tasks, CONFIG], capture_output=True, text=True, timeout=280, check=False
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert [kind for kind, _ in told["actions"]] == [KSS, "fatigue.microsleep", "distraction.long"]
    assert told["actions"][1][1] == [{"frame_start": 30, "frame_end": 74}]
    assert told["annotations"] == [True]
    assert told["regions"] == [True] * 6


def test_what_is_nested_too_deep_to_be_shown_is_named_all_the_same() -> None:
    nested: list[Any] = []
    for _ in range(10_000):
        nested = [nested]
    with pytest.raises(DriveError, match=r"^drawn\.json: a text is wanted, not what is nested too deep$"):
        text_at("drawn.json", nested)


def test_labels_of_another_drive_are_refused_in_a_few_lines() -> None:
    drive = Labelled(Path("drive.jsonl"), 0.0, 60.0, (), Path("drive.labels.csv"), ())
    with pytest.raises(DriveError) as refusal:
        drive.with_beside(Label(3600.0 + second, 3600.5 + second, "fatigue.yawning") for second in range(5000))
    *shown, rest = str(refusal.value).splitlines()
    assert len(shown) == MOST_PROBLEMS
    assert rest == f"drive.jsonl: {5000 - MOST_PROBLEMS} more labels cannot be right"
