"""What the table is told: only what is new, the same figures as the score, and everything after a start anew."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from dms.studio.entries import Entries, Entry
from dms.studio.figures import Figures
from dms.studio.kept import Kept
from dms.studio.pages.drives import revision_in, table_answer
from dms.studio.places import Place, places_in
from dms.types import Level
from tests.studio.conftest import BROKEN

ALARMED = {"fatigue.sleep": 2, "distraction.long": 1}


def figures(**told: object) -> Figures:
    """A drive in which nothing happened, but for what is told."""
    usual: dict[str, object] = {
        "driver": "anna",
        "names_driver": True,
        "day": None,
        "length_s": 60.0,
        "watched_s": 60.0,
        "degraded_s": 15.0,
        "lost_s": 0.0,
        "road_known_s": 45.0,
        "off_road_s": 5.0,
        "levels": {Level.INFO: 3},
    }
    usual |= dict.fromkeys(("labels", "found", "missed"), 0) | {"false": {}}
    usual |= dict.fromkeys(("labelled_kinds", "problems", "warnings"), ())
    return msgspec.convert({**usual, **told}, Figures)


def entry(name: str, of: Figures | None = None) -> Entry:
    return Entry(Place(Path(name), name, name), "key", "read" if of is not None else "waiting", of)


def told(entries: Entries, after: int = 0) -> dict[str, dict[str, object]]:
    answer = json.loads(table_answer(entries.since(after), "run", {}))
    return {row["id"]: row for row in answer["drives"]}


def test_only_what_is_new_is_told() -> None:
    entries = Entries()
    entries.put_all([entry("a"), entry("b")])
    first = entries.since(0)
    assert [one.place.identity for one in first.entries] == ["a", "b"]
    assert (first.total, first.done) == (2, 0)
    entries.put(entry("b", figures()))
    assert [one.place.identity for one in entries.since(first.revision).entries] == ["b"]
    entries.keep_only({"b": Place(Path("b"), "b", "b")})
    last = entries.since(first.revision)
    assert last.gone == ("a",)
    assert (last.total, last.done) == (1, 1)
    assert len(entries.since(last.revision + 100).entries) == 1, "a revision of the future is none of ours"


def test_false_alarms_count_where_somebody_looked_for_their_kind_in_any_drive() -> None:
    entries = Entries()
    entries.put(entry("a", figures(false=ALARMED)))
    assert told(entries)["a"]["false"] == 0, "nobody labelled anything"
    revision = entries.since(0).revision
    entries.put(entry("b", figures(labels=1, missed=1, labelled_kinds=("fatigue.sleep",))))
    assert told(entries, revision)["a"]["false"] == 2, "the line of another drive changes with it, and is told again"
    entries.put(entry("b", figures(labels=1, labelled_kinds=("fatigue.sleep",), problems=("label …: ends before it begins",))))
    assert told(entries)["a"]["false"] == 0, "labels that cannot be right count for nothing"
    assert "missed" not in told(entries)["b"]
    assert told(entries)["a"]["judged_share"] == 0.75


@pytest.mark.parametrize(
    ("text", "revision"), [("run-7", 7), ("other-7", 0), ("", 0), ("run-", 0), ("run--1", 0), ("run-" + "9" * 5000, 0), ("7", 0)]
)
def test_a_revision_of_another_run_means_nothing(text: str, revision: int) -> None:
    assert revision_in(text, "run") == revision


def test_every_file_is_a_line_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "drive.jsonl").write_text(BROKEN)
    bad = tmp_path / "a" / "b\udcff.jsonl"
    bad.write_text(BROKEN)
    (tmp_path / "a" / "notes.txt").write_text("nothing")
    named, impossible = sorted(places_in([tmp_path]), key=lambda place: place.problem or "")
    assert (named.name, named.problem) == ("a/drive.jsonl", None)
    assert "the name is not UTF-8" in str(impossible.problem)
    json.dumps(impossible.name).encode()
    assert [place.name for place in places_in([tmp_path / "a", tmp_path])] == ["a/b\\xff.jsonl", "a/drive.jsonl"]


def test_the_cache_keeps_what_was_looked_at_last(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "cache")
    drive = tmp_path / "drive.jsonl"
    drive.touch()
    for key in ("first", "second", "third"):
        kept.keep_drive(key, drive, b"seen", b"x" * 1000)
    kept.drive("first")
    kept.tidy(most_bytes=2100)
    assert [kept.drive(key) is not None for key in ("first", "second", "third")] == [True, False, True]
    kept.keep_drive("gone", tmp_path / "gone.jsonl", b"", b"")
    kept.keep_drive("out", tmp_path / "taken out" / "drive.jsonl", b"", b"")
    kept.keep_line("line", tmp_path / "gone.jsonl", b"{}")
    kept.tidy()
    assert kept.drive("gone") is None
    assert kept.lines(["line"]) == {}
    assert kept.drive("out") is not None, "a disk that was taken out may come back"
    kept.close()
