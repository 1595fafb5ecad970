"""Where a report comes from: the drive, the packs, the program and the command, with what identifies each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dms
from dms.decision.pack_loader import Pack
from dms.drives.parts import parts_from
from dms.drives.replay import Replay
from dms.drives.report.markup import Markup, element
from dms.errors import DriveError

_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class Origin:
    """What the caller knows of how the report came about: the command line, and the cabin as it was named."""

    command: str
    cabin: str


def origin_table(replay: Replay, packs: Sequence[Pack], origin: Origin) -> Markup:
    """All of it, a row each."""
    rows = [
        *_drive_rows(replay),
        *_pack_rows(packs),
        ("Cabin", origin.cabin),
        ("Made by", f"dms {dms.__version__}"),
        ("Command", origin.command),
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
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DriveError(f"{path}: {error.strerror}") from error
