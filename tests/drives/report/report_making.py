"""Reports of small drives for tests, and what can be read back from a page."""

from __future__ import annotations

import base64
import json
from array import array
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import Pack, load_pack
from dms.drives.replaying.replay import Watch, replay
from dms.drives.report.origin import Origin
from dms.drives.report.report import Report, ReportWatches
from dms.monitor.monitor import Monitor
from dms.recording.drive import open_drive
from dms.types import DriveRecord
from tests.drives.drive_making import PACK, write_jsonl

LENIENT = (
    PACK.replace("pack: story", "pack: lenient")
    .replace("after_s: 2.0", "after_s: 3.5")
    .replace("deadline_s: 2.5", "deadline_s: 4.0")
)
"""The same rules, but a turned head has three and a half seconds."""


def pack_at(path: Path, text: str = PACK) -> Pack:
    """A pack, written to `path` and loaded."""
    path.write_text(text)
    return load_pack(str(path))


def report_of(path: Path, pack: Pack, compare: Pack | None = None, also: Sequence[Watch] = ()) -> Report:
    """What `dms report` makes of a drive."""
    watches = ReportWatches(compare)
    result = replay(open_drive(path), Monitor(pack, load_cabin()), [*watches.all, *also])
    return Report(result, pack, watches, Origin(pack.name, compare.name if compare else None, "left_hand_drive"))


def report_on(folder: Path, records: Iterable[DriveRecord], *, pack: str = PACK, compare: str | None = None) -> Report:
    """The same of records that become a drive first."""
    drive = write_jsonl(folder / "drive.jsonl", iter(records))
    other = pack_at(folder / "other.yaml", compare) if compare is not None else None
    return report_of(drive, pack_at(folder / "story.yaml", pack), other)


class Parsed(HTMLParser):
    """A page as a browser takes it apart: its elements with their attributes, and the text of each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag in ("script", "style"):
            getattr(self, f"{tag}s").append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            getattr(self, f"{self._inside}s")[-1] += data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        """Everything that a person can read."""
        return " ".join(self.words)

    @property
    def data(self) -> dict[str, Any]:
        """What the script is given."""
        found: dict[str, Any] = json.loads(self.scripts[0])
        return found


def numbers(text: str, typecode: str) -> array[int]:
    """An array of the page, unpacked."""
    return array(typecode, base64.b64decode(text))
