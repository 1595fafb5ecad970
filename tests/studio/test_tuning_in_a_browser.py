"""The page of tuning through the eyes of a tuner: begin a study, watch it, see what it says of drivers held out, take a pack."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from dms.drives.studies.course import NAME, STUDY
from tests.axe import complaints_of_axe
from tests.drives.tuning.tuning_ground import PACK, SPACE, write_drives
from tests.studio.conftest import DRAWN, TEXT, Studio, opened
from tools.browser import Browser

STUDY_NOW = "return dmsTuning.study ? [dmsTuning.study.name, dmsTuning.study.state] : null"
ENTER = "\ue007"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Three drivers with something to tune, a space beside their pack, and a folder with studies of which one is damaged."""
    folder, beside = tmp_path_factory.mktemp("drives"), tmp_path_factory.mktemp("beside")
    write_drives(folder, 3)
    damaged = beside / "runs" / "damaged"
    damaged.mkdir(parents=True)
    (damaged / NAME).write_text("{")
    (damaged / STUDY).write_bytes(b"no database" * 500)
    running = Studio(folder, beside, "--studies", str(beside / "runs"))
    running.pack.write_text(PACK)
    (beside / "space.yaml").write_text(SPACE)
    for number in range(3):
        running.row(f"driver{number}.jsonl", state="read")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def tried(studio: Studio) -> str:
    """The name of a study that is done."""
    asked = {"name": "tried", "pack": "0/story", "space": "0/space", "trials": 8}
    assert studio.ask("/api/tuning/begin", json.dumps(asked).encode()).status == 200
    studio.until(
        lambda: [one["state"] for one in studio.ask("/api/tuning").json["studies"] if one["name"] == "tried"] == ["done"]
    )
    return "tried"


def test_from_a_study_to_a_pack_in_the_rules(browser: Browser, studio: Studio) -> None:
    opened(browser, studio, "/tuning?study=damaged")
    studio.until(lambda: browser.run("return dmsTuning.study !== undefined"))
    assert f"{NAME}: damaged: " in browser.run(TEXT, "problems")
    assert "not a database" in browser.run(TEXT, "problems")
    assert browser.run("return [document.getElementById('stop').hidden, document.getElementById('go-on').hidden]") == [True, True]

    browser.run("document.getElementById('new').open = true; document.getElementById('begin-trials').focus()")
    assert browser.run("return document.getElementById('begin-space').selectedOptions[0].text") == "space (for story)"
    browser.run("document.getElementById('begin-trials').value = '8'")
    browser.keys(ENTER)
    studio.until(lambda: browser.run(STUDY_NOW) == ["tune-story", "done"])
    assert browser.run("return dmsTuning.study.tried.length") == 8
    log = (studio.pack.parent / "runs" / "tune-story" / "tune.log").read_text()
    result = json.loads((studio.pack.parent / "runs" / "tune-story" / "result.json").read_text())
    assert browser.run("return dmsTuning.study.front.length") == len(result["front"])
    if result["taken"] is not None:
        studio.until(lambda: len(browser.run(TEXT, "verdict")) > 5)
        assert browser.run(TEXT, "verdict") in log, "the same words"
    assert "tune on   2 drives" in browser.run(TEXT, "heading")

    refused = studio.ask("/api/tuning/begin", json.dumps({"name": "tune-story", "pack": "0/story", "space": "0/space"}).encode())
    assert (refused.status, "a study of this name already" in refused.json["error"]) == (409, True)
    outside = studio.ask("/api/tuning/begin", json.dumps({"name": "../x", "pack": "0/story", "space": "0/space"}).encode())
    assert (outside.status, "no folder" in outside.json["error"]) == (409, True)

    numbers = browser.run("return dmsTuning.front.pack.changes")
    browser.run("document.getElementById('take').click()")
    studio.until(lambda: browser.run("return location.pathname") == "/rules" and browser.run(DRAWN))
    studio.until(lambda: browser.run("return document.getElementById('save-words')?.textContent ?? ''") != "")
    assert browser.run("return dmsRules.values") == {name: now for name, (_, now) in numbers.items()}
    assert "moved, was" in browser.run(TEXT, "diff"), "with the differences to the pack it came from"
    assert browser.complaints() == []


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_page_of_tuning_fits_and_is_walked_by_keyboard(
    browser: Browser, studio: Studio, tried: str, width: int, dark: bool
) -> None:
    opened(browser, studio, f"/tuning?study={tried}")
    browser.resize(width, 844)
    browser.dark(wanted=dark)
    studio.until(lambda: browser.run("return document.querySelectorAll('#front tbody button').length") > 0)
    browser.run("document.querySelector('#front tbody button').focus()")
    first = browser.run("return document.activeElement.value")
    count = browser.run("return document.querySelectorAll('#front tbody button').length")
    browser.keys("\ue015")
    assert (browser.run("return document.activeElement.value") != first) == (count > 1)
    assert browser.run("return String(dmsTuning.front.picked) === document.activeElement.value")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.complaints() == []
    browser.dark(wanted=False)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_to_complain_of_in_a_study(browser: Browser, studio: Studio, tried: str, dark: bool) -> None:
    browser.dark(wanted=dark)
    opened(browser, studio, f"/tuning?study={tried}")
    studio.until(lambda: browser.run("return document.querySelectorAll('#front tbody button').length") > 0)
    found = complaints_of_axe(browser)
    browser.dark(wanted=False)
    assert found == []


def test_a_study_is_stopped_and_gone_on_with(studio: Studio) -> None:
    asked = {"name": "long", "pack": "0/story", "space": "0/space", "trials": 5000}
    assert studio.ask("/api/tuning/begin", json.dumps(asked).encode()).status == 200

    def listed() -> dict[str, str]:
        return next(one for one in studio.ask("/api/tuning").json["studies"] if one["name"] == "long")

    studio.until(lambda: "packs are tried" in listed()["words"])
    assert listed()["state"] == "at work"
    again = studio.ask("/api/tuning/go-on", json.dumps({"name": "long", "trials": 8}).encode())
    assert again.status == 409
    assert "packs are tried" in again.json["error"], "another studio has it, or this one"
    assert studio.ask("/api/tuning/stop", json.dumps({"name": "long"}).encode()).status == 200
    studio.until(lambda: listed()["state"] == "stopped")
    tried = len(studio.ask("/api/tuning/study?name=long").json["tried"])
    assert studio.ask("/api/tuning/go-on", json.dumps({"name": "long", "trials": tried + 8}).encode()).status == 200
    studio.until(lambda: listed()["state"] == "done")
    assert len(studio.ask("/api/tuning/study?name=long").json["tried"]) == tried + 8
