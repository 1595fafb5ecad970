"""`dms report` and `dms replay --report` as people use them, and the pictures that a page shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from dms.cli import replay, report
from dms.errors import ConfigurationError, DmsError, DriveError, UsageError
from dms.recording.image_message import CompressedPicture
from dms.recording.mcap_writer import DriveFile
from dms.videos.pictures import pictures_at
from tests.drives.drive_making import PACK, story, write_jsonl
from tests.drives.report.report_making import LENIENT, Parsed

VIDEO = Path(__file__).parents[1] / "data" / "drives" / "day_colour.mp4"

app = typer.Typer()
app.command("replay")(replay.command)
app.command("report")(report.command)


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    (tmp_path / "story.yaml").write_text(PACK)
    (tmp_path / "lenient.yaml").write_text(LENIENT)
    return write_jsonl(tmp_path / "drive.jsonl", story(60, turned=[(40, 44)], asleep=[(50, 51)]))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_report_is_one_file_and_one_line(drive: Path) -> None:
    page = drive.with_suffix(".html")
    result = run("report", drive, "--rules", drive.with_name("story.yaml"), "-o", page)
    assert result.exit_code == 0
    assert re.fullmatch(rf"{page}: \d\.\d MB\n", result.stdout)
    text = Parsed(page.read_text()).text
    assert "distraction.head_away" in text
    assert "missed" in text


def test_replaying_writes_the_same_page_on_the_way(drive: Path) -> None:
    rules, pages = drive.with_name("story.yaml"), [drive.with_name("one.html"), drive.with_name("two.html")]
    run("report", drive, "--rules", rules, "-o", pages[0])
    result = run("replay", drive, "--rules", rules, "--report", pages[1])
    assert "expected by the labels" in result.stdout
    assert f"{pages[1]}: 0." in result.stdout
    first, second = (page.read_text() for page in pages)
    assert first.replace("dms report", "dms replay").replace(" -o PAGE", " --report PAGE") == second


def test_two_packs_on_one_drive(drive: Path) -> None:
    page = drive.with_suffix(".html")
    run("report", drive, "--rules", drive.with_name("story.yaml"), "--compare", drive.with_name("lenient.yaml"), "-o", page)
    text = Parsed(page.read_text()).text
    assert "pack story against lenient" in text
    assert "What differs: 1" in text


@pytest.fixture
def week(drive: Path, tmp_path: Path) -> Path:
    """Three drives in two folders: the one of `drive`, a quiet one, and one that is cut off before it begins."""
    folder = tmp_path / "week"
    (folder / "monday").mkdir(parents=True)
    drive.rename(folder / "monday" / "drive.jsonl")
    write_jsonl(folder / "quiet.jsonl", story(60))
    (folder / "broken.jsonl").write_text("{\n")
    return folder


def test_several_drives_get_a_page_each_and_one_that_lists_them(week: Path, tmp_path: Path) -> None:
    """A tuner looks at a week: the worst drive is first, and each line leads to its page and back."""
    out = tmp_path / "pages"
    result = run("report", week, "--rules", tmp_path / "story.yaml", "-o", out)
    assert result.exit_code == 1
    assert f"{week / 'broken.jsonl'}:1: " in result.stderr
    assert f"{out / 'index.html'}: 2 drives, 1 could not be read" in result.stdout
    index = Parsed((out / "index.html").read_text())
    pages = [str(words["href"]) for name, words in index.elements if name == "a"]
    assert pages == ["monday/drive.jsonl.html", "quiet.jsonl.html"]
    assert f"{week / 'broken.jsonl'}:1: " in index.text
    assert index.scripts == []
    back = [words["href"] for name, words in Parsed((out / pages[0]).read_text()).elements if name == "a"]
    assert back == ["../index.html"]
    assert "distraction.head_away" in Parsed((out / pages[0]).read_text()).text


def test_a_video_that_cannot_be_read_does_not_end_the_others(week: Path, tmp_path: Path) -> None:
    """It is another kind of error than a drive of text has."""
    (week / "broken.jsonl").unlink()
    (week / "cut.mp4").write_bytes(VIDEO.read_bytes()[:3000])
    result = run("report", week, "-o", tmp_path / "pages")
    assert result.exit_code == 1
    assert "2 drives, 1 could not be read" in result.stdout
    assert f"{week / 'cut.mp4'}: not a video" in Parsed((tmp_path / "pages" / "index.html").read_text()).text


def test_the_index_shows_what_two_packs_miss(week: Path, tmp_path: Path) -> None:
    (week / "broken.jsonl").unlink()
    out = tmp_path / "pages"
    result = run("report", week, "--rules", tmp_path / "story.yaml", "--compare", tmp_path / "lenient.yaml", "-o", out, "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    index = Parsed((out / "index.html").read_text())
    assert "pack story against lenient" in index.text
    assert sum(words.get("class") == "strip" for _, words in index.elements) == 4
    assert any((words.get("class") or "").startswith("label ") for _, words in index.elements)


def test_an_index_is_not_overwritten_and_one_page_is_not_enough_for_two_drives(week: Path, tmp_path: Path) -> None:
    out = tmp_path / "pages"
    run("report", week, "-o", out)
    with pytest.raises(DriveError, match="exists already; --force overwrites it and the pages"):
        report_again(week, out)
    assert run("report", week, "-o", out, "--force").exit_code == 1
    with pytest.raises(UsageError, match="one page, for 3 drives: give a folder"):
        report_again(week, tmp_path / "all.html")


def report_again(drives: Path, out: Path) -> None:
    """`dms report`, whose refusal is raised here."""
    refusal = run("report", drives, "-o", out).exception
    assert refusal is not None
    raise refusal


def test_quiet_is_quiet(drive: Path) -> None:
    assert run("report", drive, "-o", drive.with_suffix(".html"), "--quiet").output == ""


def test_what_was_lost_stands_on_the_page_and_on_standard_error(drive: Path) -> None:
    drive.write_bytes(drive.read_bytes()[:-40])
    result = run("report", drive, "-o", drive.with_suffix(".html"))
    assert "the last line is cut off" in result.stderr
    assert "the last line is cut off" in Parsed(drive.with_suffix(".html").read_text()).text


def test_nothing_is_overwritten_unasked(drive: Path) -> None:
    page = drive.with_suffix(".html")
    page.write_text("mine")
    for arguments in (("report", drive, "-o", page), ("replay", drive, "--report", page)):
        result = run(*arguments)
        assert str(result.exception) == f"{page}: exists already; --force overwrites it"
        assert page.read_text() == "mine"
        assert run(*arguments, "--force").exit_code == 0
        assert page.read_text() != "mine"
        page.write_text("mine")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("report", "drive.jsonl", "-o", "drive.jsonl", "--force"), UsageError, "give it a name that ends in .html"),
        (("report", "gone.jsonl", "-o", "page.html"), DriveError, "gone.jsonl: no such drive"),
        (("report", ".", "-o", "page.html"), UsageError, "drives: give a folder, in which each has its own"),
        (("report", "drive.jsonl", "-o", "nowhere/page.html"), DriveError, "there is no folder nowhere"),
        (("report", "drive.jsonl", "-o", "page.html", "--compare", "atend"), ConfigurationError, "did you mean 'attend'"),
        (
            ("report", "drive.jsonl", "-o", "page.html", "--rules", "recorded", "--speed-kph", "80"),
            UsageError,
            "--rules recorded takes",
        ),
        (("report", "empty.jsonl", "-o", "page.html"), DriveError, "empty.jsonl: no observations"),
        (
            ("replay", "drive.jsonl", "drive2.jsonl", "--report", "page.html"),
            UsageError,
            "--report shows one drive, and these are 2",
        ),
        (("replay", "drive.jsonl", "--report", "page.txt"), UsageError, "give it a name that ends in .html"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_input_is_one_clear_message_and_no_page(
    drive: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], error: type[DmsError], message: str
) -> None:
    monkeypatch.chdir(drive.parent)
    (drive.parent / "empty.jsonl").touch()
    (drive.parent / "drive2.jsonl").write_bytes(drive.read_bytes())
    before = drive.read_bytes()
    result = run(*arguments)
    assert isinstance(result.exception, error)
    assert message in str(result.exception)
    assert not list(drive.parent.rglob("*.html"))
    assert drive.read_bytes() == before


def test_a_page_that_cannot_be_written_is_an_error(drive: Path) -> None:
    folder = drive.with_name("page.html")
    folder.mkdir()
    assert str(run("report", drive, "-o", folder).exception) == f"{folder}: cannot be written: Is a directory"


def test_a_report_of_observations_loads_no_heavy_library(drive: Path) -> None:
    program = (
        "import sys; from dms.cli.app import app\n"
        f"try: app(['report', {str(drive)!r}, '-o', {str(drive.with_suffix('.html'))!r}])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print(sorted({'torch', 'onnxruntime', 'cv2', 'zmq', 'sqlalchemy'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "[]"


def pixels(jpeg: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image)


def test_a_video_shows_the_driver_at_the_times_that_were_asked_for() -> None:
    """The bundled driver looks at the passenger from 36 s on: those pictures differ from the one before far more than noise."""
    pictures = pictures_at(VIDEO, [30.0, 34.0, 38.5])
    assert [picture.t for picture in pictures] == [30.0, 34.0, 38.5]
    assert all((picture.width, picture.height) == (200, 150) and len(picture.jpeg) < 15_000 for picture in pictures)
    ahead, still_ahead, turned = (pixels(picture.jpeg).astype(float) for picture in pictures)
    assert ahead.shape == (150, 200, 3)
    assert np.abs(ahead - turned).mean() > 2 * np.abs(ahead - still_ahead).mean()


def test_recorded_pictures_are_taken_where_they_are_near_enough(tmp_path: Path) -> None:
    file = DriveFile(tmp_path / "drive.mcap", {})
    for record in story(20):
        file.write(record)
    for frame in range(60, 120):
        grey = np.full((48, 64), frame, np.uint8)
        file.write_picture(CompressedPicture(frame / 10, frame, cv2.imencode(".jpg", grey)[1].tobytes(), 64, 48))
    file.close()
    pictures = pictures_at(tmp_path / "drive.mcap", [2.0, 7.02, 11.0, 12.2, 15.0])
    assert [picture.t for picture in pictures] == pytest.approx([7.0, 11.0, 11.9])
    assert [round(float(pixels(picture.jpeg).mean())) for picture in pictures] == pytest.approx([70, 110, 119], abs=2)


def test_a_drive_without_pictures_has_none(drive: Path) -> None:
    assert pictures_at(drive, [1.0, 2.0]) == ()
