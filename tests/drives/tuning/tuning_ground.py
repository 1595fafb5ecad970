"""Drivers for tests of tuning: short drives in which the head is turned, or the eyes fall shut, with labels where it matters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dms.config.cabin import load_cabin
from dms.drives.tuning.bench import Task
from dms.drives.tuning.candidates import Original, load_original
from dms.drives.tuning.crew import crew_here
from dms.drives.tuning.space import Space, load_space
from dms.drives.tuning.tuning import task_for
from dms.drives.tuning.workers import Workers
from dms.types import DriveRecord, Label
from tests.drives.drive_making import PACK as STORY_PACK
from tests.drives.drive_making import story, write_jsonl

PACK = STORY_PACK.replace("deadline_s: 2.5", "deadline_s: 3.4")
"""A turned head may be answered late, so that there is something to search."""


SPACE = """\
tunes: story
parameters:
  rules.turned.ladder.advisory.after_s: {from: 1.0, to: 4.0, step: 0.25}
  rules.turned.when.above: {from: 10, to: 45, step: 5, takes_along: [rules.turned.when.until]}
  rules.asleep.ladder.urgent.after_s: {from: 0.5, to: 2.5, step: 0.25}
"""


def write_pack_and_space(folder: Path, pack: str = PACK, space: str = SPACE) -> tuple[Path, Path]:
    """The pack and the space as files."""
    (folder / "story.yaml").write_text(pack)
    (folder / "space.yaml").write_text(space)
    return folder / "story.yaml", folder / "space.yaml"


def opened(folder: Path, pack: str = PACK, space: str = SPACE) -> tuple[Original, Space]:
    """The pack, ready to be tuned, and the space."""
    pack_file, space_file = write_pack_and_space(folder, pack, space)
    original = load_original(str(pack_file))
    return original, load_space(space_file, original.pack.name, original.data)


def a_drive(driver: int, *, labelled: bool = True) -> list[DriveRecord]:
    """Forty seconds: a turned head for 3.4 s that is labelled, one for 2.3 s that is not (a junction), closed eyes for 2 s."""
    shift = 0.2 * driver
    spans: dict[str, Any] = {"turned": ((14.0 + shift, 17.4 + shift), (24.0, 26.3)), "asleep": ((33.0, 35.0 + 0.1 * driver),)}
    records = list(story(40.0, seed=driver, **spans))
    wanted = [one for one in records if not isinstance(one, Label) or (labelled and one.t != 24.0)]
    return sorted(wanted, key=lambda one: one.t)


def write_drives(folder: Path, drivers: int = 4) -> list[Path]:
    """One drive for each driver."""
    folder.mkdir(exist_ok=True)
    return [write_jsonl(folder / f"driver{number}.jsonl", iter(a_drive(number))) for number in range(drivers)]


def a_task(folder: Path, original: Original, space: Space) -> Task:
    """What the processes have to know."""
    return task_for(original, space, load_cabin(), folder / "cues")


def some_workers(folder: Path, original: Original, space: Space, paths: list[Path], processes: int = 1) -> Workers:
    """Workers on these drives."""
    task = a_task(folder, original, space)
    return Workers(task, paths, crew_here(task, len(paths), processes))
