"""The page of a report in a real browser: it opens, says what is under the cursor, moves as told, and runs nothing foreign."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dms.drives.report.index_page import index_page
from dms.drives.report.pictures import Picture
from dms.types import DriverInput, Label, Observation
from tests.axe import complaints_of_axe
from tests.drives.drive_making import story
from tests.drives.report.report_making import LENIENT, report_on
from tests.needs import need
from tools.browser import Browser, missing

HOSTILE = "</script><script>window.taken = true</script><img src=x onerror='window.taken = true'>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    need("browser", missing())
    with Browser(width=1280, height=800) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses of a page, of a comparison, of one with a hostile note, and of the page that lists them."""
    folder = tmp_path_factory.mktemp("pages")
    unseen = Label(60, 64, "distraction.head_away")
    eventful = [*story(120, turned=[(40, 44)], asleep=[(80, 82)]), unseen, DriverInput(70.0, "mark", "look")]
    gap = [record for record in eventful if not (isinstance(record, Observation) and 100 <= record.t < 105)]
    hostile = [*story(30), Label(20, 21, "fatigue.microsleep", HOSTILE), DriverInput(25.0, "mark", HOSTILE)]
    reports = {
        "drive": report_on(folder, gap),
        "comparison": report_on(folder, gap, compare=LENIENT),
        "hostile": report_on(folder, hostile),
    }
    for name, report in reports.items():
        (folder / f"{name}.html").write_text(report.page([Picture(t, _jpeg(), 32, 24) for t in (42.0, 81.0)]), encoding="utf-8")
    listed = [report.indexed(f"{name}.jsonl", f"{name}.html") for name, report in reports.items() if name != "comparison"]
    (folder / "index.html").write_text(index_page(listed), encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in (*reports, "index")}


def _jpeg() -> bytes:
    import cv2
    import numpy as np

    return cv2.imencode(".jpg", np.full((24, 32), 128, np.uint8))[1].tobytes()


@pytest.fixture
def drive(browser: Browser, pages: dict[str, str]) -> Browser:
    """A browser that has just opened the page of the drive."""
    browser.resize(1280, 900)
    browser.complaints()
    browser.open(pages["drive"])
    return browser


def until(holds: Callable[[], bool]) -> None:
    """Wait for what an animation leads to; fails with the test's own assertion afterwards if it never does."""
    for _ in range(200):
        if holds():
            return
        time.sleep(0.02)


def shown(browser: Browser) -> tuple[float, float]:
    """The times at both ends of the view, once it has come to rest."""
    readings: list[list[float]] = []

    def rests() -> bool:
        readings.append(browser.run("return [dmsReport.view.t0, dmsReport.view.t1]"))
        return len(readings) > 2 and readings[-1] == readings[-2] == readings[-3]

    until(rests)
    t0, t1 = readings[-1]
    return t0, t1


def width(browser: Browser) -> float:
    """Seconds that the view shows, at rest."""
    t0, t1 = shown(browser)
    return t1 - t0


def place(browser: Browser, t: float, row: str) -> tuple[float, float]:
    """Where in the window a time and a row are; a lane is named by its kind, and met where its alerts are."""
    script = """
    const [t, name] = arguments, box = dmsReport.canvas.getBoundingClientRect(), {view, width} = dmsReport;
    const row = dmsReport.rows.find((one) => (one.kind ?? one.name) === name);
    return [box.left + (t - view.t0) / view.span * width, box.top + row.top + row.height - (row.kind ? 9 : row.height / 2)];
    """
    x, y = browser.run(script, t, row)
    return x, y


def value_of(browser: Browser, row: str) -> Any:
    return browser.run("return dmsReport.rows.find((one) => one.name === arguments[0]).output.textContent", row)


def tip(browser: Browser) -> str:
    return str(browser.run("const tip = document.getElementById('tip'); return tip.hidden ? '' : tip.innerText"))


@pytest.mark.parametrize("name", ["drive", "comparison", "hostile"])
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False)])
def test_it_opens_without_a_complaint_at_any_size(
    browser: Browser, pages: dict[str, str], name: str, width: int, dark: bool
) -> None:
    browser.resize(width, 844)
    browser.dark(wanted=dark)
    browser.complaints()
    browser.open(pages[name])
    assert browser.run("return performance.getEntriesByName('drawn').length") == 1
    assert browser.complaints() == []
    assert (
        browser.run("return performance.getEntriesByType('resource').filter((one) => !one.name.startsWith('data:')).length") == 0
    )
    assert browser.run("return document.documentElement.scrollWidth") <= width
    browser.dark(wanted=False)


def test_a_hostile_note_is_shown_and_not_run(browser: Browser, pages: dict[str, str]) -> None:
    browser.resize(1280, 900)
    browser.open(pages["hostile"])
    browser.point(*_label_place(browser))
    assert HOSTILE in tip(browser)
    assert HOSTILE in browser.run("return document.getElementById('events').textContent")
    assert browser.run("return window.taken ?? null") is None
    assert browser.run("return document.querySelectorAll('script, img:not(#scrub img)').length") == 2


def _label_place(browser: Browser) -> tuple[float, float]:
    script = "const b = dmsReport.boxes.find((one) => one.item.label), c = dmsReport.canvas.getBoundingClientRect();"
    x, y = browser.run(f"{script} return [c.left + b.x + b.width / 2, c.top + b.y + 4]")
    return x, y


def test_the_cursor_tells_the_values_under_it(drive: Browser) -> None:
    drive.point(*place(drive, 42.0, "Eyes open"))
    assert value_of(drive, "Head").startswith("4") or value_of(drive, "Head").startswith("3")
    assert value_of(drive, "Speed") == "80 km/h"
    assert value_of(drive, "Eyes open").endswith("%")
    drive.point(*place(drive, 102.0, "Eyes open"))
    assert value_of(drive, "Eyes open") == "unknown"
    assert value_of(drive, "Speed") == "unknown"
    assert value_of(drive, "Judged") == "no observation"


def test_an_alert_tells_its_cause(drive: Browser) -> None:
    drive.point(*place(drive, 43.0, "distraction.head_away"))
    said = tip(drive)
    assert "distraction.head_away" in said
    assert "raise advisory by turned" in said
    assert "head 40° from the road (40° left" in said
    assert "head away\n" in said
    assert "answers a label" in said


def test_the_wheel_zooms_around_the_pointer_and_a_drag_moves(drive: Browser) -> None:
    x, y = place(drive, 60.0, "Mouth")
    drive.point(x, y)
    for _ in range(3):
        drive.wheel(x, y, -300)
    t0, t1 = shown(drive)
    assert 5 < t1 - t0 < 60
    there, _ = place(drive, 60.0, "Mouth")
    assert there == pytest.approx(x, abs=5)
    drive.drag(x, y, 100)
    assert place(drive, 60.0, "Mouth")[0] == pytest.approx(there + 100, abs=2)
    assert drive.run("return scrollY") == 0


def test_far_out_the_wheel_scrolls_the_page(drive: Browser) -> None:
    drive.wheel(*place(drive, 60.0, "Mouth"), 400)
    until(lambda: drive.run("return scrollY") > 0)
    assert drive.run("return scrollY") > 0
    assert drive.run("return dmsReport.view.isWhole")


def test_keys_lead_from_event_to_event_and_speak(drive: Browser) -> None:
    drive.run("document.getElementById('stage').focus()")
    drive.keys("0")
    heard = []
    for _ in range(2):
        drive.keys("n")
        heard.append(drive.run("return document.getElementById('spoken').textContent"))
    assert [text[:6] for text in heard] == ["1:00.0", "1:10.0"]
    assert "missed" in heard[0]
    before_s = width(drive)
    drive.keys("+")
    until(lambda: width(drive) < before_s)
    assert width(drive) < before_s
    drive.keys(",")
    assert "Eyes open" in drive.run("return document.getElementById('spoken').textContent")
    drive.keys("0")
    until(lambda: drive.run("return dmsReport.view.isWhole"))
    assert drive.run("return dmsReport.view.isWhole")


def test_a_row_of_the_table_leads_to_its_place_and_a_band_to_its_row(drive: Browser) -> None:
    drive.run("document.querySelector('#row-label-2 button').click()")
    until(lambda: shown(drive)[1] - shown(drive)[0] < 30)
    t0, t1 = shown(drive)
    assert t0 < 80 < 82 < t1
    assert drive.run("return document.querySelector('tr.selected').id") == "row-label-2"
    drive.run("dmsReport.view.show(30, 60)")
    drive.run("dmsReport.draw()")
    drive.point(*place(drive, 43.0, "distraction.head_away"), press=True)
    assert drive.run("return document.querySelector('tr.selected').id") == "row-alert-0-0"


def test_the_filter_shows_what_went_wrong(drive: Browser) -> None:
    drive.run("document.querySelector('[data-show=wrong]').click()")
    rows = drive.run(
        "return [...document.querySelectorAll('#events tbody tr')].filter((row) => !row.hidden).map((row) => row.id)"
    )
    assert rows == ["row-label-1"]


def test_what_is_drawn_of_an_unknown_stretch_is_nothing(drive: Browser) -> None:
    """Between 100 and 105 s nothing was seen: in the row of the eyes, no pixel there has the colour of the line."""
    script = """
    const row = dmsReport.rows.find((one) => one.name === 'Eyes open'), {view, width, ratio} = dmsReport;
    const [from, to] = [...arguments].map((t) => Math.round((t - view.t0) / view.span * width * ratio));
    const brush = dmsReport.canvas.getContext('2d');
    const pixels = brush.getImageData(from, row.top * ratio, to - from, (row.height - 16) * ratio).data;
    let blue = 0;
    for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 2] - pixels[i] > 60) blue++;
    return blue;
    """
    for window in ((0.0, 120.0), (90.0, 110.0)):
        drive.run("dmsReport.view.show(...arguments); dmsReport.draw()", *window)
        assert drive.run(script, 100.5, 104.5) == 0
        assert drive.run(script, 94.0, 99.0) > 0


def test_it_prints(drive: Browser) -> None:
    assert drive.printed().startswith(b"%PDF")
    assert not drive.run("return document.documentElement.classList.contains('printing')")
    assert drive.complaints() == []


def test_keys_work_before_anything_was_clicked(drive: Browser) -> None:
    assert drive.run("return document.activeElement === document.body")
    drive.keys("n")
    assert str(drive.run("return document.getElementById('spoken').textContent")).startswith("1:00.0")
    until(lambda: not drive.run("return dmsReport.view.isWhole"))
    before_s = width(drive)
    drive.keys("-")
    until(lambda: width(drive) > before_s)
    assert width(drive) > before_s
    drive.keys("\ue010")
    assert shown(drive)[1] < 119, "End scrolls the page, unless the timeline has the focus"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["drive", "comparison", "index"])
def test_axe_finds_nothing_to_complain_of_in_a_report(browser: Browser, pages: dict[str, str], name: str, dark: bool) -> None:
    browser.resize(1280, 900)
    browser.dark(wanted=dark)
    browser.open(pages[name])
    found = complaints_of_axe(browser)
    browser.dark(wanted=False)
    assert found == []


def test_a_drag_along_the_times_goes_through_the_pictures(drive: Browser) -> None:
    """The view stays where it is; where no picture is near, the nearest one is shown, and how far away it is."""
    told = "const of = (name) => document.querySelector(`#scrub ${name}`); return [of('img').alt, of('b').textContent]"
    drive.run("dmsReport.view.show(0, 120)")
    assert drive.run(told) == ["The driver at 0:42.0", "0:42.0"]
    (x, _), (to_x, _) = place(drive, 44, "Head"), place(drive, 81, "Head")
    top = drive.run("return document.getElementById('stage').getBoundingClientRect().top")
    before = shown(drive)
    drive.drag(x, top + 8, to_x - x)
    until(lambda: drive.run(told)[0] == "The driver at 1:21.0")
    assert drive.run(told)[1] == "1:21.0"
    assert shown(drive) == before
    drive.run("dmsReport.hover.step(91)")
    assert drive.run(told) == ["The driver at 1:21.0", "1:21.0, 10 s before the cursor"]
    assert drive.run("return document.getElementById('scrub').className") == "scrub far"


def test_without_pictures_there_is_nothing_to_go_through(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "drive.html").write_text(report_on(tmp_path, story(20)).page(), encoding="utf-8")
    browser.complaints()
    browser.open((tmp_path / "drive.html").as_uri())
    assert browser.run("return getComputedStyle(document.getElementById('scrub')).display") == "none"
    assert browser.complaints() == []


def test_no_curve_runs_through_the_numbers_of_a_scale(drive: Browser) -> None:
    script = """
    dmsReport.view.show(20, 60);
    dmsReport.draw();
    const {rows, canvas, ratio} = dmsReport, row = rows.find((one) => one.name === "Head"), y = row.top + row.y(0);
    const pixels = (x) => [...canvas.getContext("2d").getImageData(x * ratio, (y - 5) * ratio, 9 * ratio, 10 * ratio).data];
    const pitch = getComputedStyle(document.documentElement).getPropertyValue("--pitch").trim();
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(pitch.slice(at, at + 2), 16));
    const isCurve = (_, i, all) => i % 4 === 0 && Math.hypot(all[i] - r, all[i + 1] - g, all[i + 2] - b) < 60;
    return [pixels(2).filter(isCurve).length, pixels(200).filter(isCurve).length];
    """
    on_number, on_curve = drive.run(script)
    assert on_number == 0
    assert on_curve > 0


def test_a_finger_hits_what_it_means(browser: Browser, pages: dict[str, str]) -> None:
    browser.resize(390, 844, touch=True)
    browser.devtools("Emulation.setTouchEmulationEnabled", {"enabled": True})
    browser.open(pages["drive"])
    small = """
    const buttons = [...document.querySelectorAll("button")].filter((one) => one.offsetParent);
    const sizes = buttons.map((one) => [one.textContent, one.getBoundingClientRect()]);
    return [buttons.length, sizes.filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text)];
    """
    number, too_small = browser.run(small)
    assert number > 5
    assert too_small == []
    assert browser.run("return document.documentElement.scrollWidth") <= 390
    near = """
    const box = dmsReport.boxes.find((one) => one.item.label), y = box.y + box.height + 15;
    const of = (item) => item?.label?.id ?? item?.episode?.id ?? null;
    return [of(dmsReport.itemAt(box.x, box.y, 22)), box.item.label.id, dmsReport.itemAt(-500, -500, 22)];
    """
    hit, meant, nothing = browser.run(near)
    assert hit == meant
    assert nothing is None
    browser.devtools("Emulation.setTouchEmulationEnabled", {"enabled": False})
