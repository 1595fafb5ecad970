"""`dms studio` as its users have it: a process that prints an address, and answers there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dms.types import DriverInput, Label
from tests.drives.drive_making import PACK, story, write_jsonl, write_mcap
from tools.running_studio import RunningStudio

HOSTILE = "</script><img src=x onerror='window.taken = true'>"
BROKEN = '{"topic":"observation","t":0.0,"frame":0}\n{"topic":"observation","t":"x"}\n'


class Studio(RunningStudio):
    """One whose pack is that of the stories, in a file beside it."""

    def __init__(self, folder: Path, beside: Path, *options: str) -> None:
        self.pack = beside / "story.yaml"
        self.pack.write_text(PACK)
        super().__init__(folder, beside, "--rules", str(self.pack), *options)


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
