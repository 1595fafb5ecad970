"""The drives of the comparison: the bundled ones as perception saw them, simulated drivers, and one who uses the controls."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from tools.identical.commands import ROOT
from tools.identical.eventful import made_eventful
from tools.simulate.__main__ import main

BUNDLED = ROOT / "tests" / "data" / "drives"
SEEN = ROOT / "tests" / "data" / "identical"
"""What perception saw in the bundled videos when this was recorded first: drives that are the same on every machine."""

SIMULATED: Mapping[str, tuple[str, ...]] = {
    "attentive": ("--mood", "attentive", "--driver", "0", "--minutes", "1.5", "--fps", "30", "--seed", "1"),
    "drowsy": ("--mood", "drowsy", "--driver", "1", "--minutes", "5", "--fps", "12", "--seed", "7"),
    "distracted": ("--mood", "distracted", "--driver", "3", "--minutes", "4", "--fps", "15", "--seed", "8", "--phone-reader"),
}
EVENTFUL = "eventful"
_EVENTFUL = ("--mood", "attentive", "--driver", "2", "--minutes", "6", "--fps", "12", "--seed", "4", "--phone-reader")


def seen_drives(folder: Path) -> list[Path]:
    """The bundled drives as JSON lines: what was seen of the driver, and the file beside the video with vehicle and labels."""
    drives = []
    for trace in sorted(BUNDLED.glob("*.jsonl")):
        seen = lzma.decompress((SEEN / f"{trace.stem}.seen.jsonl.xz").read_bytes())
        drives.append(folder / trace.name)
        drives[-1].write_bytes(trace.read_bytes() + seen)
    return drives


def simulated_drives(folder: Path) -> list[Path]:
    """A short drive of every mood, and one in which so much goes wrong that every pack has something to say."""
    drives = []
    for mood, options in SIMULATED.items():
        drives.append(folder / f"driver-{mood}.jsonl")
        simulate("drive", *options, "-o", str(drives[-1]))
    quiet, eventful = folder / "quiet.jsonl", folder / f"driver-{EVENTFUL}.jsonl"
    simulate("drive", *_EVENTFUL, "-o", str(quiet))
    records = made_eventful(json.loads(line) for line in quiet.read_text().splitlines())
    eventful.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return [*drives, eventful]


def simulate(*words: str) -> None:
    """`python -m tools.simulate`, in this process, as another would first import what this one has.

    Raises:
        RuntimeError: it did not end well.
    """
    with Path(os.devnull).open("w") as nothing, redirect_stdout(nothing), redirect_stderr(nothing):
        code = main(list(words))
    if code:
        raise RuntimeError(f"simulate {' '.join(words)}: exit code {code}")
