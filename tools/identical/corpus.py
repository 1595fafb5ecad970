"""Hours of simulated drivers under every pack: alerts alone, kept as hashes alone."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterator

from tools.identical.commands import Commands, Running
from tools.identical.drives import simulate
from tools.identical.manifest import Output
from tools.identical.normal import normal
from tools.identical.packs import packs

CORPUS = ("--drivers", "12", "--minutes", "20", "--seed", "1", "--format", "jsonl", "--roads", "main")


def corpus_outputs(commands: Commands) -> Iterator[Output]:
    """Simulates the drives, then yields the alerts of each under each pack; as many replays at a time as there are processors.

    Raises:
        RuntimeError: a replay did not end well.
    """
    folder = commands.folder / "corpus"
    simulate("corpus", *CORPUS, "-o", str(folder))
    replays = ((drive, pack) for drive in sorted(folder.glob("driver*.jsonl")) for pack in packs())
    running: deque[tuple[str, Running]] = deque()
    for drive, pack in replays:
        if len(running) >= (os.cpu_count() or 1):
            yield _ended(commands, *running.popleft())
        ran = commands.start("replay", drive, "--rules", pack, "--jsonl", "-", "--quiet")
        running.append((f"corpus/{drive.stem}/{pack}", ran))
    while running:
        yield _ended(commands, *running.popleft())


def _ended(commands: Commands, name: str, replay: Running) -> Output:
    ran = replay.ended()
    if ran.exit_code:
        raise RuntimeError(f"{name}: {ran.stderr}")
    print(f"{name}: done", file=sys.stderr, flush=True)
    return Output(name, normal(ran.stdout, commands.folder))
