"""The table keeps up with the folder: what is new, changed, relabelled, broken, gone, and a pack that is edited meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from dms.drives.labels.labels import write_labels
from dms.types import Label
from tests.drives.drive_making import PACK, story, write_jsonl
from tests.studio.conftest import Studio


def test_the_table_keeps_up_with_the_folder(tmp_path: Path) -> None:
    folder, beside = tmp_path / "drives", tmp_path / "beside"
    folder.mkdir()
    beside.mkdir()
    studio = Studio(folder, beside)
    studio.until(lambda: studio.ask("/api/drives").json["looked"])
    assert studio.rows() == {}

    drive = write_jsonl(folder / "driver7.jsonl", story(30, turned=[(10, 14)], labelled=False))
    found = studio.row("driver7.jsonl", state="read")
    assert (found["driver"], found["labels"], found["false"]) == ("driver7", 0, 0)
    assert found["levels"] == {"advisory": 1}
    revision = studio.ask("/api/drives").json["revision"]
    assert studio.ask(f"/api/drives?after={revision}").json["drives"] == []

    write_labels(folder / "driver7.labels.csv", [Label(10, 14, "distraction.head_away"), Label(20, 24, "distraction.head_away")])
    assert studio.row("driver7.jsonl", labels=2)["missed"] == 1
    (folder / "driver7.labels.csv").write_text("t,end,kind\n1,2\n")
    assert "driver7.labels.csv:2" in studio.row("driver7.jsonl", state="broken")["problem"]
    (folder / "driver7.labels.csv").unlink()
    studio.row("driver7.jsonl", state="read", labels=0)

    write_jsonl(drive, story(40, turned=[(10, 14), (20, 24)]))
    assert studio.row("driver7.jsonl", labels=2)["levels"] == {"advisory": 2}
    studio.pack.write_text(PACK.replace("after_s: 2.0", "after_s: x"))
    studio.until(lambda: studio.ask("/api/drives").json["notice"])
    assert "story.yaml:" in studio.ask("/api/drives").json["notice"]
    studio.pack.write_text(PACK.replace("level: advisory", "level: warning"))
    studio.row("driver7.jsonl", levels={"warning": 2}, state="read")
    assert studio.ask("/api/drives").json["notice"] is None

    identity = studio.row("driver7.jsonl")["id"]
    drive.unlink()
    studio.until(lambda: not studio.rows())
    assert identity in studio.ask(f"/api/drives?after={revision}").json["gone"]
    with closing(sqlite3.connect(beside / "cache" / "studio.sqlite")) as cache:
        kept = "select count(*) from drives union all select count(*) from lines"
        studio.until(lambda: cache.execute(kept).fetchall() == [(0,), (0,)])
    answer = studio.ask(f"/api/drives/{identity}")
    assert (answer.status, answer.json["error"]) == (404, "there is no such drive, or it is not there any more")
    assert studio.stop() == 0


def kill_readers(studio: Studio) -> int:
    """Kill the processes that read drives, as a machine without memory does; returns how many there were."""
    children = Path(f"/proc/{studio.process.pid}/task").glob("*/children")
    pids = [int(pid) for file in children for pid in file.read_text().split()]
    readers = [pid for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    for pid in readers:
        os.kill(pid, signal.SIGKILL)
    return len(readers)


def test_a_drive_whose_reader_is_killed_is_tried_again_and_given_up_in_the_end(tmp_path: Path) -> None:
    folder, beside = tmp_path / "drives", tmp_path / "beside"
    folder.mkdir()
    beside.mkdir()
    studio = Studio(folder, beside)
    write_jsonl(folder / "once.jsonl", story(120))
    studio.row("once.jsonl", state="reading")
    studio.until(lambda: kill_readers(studio))
    assert studio.row("once.jsonl", state="read")["problem"] is None
    write_jsonl(folder / "always.jsonl", story(120))
    studio.until(lambda: [kill_readers(studio), studio.rows().get("always.jsonl", {}).get("state") == "broken"][1])
    assert "a process was killed twice while it was" in studio.rows()["always.jsonl"]["problem"]
    assert studio.stop() == 0


def test_what_was_found_out_is_kept(tmp_path: Path) -> None:
    folder, beside = tmp_path / "drives", tmp_path / "beside"
    folder.mkdir()
    beside.mkdir()
    drive = write_jsonl(folder / "drive.jsonl", story(30, turned=[(10, 14)]))
    first = Studio(folder, beside)
    before = first.row("drive.jsonl", state="read")
    opened = first.ask(f"/api/drives/{before['id']}").body
    assert first.stop() == 0
    status = drive.stat()
    drive.write_bytes(b"x" * status.st_size)
    os.utime(drive, ns=(status.st_atime_ns, status.st_mtime_ns))
    second = Studio(folder, beside)
    assert second.row("drive.jsonl", state="read") == before, "size and time are the same: it is not read again"
    assert second.ask(f"/api/drives/{before['id']}").body == opened
    assert second.stop() == 0
    cache = beside / "cache" / "studio.sqlite"
    assert cache.stat().st_mode & 0o077 == 0, "it says what drivers did: nobody else reads it"

    cache.write_bytes(b"no database at all" * 100)
    write_jsonl(drive, story(30, turned=[(10, 14)]))
    third = Studio(folder, beside)
    assert third.row("drive.jsonl", state="read")["labels"] == 1
    assert "begun anew" in third.log
    assert third.stop() == 0
