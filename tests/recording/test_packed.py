"""Packed drives: read and written like any other, and never more of them in memory than a piece."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dms.cli.app import app
from dms.errors import DriveError
from dms.recording.drive import find_drives, open_drive
from dms.recording.packed import create_lines, trace_beside
from tests.drives.drive_making import PACK, story, write_jsonl


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "plain.jsonl", story(60, turned=[(40, 44)]))


def packed(plain: Path, *, members: int = 1, name: str = "drive.jsonl.gz") -> Path:
    lines = plain.read_bytes().splitlines(keepends=True)
    step = -(-len(lines) // members)
    path = plain.with_name(name)
    path.write_bytes(b"".join(gzip.compress(b"".join(lines[at : at + step])) for at in range(0, len(lines), step)))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize("members", [1, 3])
def test_a_packed_drive_is_read_like_the_plain_one(plain: Path, members: int) -> None:
    drive = open_drive(packed(plain, members=members))
    assert list(drive) == list(open_drive(plain))
    assert (drive.warnings, drive.share_read) == ([], 1.0)


def test_a_folder_with_packed_drives_is_a_folder_of_drives(plain: Path, tmp_path: Path) -> None:
    other = packed(plain)
    packed(plain, name="plain.jsonl.gz")  # as `gzip -k` leaves it: the same drive
    (tmp_path / "notes.txt.gz").write_bytes(gzip.compress(b"no drive"))
    assert find_drives([tmp_path]) == [other, plain]
    with pytest.raises(DriveError, match=r"notes\.txt\.gz: not a drive: expected \.jsonl, \.jsonl\.gz"):
        find_drives([tmp_path / "notes.txt.gz"])


def test_a_packed_trace_belongs_to_its_video(plain: Path, tmp_path: Path) -> None:
    trace = packed(plain, name="seen.jsonl.gz")
    plain.unlink()
    (tmp_path / "seen.mp4").touch()
    assert trace_beside(tmp_path / "seen.mp4") == trace
    assert find_drives([tmp_path]) == [tmp_path / "seen.mp4"]


def test_labels_lie_beside_a_packed_drive_under_its_name(plain: Path, tmp_path: Path) -> None:
    drive = packed(plain)
    assert run("label", drive, "--from", 1, "--to", 2, "--kind", "fatigue.yawning").exit_code == 0
    assert (tmp_path / "drive.labels.csv").exists()
    (tmp_path / "story.yaml").write_text(PACK)
    assert "fatigue.yawning" in run("replay", drive, "--rules", tmp_path / "story.yaml").stdout


def test_what_a_file_that_was_cut_off_lacks_is_lost_and_told(plain: Path) -> None:
    drive = packed(plain)
    content = drive.read_bytes()
    drive.write_bytes(content[: len(content) * 2 // 3])
    opened = open_drive(drive)
    records = list(opened)
    assert 0 < len(records) < len(list(open_drive(plain)))
    assert "cut off" in opened.warnings[0]


def test_a_file_that_is_cut_off_between_two_lines_says_so_too(plain: Path) -> None:
    drive = packed(plain)
    whole = plain.read_bytes()
    drive.write_bytes(gzip.compress(whole)[:-8])  # all lines, but not the sum that a packed file ends with
    opened = open_drive(drive)
    assert list(opened) == list(open_drive(plain))
    assert opened.warnings == [f"{drive}: the packed file is cut off; what it lacks is lost"]


@pytest.mark.parametrize(
    "content", [b"", b"plain text\n", gzip.compress(b"x" * 5000, mtime=0)[:40][::-1]], ids=["empty", "text", "backwards"]
)
def test_what_is_not_packed_is_one_clear_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "drive.jsonl.gz"
    path.write_bytes(content)
    result = run("replay", path)
    assert isinstance(result.exception, DriveError)
    assert str(result.exception).startswith(f"{path}: ")


def test_alerts_can_be_written_packed_and_twice_the_same(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(PACK)
    first, second = tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl.gz"
    for path in (first, second):
        assert run("replay", plain, "--rules", tmp_path / "story.yaml", "--jsonl", path).exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(gzip.decompress(first.read_bytes()).splitlines()[0])["topic"] == "alert"


def test_plain_lines_are_written_as_they_are(tmp_path: Path) -> None:
    with create_lines(tmp_path / "lines.jsonl") as file:
        file.write(b"one\n")
    assert (tmp_path / "lines.jsonl").read_bytes() == b"one\n"


def test_a_great_file_that_was_packed_small_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(300):
            file.write(b"\n" * 1_000_000)
    program = (
        "import sys\n"
        "from dms.recording.packed import open_lines\n"
        "from pathlib import Path\n"
        "lines, _ = open_lines(Path(sys.argv[1]), 1 << 18, print)\n"
        "print(sum(len(block) for block in iter(lambda: lines.read(1 << 20), b'')))\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    read, peak_kib = map(int, done.stdout.split())
    assert read == 300_000_000
    assert peak_kib < 150 * 1024
