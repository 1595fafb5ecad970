"""Many drives at once: one that kills its process is named, and none is forgotten."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.batch import Setting, replay_many
from dms.errors import DriveError
from dms.types import Observation
from tests.drives.drive_making import PACK, story, write_jsonl


class Fatal:
    """Watching this video takes more memory than there is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self.share_read = 0.0

    def __iter__(self) -> Iterator[Observation]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield Observation(0.0, 0)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    (tmp_path / "story.yaml").write_text(PACK)
    return Setting(load_pack(str(tmp_path / "story.yaml")), load_cabin(), perceive=Fatal)


def test_a_killed_process_is_told_for_every_drive_it_took_along(tmp_path: Path, setting: Setting) -> None:
    fatal = tmp_path / "fatal.mp4"
    fatal.write_bytes(b"")
    outcomes = list(replay_many([fatal, tmp_path / "fatal.mp4"], setting, processes=2))
    assert [outcome.path for outcome in outcomes] == [fatal, fatal]
    assert all(isinstance(outcome.error, DriveError) for outcome in outcomes)
    assert "fatal.mp4: not replayed: a process was killed" in str(outcomes[0].error)


def test_outcomes_come_in_the_order_of_the_drives(tmp_path: Path, setting: Setting) -> None:
    long, short = (write_jsonl(tmp_path / f"{seconds}.jsonl", story(seconds)) for seconds in (20, 2))
    outcomes = list(replay_many([long, tmp_path / "gone.mcap", short], setting, processes=2))
    assert [outcome.path for outcome in outcomes] == [long, tmp_path / "gone.mcap", short]
    assert [outcome.replay.observations if outcome.replay else None for outcome in outcomes] == [600, None, 60]
    assert "gone.mcap: No such file" in str(outcomes[1].error)
