"""What a studio works with besides its drives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.config import defaults

if TYPE_CHECKING:
    from dms.studio.live.line import Line


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`recorded_as` says what videos do not say of themselves. Packs are saved in `pack_folders` alone, and studies lie in
    `studies`. `cabin` is a cabin's name or file; `line` leads to a running service, if one is to be watched."""

    recorded_as: RecordedAs = AS_IT_SAYS
    pack_folders: tuple[Path, ...] = ()
    studies: Path = Path(defaults.STUDIES)
    cabin: str = defaults.CABIN
    line: Line | None = None
