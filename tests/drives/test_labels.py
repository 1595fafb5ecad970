"""Labels beside a drive, and what can be wrong with labels."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.drives.labels.labels import LABEL_KINDS, label_problems, labels_beside, read_labels, write_labels
from dms.errors import DriveError
from dms.types import Label
from dms.wire import to_json

LABELS = [
    Label(10.0, 14.5, "distraction.long", "phone, in the lap"),
    Label(40.25, 42.0, "fatigue.microsleep"),
]


def test_labels_come_back_from_either_format(tmp_path: Path) -> None:
    write_labels(tmp_path / "a.labels.csv", LABELS[::-1])
    (tmp_path / "b.labels.json").write_text(
        '[{"t":10.0,"end":14.5,"kind":"distraction.long","note":"phone, in the lap"},'
        '{"topic":"label","t":40.25,"end":42.0,"kind":"fatigue.microsleep"}]'
    )
    assert labels_beside(tmp_path / "a.mcap") == labels_beside(tmp_path / "b.jsonl") == LABELS
    assert labels_beside(tmp_path / "c.mcap") == []


@pytest.mark.parametrize("name", ["many.csv", "many.json"])
def test_more_labels_than_any_drive_has_are_not_read_to_their_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("dms.drives.labels.labels.MOST_LABELS", 10)
    write_labels(tmp_path / name, [Label(float(t), t + 0.5, "fatigue.sleep") for t in range(10)])
    assert len(read_labels(tmp_path / name)) == 10
    write_labels(tmp_path / name, [Label(float(t), t + 0.5, "fatigue.sleep") for t in range(12)])
    where = "many.csv:12" if name.endswith(".csv") else "many.json: entry 11"
    with pytest.raises(DriveError, match=f"{where}: more than 10 labels, which no drive has"):
        read_labels(tmp_path / name)


def test_a_drivers_own_ratings_come_back_from_either_format(tmp_path: Path) -> None:
    rated = [Label(0.0, 300.0, "kss", value=6.0), LABELS[0], Label(300.0, 600.0, "kss", "yawned", 7.5)]
    write_labels(tmp_path / "a.labels.csv", rated)
    assert (tmp_path / "a.labels.csv").read_text().splitlines()[:3] == [
        "t,end,kind,note,value",
        "0.0,300.0,kss,,6.0",
        '10.0,14.5,distraction.long,"phone, in the lap",',
    ]
    (tmp_path / "b.labels.json").write_text("[" + ",".join(to_json(label).decode() for label in rated) + "]")
    (tmp_path / "c.labels.csv").write_text("t,end,kind,value\n0,300,kss,6\n")
    assert read_labels(tmp_path / "a.labels.csv") == read_labels(tmp_path / "b.labels.json") == rated
    assert read_labels(tmp_path / "c.labels.csv") == rated[:1]


NOTE = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
LABEL = st.builds(
    Label,
    t=st.floats(0.0, 7200.0),
    end=st.floats(0.0, 7200.0),
    kind=st.sampled_from(LABEL_KINDS),
    note=NOTE,
    value=st.none() | st.floats(1.0, 9.0),
)


@pytest.mark.parametrize("suffix", [".csv", ".json"])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=st.lists(LABEL, max_size=4))
def test_whatever_is_written_is_read_to_the_last_digit(tmp_path: Path, suffix: str, labels: list[Label]) -> None:
    path = tmp_path / f"x.labels{suffix}"
    write_labels(path, labels)
    assert read_labels(path) == sorted(labels, key=lambda label: (label.t, label.end, label.kind))


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.labels.csv"
    write_labels(path, LABELS)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DriveError, match=r"x\.labels\.csv: cannot be written: No space left on device"):
        write_labels(path, LABELS[:1])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_spreadsheets_marks_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "x.labels.csv"
    path.write_bytes(b"\xef\xbb\xbft,end,kind\r\n\r\n10,14.5,distraction.long\r\n")
    assert read_labels(path) == [Label(10.0, 14.5, "distraction.long")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.labels.csv", "start,stop,kind\n", r"x\.labels\.csv:1: the first line must be 't,end,kind,note,value'"),
        ("x.labels.csv", "t,end,kind,note,note\n", r"csv:1: the first line"),
        ("x.labels.csv", "t,end,kind,value\n0,300,kss,drowsy\n", r"csv:2: value: expected a number or null, got text"),
        ("x.labels.csv", "t,end,kind\n1,2,fatigue.sleep\n3,soon,fatigue.sleep\n", r"csv:3: end: expected a number, got text"),
        ("x.labels.csv", "t,end,kind\n1,nan,fatigue.sleep\n", r"csv:2: end: .*finite"),
        ("x.labels.csv", "t,end,kind,note\n1,2,fatigue.sleep,nods, twice\n", r"csv:2: 5 values for 4 columns"),
        ("x.labels.csv", "t,end,kind\n1,2\n", r"csv:2: kind: the field is missing"),
        ("x.labels.json", "[{]", r"json:1: not JSON"),
        ("x.labels.json", '{"t":1}', r"json: a list of labels is wanted"),
        ("x.labels.json", '[{"t":1,"end":2}]', r"json: entry 1: kind: the field is missing"),
        ("x.labels.json", "[7]", r"json: entry 1: an object"),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DriveError, match=message):
        labels_beside(tmp_path / "x.mcap")


def test_two_label_files_for_one_drive_are_one_too_many(tmp_path: Path) -> None:
    write_labels(tmp_path / "x.labels.csv", LABELS)
    (tmp_path / "x.labels.json").write_text("[]")
    with pytest.raises(DriveError, match="two label files for one drive"):
        labels_beside(tmp_path / "x.mcap")


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (LABELS, None),
        ([Label(99.0, 100.9, "driver.absent")], None),
        ([Label(1.0, 2.0, "fatigue.microslep")], "unknown kind of label; did you mean 'fatigue.microsleep'?"),
        ([Label(0.0, 50.0, "kss", value=7.0), Label(50.0, 100.0, "kss", value=9.0)], None),
        ([Label(0.0, 50.0, "kss", value=7.0), Label(40.0, 100.0, "kss", value=8.0)], "overlaps the one from 0 s to 50 s"),
        ([Label(0.0, 50.0, "kss")], "no value; the Karolinska Sleepiness Scale goes from 1 to 9"),
        ([Label(0.0, 50.0, "kss", value=0.0)], "value 0; the Karolinska"),
        ([Label(0.0, 50.0, "kss", value=10.0)], "value 10; the Karolinska"),
        ([Label(1.0, 2.0, "fatigue.sleep", value=8.0)], "only a label of the kind kss has one"),
        ([Label(5.0, 4.0, "fatigue.sleep")], "ends at 4 s, before it begins"),
        ([Label(101.0, 102.0, "fatigue.sleep")], "lies outside the drive, which lasts from 0.00 s to 100.00 s"),
        ([Label(-9.0, -8.0, "fatigue.sleep")], "lies outside the drive"),
        ([Label(90.0, 190.0, "fatigue.sleep")], "lies outside the drive"),
        ([Label(1.0, 5.0, "fatigue.sleep"), Label(4.0, 6.0, "fatigue.sleep")], "overlaps the one from 1 s to 5 s"),
        ([Label(1.0, 5.0, "fatigue.microsleep"), Label(1.0, 5.0, "fatigue.sleep")], None),
    ],
)
def test_labels_that_cannot_be_right_are_told(labels: list[Label], problem: str | None) -> None:
    problems = label_problems(labels, 0.0, 100.0)
    if problem is None:
        assert problems == []
    else:
        assert len(problems) == 1
        assert problem in problems[0]


def test_a_label_beyond_the_place_where_a_drive_was_cut_off_names_the_cut() -> None:
    cut = "drive.mcap: cut off: 900 records up to t = 30.0 s are read; the last 10 bytes are lost"
    (problem,) = label_problems([Label(50.0, 52.0, "fatigue.sleep")], 0.0, 30.0, [cut])
    assert problem == f"label fatigue.sleep at 50 s: lies outside the drive, which lasts from 0.00 s to 30.00 s ({cut})"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.labels.csv", b"t,end,kind\n1,2,kss\n3,4,\xff\n", ":3: byte 0xff at column 5 is not UTF-8"),
        ("a.labels.csv", b"t;end;kind\n", ":1: the columns are separated by semicolons: save the file with commas between them"),
        ("a.labels.csv", b"t\tend\tkind\n", ":1: the columns are separated by tabs: save the file with commas between them"),
        ("a.labels.csv", "t,end,kind\n".encode("utf-16"), ":1: the text is UTF-16: save it as UTF-8"),
        ("a.labels.json", b'[{"id":1,"annotations":[]}]', ": an export of Label Studio: its tasks hold no t, end and kind"),
        ("a.labels.json", b'[{"t":1,"end":2,"kind":"fatigue.sleep","end":9}]', ": the key 'end' stands twice"),
        ("a.labels.json", b"[" * 3000, ": not a list of labels: nested too deep"),
    ],
)
def test_what_is_no_file_of_labels_is_called_by_its_name(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DriveError) as refusal:
        read_labels(path)
    assert str(refusal.value).startswith(f"{path}{message}")


@pytest.mark.parametrize("note", ["=1+1", "+49", "-1", "@SUM(A1)", "'=1", "''+", "it's", "'tis", "a=b", ""])
def test_a_note_is_no_formula_to_a_spreadsheet_and_comes_back_as_it_was(tmp_path: Path, note: str) -> None:
    path = tmp_path / "a.labels.csv"
    write_labels(path, [Label(1.0, 2.0, "fatigue.sleep", note)])
    assert [label.note for label in read_labels(path)] == [note]
    cell = path.read_text().splitlines()[1].split(",", 3)[3].strip('"')
    assert cell[:1] not in ("=", "+", "-", "@")
