"""`dms studio` as its users have it: a process that prints an address, and answers there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dms.types import DriverInput, Label
from tests.drives.drive_making import PACK, story, write_jsonl, write_mcap
from tests.drives.report.test_report_in_a_browser import until
from tests.needs import need
from tools.browser import Browser, missing
from tools.running_studio import RunningStudio

HOSTILE = "</script><img src=x onerror='window.taken = true'>"
DRAWN = "return performance.getEntriesByName('drawn').length"
TEXT = "return document.getElementById(arguments[0]).textContent"
BROKEN = '{"topic":"observation","t":0.0,"frame":0}\n{"topic":"observation","t":"x"}\n'


class Studio(RunningStudio):
    """One whose pack is that of the stories, in a file beside it, and which listens to whoever publishes at `bus`."""

    def __init__(self, folder: Path, beside: Path, *options: str) -> None:
        self.pack = beside / "story.yaml"
        self.pack.write_text(PACK)
        self.bus = f"ipc://{beside}/bus"
        super().__init__(folder, beside, "--rules", str(self.pack), "--bus", self.bus, *options)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    need("browser", missing())
    with Browser(width=1280, height=900) as begun:
        yield begun


def opened(browser: Browser, studio: Studio, path: str = "/") -> Browser:
    """The browser at a page of the studio, drawn."""
    browser.resize(1280, 900)
    browser.complaints()
    browser.open("about:blank")
    browser.open(studio.address(path))
    until(lambda: browser.run(DRAWN))
    assert browser.run(DRAWN), browser.complaints()
    return browser


def fill(folder: Path) -> None:
    """Two drivers: one drive with a label that nothing answers, one in order, and one that is broken."""
    (folder / "driver01").mkdir()
    (folder / "driver02").mkdir()
    missed = Label(60, 64, "distraction.head_away", HOSTILE)
    mark = DriverInput(30.0, "mark", HOSTILE)
    write_jsonl(folder / "driver01" / "bad.jsonl", iter([*story(90, turned=[(40, 44)], asleep=[(80, 82)]), missed, mark]))
    write_mcap(folder / "driver02" / "good.mcap", story(60, asleep=[(40, 42)]))
    (folder / "driver02" / "broken.jsonl").write_text(BROKEN)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One over the drives of `fill`, all of them read."""
    folder = tmp_path_factory.mktemp("drives")
    fill(folder)
    running = Studio(folder, tmp_path_factory.mktemp("beside"))
    running.row("driver01/bad.jsonl", state="read")
    running.row("driver02/good.mcap", state="read")
    running.row("driver02/broken.jsonl", state="broken")
    yield running
    assert running.stop() == 0
