"""The studio through the eyes of a tuner: find the worst drive, see why, say what the driver did, have it scored."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dms.console.agreement_text import agreement_answer
from dms.drives.labels.labelling import read_labelled
from dms.drives.labels.labels import read_labels, write_labels
from dms.types import Label
from tests.axe import complaints_of_axe
from tests.drives.report.test_report_in_a_browser import until
from tests.studio.conftest import DRAWN, HOSTILE, TEXT, Studio, opened
from tools.browser import Browser
from tools.running_server import PATIENCE_S

NAMES = "return [...document.querySelectorAll('#rows a')].map((link) => link.textContent)"


def place(browser: Browser, t: float, row: str) -> tuple[float, float]:
    """Where in the window a time and a row of the timeline are."""
    script = """
    const [t, name] = arguments, box = dmsReport.canvas.getBoundingClientRect(), {view, width} = dmsReport;
    const row = dmsReport.rows.find((one) => (one.kind ?? one.name) === name);
    return [box.left + (t - view.t0) / view.span * width, box.top + row.top + 12];
    """
    x, y = browser.run(script, t, row)
    return x, y


def drive_of(studio: Studio, name: str) -> str:
    """The path of a drive's page."""
    return f"/drives/{studio.row(name)['id']}"


def scored(studio: Studio) -> dict[str, Any]:
    """What `dms score` says of the drives that can be read."""
    command: list[str | Path] = [sys.executable, "-m", "dms", "score", studio.folder, "--rules", studio.pack]
    command += ["--json", "--processes", "1"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    everything: dict[str, Any] = next(kind for kind in json.loads(answer.stdout)["kinds"] if kind["kind"] == "all")
    return everything


def test_from_the_worst_drive_to_a_label_that_is_scored(browser: Browser, studio: Studio) -> None:
    opened(browser, studio)
    assert browser.run("return location.search") == "", "the token does not stay in the address"
    assert browser.run(NAMES) == ["driver02/broken.jsonl", "driver01/bad.jsonl", "driver02/good.mcap"]
    assert "broken.jsonl:2: observation: t" in browser.run(TEXT, "rows")

    browser.run("document.querySelector('th[data-key=name] button').click()")
    assert browser.run(NAMES)[0] == "driver01/bad.jsonl"
    assert browser.run("return location.search") == "?sort=name"
    browser.run("document.querySelector('#rows a').click()")
    until(lambda: browser.run("return location.pathname.startsWith('/drives/')") and browser.run(DRAWN))
    assert browser.run(TEXT, "title") == "driver01/bad.jsonl"

    browser.keys("d")
    until(lambda: browser.run("return dmsDrive.player.t") == 60)
    assert browser.run("return dmsDrive.player.t") == 60, "the label that nothing answers"
    browser.run("[...document.querySelectorAll('#happened tr')].find((row) => row.innerText.includes('microsleep')).click()")
    until(lambda: "eyes closed" in browser.run(TEXT, "causes"))
    before = scored(studio)

    browser.keys("0")
    until(lambda: browser.run("return dmsReport.view.isWhole"))
    browser.run("[...document.querySelectorAll('#kinds button')].find((one) => one.value === 'distraction.long').click()")
    x, y = place(browser, 20.0, "Labels")
    browser.drag(x, y, place(browser, 24.0, "Labels")[0] - x)
    side = studio.folder / "driver01" / "bad.labels.csv"
    until(side.exists)
    drawn = read_labels(side)
    assert [label.kind for label in drawn] == ["distraction.long"]
    assert drawn[0].t == pytest.approx(20, abs=0.2)
    assert drawn[0].end == pytest.approx(24, abs=0.2)

    browser.open(browser.run("return location.href"))
    until(lambda: browser.run(DRAWN))
    kinds = browser.run("return dmsDrive.store.labels.filter((label) => !label.inside).map((label) => label.kind)")
    assert kinds == ["distraction.long"]
    studio.row("driver01/bad.jsonl", labels=4)
    assert before["labels"] == 4
    browser.run("dmsDrive.player.seek(24)")
    browser.keys("1")
    browser.run("dmsDrive.player.seek(26)")
    browser.keys("1")
    until(lambda: len(read_labels(side)) == 2)
    assert scored(studio)["labels"] == 5
    assert studio.row("driver01/bad.jsonl", labels=5)["missed"] + studio.row("driver02/good.mcap")["missed"] == 2
    assert scored(studio)["missed"] == 2, "the table has the figures of dms score"
    assert browser.complaints() == []


def test_labels_are_edited_by_keyboard_alone_and_undone(browser: Browser, studio: Studio) -> None:
    side = studio.folder / "driver02" / "good.labels.csv"
    side.unlink(missing_ok=True)
    opened(browser, studio, drive_of(studio, "driver02/good.mcap"))

    def beside() -> list[tuple[float, float, str]]:
        return [(label.t, label.end, str(label.kind)) for label in read_labels(side)] if side.exists() else []

    def becomes(*wanted: tuple[float, float, str]) -> None:
        until(lambda: beside() == list(wanted))
        assert beside() == list(wanted)

    browser.run("dmsDrive.player.seek(10)")
    browser.keys("2")
    browser.run("dmsDrive.player.seek(14)")
    browser.keys("2")
    becomes((10.0, 14.0, "distraction.long"))
    browser.run("dmsDrive.player.seek(12)")
    browser.keys("ls")
    becomes((10.0, 12.0, "distraction.long"), (12.0, 14.0, "distraction.long"))
    browser.run("dmsDrive.player.seek(13)")
    browser.keys("]4")
    becomes((10.0, 12.0, "distraction.long"), (12.0, 13.0, "distraction.phone"))
    browser.keys("\ue017")
    becomes((10.0, 12.0, "distraction.long"))
    browser.run("document.getElementById('undo').click()")
    becomes((10.0, 12.0, "distraction.long"), (12.0, 13.0, "distraction.phone"))
    browser.run("document.getElementById('redo').click()")
    becomes((10.0, 12.0, "distraction.long"))
    browser.keys("\ue00c")
    browser.run("dmsDrive.player.seek(11)")
    browser.keys("2")
    browser.run("dmsDrive.player.seek(13)")
    browser.keys("2")
    assert "overlap another one of its kind" in browser.run(TEXT, "state")
    becomes((10.0, 12.0, "distraction.long"))


def test_what_somebody_else_wrote_is_kept_and_a_conflict_is_shown(browser: Browser, studio: Studio) -> None:
    opened(browser, studio, drive_of(studio, "driver02/good.mcap"))
    side = studio.folder / "driver02" / "good.labels.csv"
    write_labels(side, [Label(5, 6, "fatigue.yawning"), Label(20, 25, "distraction.phone")])
    until(lambda: browser.run("return dmsDrive.store.labels.some((label) => label.kind === 'distraction.phone')"))
    # An editor moves one label and the window, which has not looked again yet, another way; and it adds a third.
    browser.run("Object.defineProperty(document, 'hidden', {value: true})")
    write_labels(side, [Label(5, 6, "fatigue.yawning"), Label(21, 25, "distraction.phone")])
    browser.run("""
    const phone = dmsDrive.store.labels.find((label) => label.kind === 'distraction.phone');
    const sleep = {t: 1, end: 2, kind: 'fatigue.sleep'};
    dmsDrive.store.change({before: phone, after: {...phone, end: 30}}, {before: null, after: sleep});
    """)
    until(lambda: len(read_labels(side)) == 3)
    kinds = [(label.t, label.end, str(label.kind)) for label in read_labels(side)]
    assert kinds == [(1, 2, "fatigue.sleep"), (5, 6, "fatigue.yawning"), (21, 25, "distraction.phone")]
    until(lambda: browser.run(TEXT, "conflicts"))
    assert "somebody else has changed" in browser.run(TEXT, "conflicts")
    browser.run("document.querySelector('#conflicts button').click()")
    until(lambda: Label(20, 30, "distraction.phone") in read_labels(side))
    assert [label.end for label in read_labels(side) if label.kind == "distraction.phone"] == [30]


def test_what_cannot_be_written_is_kept_in_the_browser_until_it_can(browser: Browser, studio: Studio) -> None:
    opened(browser, studio, drive_of(studio, "driver02/good.mcap"))
    side = studio.folder / "driver02" / "good.labels.csv"
    side.write_text("t,end,kind\n1,2,fatigue.sleep\nhalf a li")
    browser.run("dmsDrive.store.change({before: null, after: {t: 50, end: 51, kind: 'fatigue.yawning'}})")
    until(lambda: "good.labels.csv:3" in browser.run(TEXT, "saved"))
    assert "a change is not written yet" in browser.run(TEXT, "saved")
    side.write_text("t,end,kind\n1,2,fatigue.sleep\n")
    until(lambda: len(read_labels(side)) == 2)
    assert [str(label.kind) for label in read_labels(side)] == ["fatigue.sleep", "fatigue.yawning"]
    until(lambda: "all written" in browser.run(TEXT, "saved"))


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_texts_of_strangers_stay_texts_and_the_page_fits(browser: Browser, studio: Studio, width: int, dark: bool) -> None:
    opened(browser, studio, drive_of(studio, "driver01/bad.jsonl"))
    browser.resize(width, 844)
    browser.dark(wanted=dark)
    assert HOSTILE in browser.run(TEXT, "happened")
    assert browser.run("return window.taken ?? null") is None
    assert browser.run("return document.querySelectorAll('#happened img').length") == 0
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.complaints() == []
    browser.dark(wanted=False)


def test_a_link_leads_to_a_moment_and_playing_goes_on_from_there(browser: Browser, studio: Studio) -> None:
    opened(browser, studio, f"{drive_of(studio, 'driver01/bad.jsonl')}#t=42.5")
    assert browser.run("return dmsDrive.player.t") == 42.5
    assert "head 40° from the road" in browser.run(TEXT, "causes")
    browser.keys(">>> ")
    until(lambda: browser.run("return dmsDrive.player.t") > 46)
    assert browser.run("return [dmsDrive.player.rate, dmsDrive.player.playing]") == [8, True]
    browser.keys(" ")
    until(lambda: float(browser.run("return location.hash.slice(3)")) > 46)
    assert float(browser.run("return location.hash.slice(3)")) == pytest.approx(browser.run("return dmsDrive.player.t"), abs=0.01)


def test_what_was_seen_is_drawn(browser: Browser, studio: Studio) -> None:
    opened(browser, studio, f"{drive_of(studio, 'driver01/bad.jsonl')}#t=42.5")
    script = """
    const canvas = document.getElementById('overlay');
    if (!canvas.width) return 0;
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.filter((value, at) => at % 4 === 3 && value > 0).length;
    """
    until(lambda: browser.run(script) > 500)
    assert browser.run(script) > 500
    assert "40°" in browser.run(TEXT, "values")


def test_two_annotators_side_by_side_with_the_figures_of_dms_label(browser: Browser, studio: Studio) -> None:
    drive = studio.folder / "driver01" / "bad.jsonl"
    anna = drive.with_name("bad.anna.labels.csv")
    write_labels(anna, [Label(40.8, 44, "distraction.head_away"), Label(80, 82, "fatigue.microsleep")])
    address = f"{drive_of(studio, 'driver01/bad.jsonl')}?a=inside&b={anna.name}"
    opened(browser, studio, address)
    until(lambda: browser.run("return document.querySelectorAll('#agreement tbody tr').length") == 2)
    said = agreement_answer(read_labelled(drive), "inside", str(anna), None).agreement
    shown = studio.ask(f"/api{address.replace('?', '/agreement?')}").json["agreement"]
    assert shown == json.loads(msgspec.json.encode(said))
    kappas = browser.run("return [...document.querySelectorAll('#agreement tbody tr')].map((row) => row.cells[1].textContent)")
    assert kappas == [f"{kind.kappa:.2f}" for kind in said.kinds] == ["0.55", "1.00"]
    assert browser.run("return dmsDrive.timeline.rows.slice(0, 3).map((row) => row.name)") == ["Labels", "Labels A", "Labels B"]
    browser.keys("aa")
    assert browser.run("return dmsDrive.player.t") == 60
    assert "distraction.head_away, 1:00.0 to 1:04.0: only A" in browser.run(TEXT, "state")
    browser.run("dmsDrive.annotators.next(-1)")
    assert browser.run("return dmsDrive.player.t") == 40
    anna.write_text("t,end,kind\n1,2\n3,4,fatigue.yawning\n")
    browser.run("dmsDrive.annotators.renew()")
    until(lambda: "bad.anna.labels.csv:2" in browser.run(TEXT, "annotators-words"))
    assert browser.run("return dmsDrive.timeline.rows[1].name") != "Labels A"
    assert studio.ask(f"/api{drive_of(studio, 'driver01/bad.jsonl')}/agreement?a=inside&b=../x").status == 422
    anna.unlink()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("page", ["table", "drive", "fleet", "live"])
def test_axe_finds_nothing_to_complain_of(browser: Browser, studio: Studio, page: str, dark: bool) -> None:
    browser.dark(wanted=dark)
    paths = {"table": "/", "drive": f"{drive_of(studio, 'driver01/bad.jsonl')}#t=42.5"}
    opened(browser, studio, paths.get(page, f"/{page}"))
    if page == "drive":
        browser.run("dmsDrive.panel.select(dmsDrive.store.labels[0])")
    found = complaints_of_axe(browser)
    browser.dark(wanted=False)
    assert found == []
