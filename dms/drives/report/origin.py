"""Where a report comes from: the drive, the packs, the program and the command, with what identifies each."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import dms
from dms.config.driver_region import WHOLE_PICTURE, DriverRegion
from dms.decision.pack_loader import Pack
from dms.drives.replaying.replay import Replay
from dms.drives.report.markup import Markup, element
from dms.errors import DriveError
from dms.kept_key import file_sha256
from dms.recording.parts import parts_from

_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class Origin:
    """How the report was asked for: names as they were given to `dms report` or `dms replay`."""

    rules: str
    compare: str | None
    cabin: str
    speed_kph: float | None = None
    subcommand: Literal["report", "replay"] = "report"
    region: DriverRegion = WHOLE_PICTURE
    rotate_deg: int = 0
    mirror: bool = False
    fps: float | None = None
    models: Path | None = None

    def command(self, drive: Path) -> str:
        """What to type to get the same."""
        words = ["dms", self.subcommand, str(drive), "--rules", self.rules]
        words += ["--compare", self.compare] if self.compare is not None else []
        words += ["--cabin", self.cabin] if self.rules != "recorded" else []
        words += ["--speed-kph", f"{self.speed_kph:g}"] if self.speed_kph is not None else []
        words += ["--region", str(self.region)] if not self.region.is_whole else []
        words += ["--rotate", str(self.rotate_deg)] if self.rotate_deg else []
        words += ["--mirror"] if self.mirror else []
        words += ["--fps", f"{self.fps:g}"] if self.fps is not None else []
        words += ["--models", str(self.models)] if self.models is not None else []
        return shlex.join([*words, "-o" if self.subcommand == "report" else "--report", "PAGE.html"])


def origin_table(replay: Replay, packs: Sequence[Pack], origin: Origin) -> Markup:
    """All of it, a row each."""
    rows = [
        *_drive_rows(replay),
        *_pack_rows(packs),
        ("Made by", f"dms {dms.__version__}"),
        ("Command", origin.command(replay.path)),
    ]
    return element("table", element("tbody", *(_row(name, value) for name, value in rows)), class_="origin")


def _drive_rows(replay: Replay) -> Iterator[tuple[str, str]]:
    for part in parts_from(replay.path):
        yield "Drive", f"{part} ({part.stat().st_size:,} bytes, sha256 {_sha256(part)})"
    rejected = f", {replay.rejected} rejected" if replay.rejected else ""
    yield "Observations", f"{replay.observations:,}{rejected}, from {replay.start_s:.2f} s to {replay.end_s:.2f} s"
    if replay.recorded:
        same = "the same as" if tuple(replay.recorded) == tuple(replay.alerts) else "not the same as"
        yield "Recorded alerts", f"{len(replay.recorded)}, {same} those of this replay"
    said = [f"{name}: {_CREDENTIALS.sub('…@', value)}" for name, value in sorted(replay.metadata.items())]
    if said:
        yield "The drive says", "\n".join(said)


def _pack_rows(packs: Sequence[Pack]) -> Iterator[tuple[str, str]]:
    for pack in packs:
        yield "Pack", f"{pack.name}: {pack.file.title} ({pack.path.name}, sha256 {pack.sha256})"


def _row(name: str, value: str) -> Markup:
    return element("tr", element("th", name, scope="row"), element("td", value))


def _sha256(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError as error:
        raise DriveError(f"{path}: {error.strerror}") from error
