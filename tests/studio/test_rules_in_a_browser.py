"""The page of rules through the eyes of a tuner: find a rule, move its number, see what it does, save the pack, score it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dms.decision.pack_loader import load_pack
from dms.types import Label
from tests.axe import complaints_of_axe
from tests.drives.drive_making import PACK, story, write_jsonl, write_mcap
from tests.drives.report.test_report_in_a_browser import until
from tests.studio.conftest import BROKEN, HOSTILE, TEXT, Studio, opened
from tools.browser import Browser
from tools.running_server import PATIENCE_S

AFTER = "rules.turned.ladder.advisory.after_s"
ABOVE = "rules.turned.when.above"
FIELD = "dmsRules.view.fields.get(arguments[0])"
FIGURES = """
const told = dmsRules.effects[arguments[0]], side = arguments[0] === 'set' ? told?.now : told?.figures[1];
return side?.kinds.find((kind) => kind.kind === 'all') ?? null;
"""
MOVE = f"""
const field = {FIELD}, input = field[arguments[2] ?? 'slider'];
field.element.closest('details').open = true;
input.focus();
input.value = String(arguments[1]);
input.dispatchEvent(new Event('input', {{bubbles: true}}));
"""
ARROW_LEFT, ARROW_RIGHT, TAB = "\ue012", "\ue014", "\ue004"
COMMENT = "  # [D] two seconds <img src=x onerror='window.taken = true'>"
TUNED_PACK = PACK.replace("after_s: 2.0}", f"after_s: 2.0}}{COMMENT}")
OTHER_PACK = PACK.replace("pack: story", "pack: lenient").replace("after_s: 2.0", "after_s: 3.0").replace("asleep", "dozing")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Three drives of two drivers and one that is broken, a pack beside them, another one, and one that is broken."""
    folder, beside = tmp_path_factory.mktemp("drives"), tmp_path_factory.mktemp("beside")
    for driver in ("driver01", "driver02"):
        (folder / driver).mkdir()
    aside = [(20.0, 22.7), (40.0, 44.0), (60.0, 66.0)]
    labels = [Label(t, end, "distraction.head_away", HOSTILE) for t, end in (*aside[1:], (75.0, 79.0))]
    records = [*story(90, turned=aside, labelled=False), *labels]
    write_jsonl(folder / "driver01" / "worst.jsonl", iter(records))
    write_mcap(folder / "driver01" / "asleep.mcap", story(60, asleep=[(40, 42)]))
    write_mcap(folder / "driver02" / "other.mcap", story(60, turned=[(30, 35)], seed=2))
    (folder / "driver02" / "broken.jsonl").write_text(BROKEN)
    running = Studio(folder, beside)
    running.pack.write_text(TUNED_PACK)
    (beside / "lenient.yaml").write_text(OTHER_PACK)
    (beside / "broken.yaml").write_text(PACK.replace("after_s: 1.5", "after_s: soon"))
    (beside / "hostile.yaml").write_text(PACK.replace("For stories in tests", HOSTILE).replace("pack: story", "pack: hostile"))
    for name in ("driver01/worst.jsonl", "driver01/asleep.mcap", "driver02/other.mcap"):
        running.row(name, state="read")
    running.row("driver02/broken.jsonl", state="broken")
    yield running
    assert running.stop() == 0


def tried(browser: Browser, studio: Studio, path: str = "/rules") -> Browser:
    """The browser at the page, with everything tried."""
    opened(browser, studio, path)
    if browser.run(TEXT, "notice") == "":
        settle(browser, studio)
    return browser


def settle(browser: Browser, studio: Studio) -> None:
    """Wait until what was moved has been tried on all drives."""
    studio.until(
        lambda: browser.run("return dmsRules.trials.settled") and browser.run("return dmsRules.effects.set?.state") == "done"
    )


def dms(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """A command of dms."""
    command = [sys.executable, "-m", "dms", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def scored(drives: Path, pack: Path) -> dict[str, Any]:
    """What `dms score` says of all kinds together."""
    answer = json.loads(dms("score", drives, "--rules", pack, "--json", "--processes", "1").stdout)
    everything: dict[str, Any] = next(kind for kind in answer["kinds"] if kind["kind"] == "all")
    return everything


def same_as_scored(shown: dict[str, Any], said: dict[str, Any]) -> None:
    """Every figure that the page shows is that of the command."""
    names = ("labels", "matched", "missed", "false", "recall", "precision", "f1", "false_per_hour", "latency_p50_s")
    assert {name: shown[name] for name in names} == {name: said[name] for name in names}


def test_from_a_rule_to_a_pack_that_is_scored_the_same(browser: Browser, studio: Studio) -> None:
    tried(browser, studio)
    assert browser.run(TEXT, "title") == "Rules: For stories in tests"
    assert browser.run("return document.getElementById('drive').selectedOptions[0].text") == "driver01/worst.jsonl"
    same_as_scored(browser.run(FIGURES, "set"), scored(studio.folder, studio.pack))

    browser.run("const find = document.getElementById('find'); find.value = 'head_away'; find.dispatchEvent(new Event('input'))")
    heads = "return [...document.querySelectorAll('#sections details:not([hidden]) summary')].map((one) => one.textContent)"
    assert [head.split(":")[0] for head in browser.run(heads)] == ["turned"]
    assert "[D] two seconds <img" in browser.run(f"return {FIELD}.element.textContent", AFTER), "the source is text"
    browser.run(MOVE, AFTER, 3.5)
    settle(browser, studio)
    assert "advisory after 2 3.5 s in which" in browser.run(TEXT, "sections")
    changes = browser.run(
        "return [...document.querySelectorAll('#changes li')].map((one) => one.innerText.replaceAll('\\n', ' '))"
    )
    assert [change.split(" ", 1)[1] for change in changes] == [
        "gone: distraction.head_away advisory for 1.7 s, no label asks for it",
        "distraction.head_away 1.50 s later",
        "distraction.head_away 1.50 s later",
    ]
    assert browser.run("return location.hash") == f"#{AFTER}=3.5"

    browser.run("document.getElementById('save-name').value = 'night'; document.getElementById('save-look').click()")
    until(lambda: "a new file" in browser.run(TEXT, "save-words"))
    assert f"+      - {{level: advisory, after_s: 3.5}}{COMMENT} (moved, was 2.0)" in browser.run(TEXT, "diff")
    night = studio.pack.with_name("night.yaml")
    assert not night.exists(), "looking writes nothing"
    browser.run("document.getElementById('save-write').click()")
    until(lambda: "Saved" in browser.run(TEXT, "save-words"))
    settle(browser, studio)
    assert browser.run("return document.getElementById('pack').value") == "0/night"

    checked = dms("check", night)
    assert checked.returncode == 0, checked.stderr
    said = scored(studio.folder, night)
    same_as_scored(browser.run(FIGURES, "set"), said)
    drive = browser.run(FIGURES, "drive")
    same_as_scored(drive, scored(studio.folder / "driver01" / "worst.jsonl", night))
    cells = "return [...document.querySelectorAll(`td[data-figure=${arguments[0]}]`)].map((one) => one.textContent)"
    assert browser.run(cells, "false_per_hour")[1] == f"{said['false_per_hour']:.2f}"
    assert browser.run(cells, "recall")[1] == f"{said['recall'] * 100:.1f} %"
    assert browser.run("return window.taken ?? null") is None
    assert browser.complaints() == []


def test_the_figures_are_those_of_the_saved_pack_while_it_is_only_moved(browser: Browser, studio: Studio) -> None:
    tried(browser, studio, "/rules?pack=0/story")
    browser.run(MOVE, ABOVE, 60, "field")
    settle(browser, studio)
    refused = browser.run(f"return {FIELD}.refused.textContent", ABOVE)
    assert refused == "", "until is less than above"
    shown = browser.run(FIGURES, "set")
    moved = studio.pack.with_name("moved.yaml")
    moved.write_text(PACK.replace("above: 15", "above: 60").replace("pack: story", "pack: moved"))
    same_as_scored(shown, scored(studio.folder, moved))
    moved.unlink()
    assert shown["missed"] == 4
    assert "label distraction.head_away missed, was answered" in browser.run(TEXT, "changes")


def test_what_the_schema_refuses_changes_nothing_and_says_why(browser: Browser, studio: Studio) -> None:
    tried(browser, studio, "/rules?pack=0/story")
    browser.run(MOVE, AFTER, 3)
    settle(browser, studio)
    before = browser.run("return JSON.stringify(dmsRules.effects.set)")
    browser.run(MOVE, ABOVE, 11)
    until(lambda: browser.run(f"return {FIELD}.refused.textContent", ABOVE))
    words = browser.run(f"return {FIELD}.refused.textContent", ABOVE)
    assert words == "story.yaml:7: rules.turned.when: until 12 must be less than above 11"
    settle(browser, studio)
    assert browser.run(f"return [{FIELD}.value, {FIELD}.field.value, {FIELD}.slider.value]", ABOVE) == [15, "15", "15"]
    assert browser.run("return JSON.stringify(dmsRules.effects.set)") == before
    assert browser.run("return dmsRules.values") == {AFTER: 3}
    browser.run(MOVE, AFTER, -4, "field")
    until(lambda: browser.run(f"return {FIELD}.refused.textContent", AFTER))
    assert "greater than or equal to 0" in browser.run(f"return {FIELD}.refused.textContent", AFTER)
    assert browser.run(f"return {FIELD}.value", AFTER) == 3


def test_a_pack_that_was_edited_meanwhile_is_not_written_over(browser: Browser, studio: Studio) -> None:
    mine = studio.pack.with_name("mine.yaml")
    mine.write_text(PACK.replace("pack: story", "pack: mine"))
    tried(browser, studio, "/rules?pack=0/mine")
    browser.run(MOVE, AFTER, 3)
    settle(browser, studio)
    browser.run("document.getElementById('save-look').click()")
    until(lambda: "replaces the file" in browser.run(TEXT, "save-words"))
    edited = mine.read_text() + "# by hand\n"
    mine.write_text(edited)
    browser.run("document.getElementById('save-write').click()")
    until(lambda: "changed meanwhile" in browser.run(TEXT, "save-words"))
    assert "nothing was written" in browser.run(TEXT, "save-words")
    assert mine.read_text() == edited

    browser.run(MOVE, AFTER, 3.2)
    settle(browser, studio)
    assert browser.run("return document.getElementById('stale').hidden") is False
    browser.run("document.getElementById('reload').click()")
    until(lambda: browser.run("return document.getElementById('stale').hidden"))
    settle(browser, studio)
    assert browser.run("return [document.getElementById('stale').hidden, dmsRules.values]") == [True, {AFTER: 3.2}]
    browser.run("document.getElementById('save-look').click()")
    until(lambda: "replaces the file" in browser.run(TEXT, "save-words"))
    browser.run("document.getElementById('save-write').click()")
    until(lambda: "Saved" in browser.run(TEXT, "save-words"))
    assert "# by hand" in mine.read_text()
    assert "after_s: 3.2}  # moved, was 2.0" in mine.read_text()
    assert load_pack(str(mine)).name == "mine"
    mine.unlink()


def test_by_keyboard_alone(browser: Browser, studio: Studio) -> None:
    tried(browser, studio, "/rules?pack=0/story")
    browser.run("document.querySelector('#sections summary').focus()")
    browser.keys("\ue007")
    assert browser.run("return document.querySelector('#sections details').open")
    browser.keys(TAB)
    assert browser.run(f"return document.activeElement === {FIELD}.slider", AFTER)
    browser.keys(ARROW_RIGHT * 3 + ARROW_LEFT)
    settle(browser, studio)
    assert browser.run("return dmsRules.values") == {AFTER: 2.2}
    assert browser.run(f"return document.activeElement === {FIELD}.slider", AFTER), "the focus stays"
    browser.keys(TAB)
    assert browser.run(f"return document.activeElement === {FIELD}.field", AFTER)
    browser.keys(TAB + " ")
    settle(browser, studio)
    assert browser.run("return dmsRules.values") == {}


def test_two_packs_side_by_side(browser: Browser, studio: Studio) -> None:
    tried(browser, studio, "/rules?pack=0/story&against=0/lenient")
    paragraphs = "document.querySelectorAll('[data-section=\"rules.turned\"] .other p.differs')"
    differs = browser.run(f"return [...{paragraphs}].map((one) => one.textContent)")
    assert differs[0].startswith("advisory after 3 s")
    assert "has no such rule" in browser.run(
        "return document.querySelector('[data-section=\"rules.asleep\"] .other').textContent"
    )
    only = browser.run("return [...document.querySelectorAll('#sections details.only summary')].map((one) => one.textContent)")
    assert [one for one in only if one.startswith("dozing") and one.endswith("only in lenient")]
    before = browser.run("return dmsRules.effects.set.before.kinds.find((kind) => kind.kind === 'all')")
    same_as_scored(before, scored(studio.folder, studio.pack.with_name("lenient.yaml")))
    same_as_scored(browser.run(FIGURES, "set"), scored(studio.folder, studio.pack))
    assert browser.run(TEXT, "letters") == "A lenient, B story"
    assert "1.00 s earlier" in browser.run(TEXT, "changes")


def test_a_broken_pack_is_a_sentence_with_its_line(browser: Browser, studio: Studio) -> None:
    tried(browser, studio, "/rules?pack=0/broken")
    assert "broken.yaml:19: rules.asleep.ladder.0.after_s: 'soon'" in browser.run(TEXT, "notice")
    assert browser.run("return document.getElementById('look').hidden")
    tried(browser, studio, "/rules?pack=0/none")
    assert "there is no such pack" in browser.run(TEXT, "notice")
    browser.run("const pack = document.getElementById('pack'); pack.value = '0/story'; pack.dispatchEvent(new Event('change'))")
    settle(browser, studio)
    assert browser.run("return [document.getElementById('look').hidden, document.getElementById('notice').hidden]") == [
        False,
        True,
    ]


@pytest.mark.parametrize("path", ["../night", "/tmp/night", "Night", "a/b"])
def test_a_path_is_no_name(studio: Studio, path: str) -> None:
    sheet = studio.ask("/api/rules/pack?id=0/story").json
    now = {"pack": "0/story", "sha256": sheet["sheet"]["sha256"], "values": {AFTER: 3.0}}
    question = json.dumps({"now": now, "place": 0, "name": path, "write": True}).encode()
    answer = studio.ask("/api/rules/save", question, {"authorization": f"Bearer {studio.token}"})
    assert answer.status == 409
    assert "no folder" in answer.json["error"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"pack": 1}', b'{"pack":"0/story","sha256":"","values":{"a":"b"}}', b"\xff"]
)
def test_a_question_that_is_none(studio: Studio, body: bytes) -> None:
    answer = studio.ask("/api/rules/sentences", body, {"authorization": f"Bearer {studio.token}"}, "POST")
    assert answer.status == 400
    assert "not a question" in answer.json["error"]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_texts_of_strangers_stay_texts_and_the_page_fits(browser: Browser, studio: Studio, width: int, dark: bool) -> None:
    tried(browser, studio, "/rules?pack=0/hostile")
    browser.resize(width, 844)
    browser.dark(wanted=dark)
    browser.run("dmsRules.view.open(true)")
    assert HOSTILE in browser.run(TEXT, "title")
    assert browser.run("return window.taken ?? null") is None
    assert browser.run("return document.querySelectorAll('main img').length") == 0
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.complaints() == []
    browser.dark(wanted=False)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_to_complain_of(browser: Browser, studio: Studio, dark: bool) -> None:
    browser.dark(wanted=dark)
    tried(browser, studio, f"/rules?pack=0/story&against=0/lenient#{AFTER}=3.5")
    browser.run("dmsRules.view.open(true); document.getElementById('save-look').click()")
    until(lambda: browser.run(TEXT, "save-words"))
    found = complaints_of_axe(browser)
    browser.dark(wanted=False)
    assert found == []
