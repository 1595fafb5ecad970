"""The whole corpus of simulated drivers, ten hours, under every pack: alerts alone, kept as hashes alone."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator
from pathlib import Path

from tools.identical.commands import Commands
from tools.identical.drives import simulate
from tools.identical.manifest import Output
from tools.identical.normal import normal
from tools.identical.packs import packs

CORPUS = ("--drivers", "20", "--minutes", "30", "--seed", "1", "--format", "jsonl", "--processes", "1")


def corpus_outputs(commands: Commands, corpus: Path, wanted: Container[str] | None = None) -> Iterator[Output]:
    """The alerts of each of the corpus's drives under each pack, or of the `wanted` outputs alone.

    What the folder `corpus` lacks of its drives is simulated first.
    """
    simulate("corpus", *CORPUS, "-o", str(corpus.resolve()))
    for drive in sorted(corpus.resolve().glob("driver*.jsonl")):
        for pack in packs():
            name = f"corpus/{drive.stem}/{pack}"
            if wanted is None or name in wanted:
                yield Output(name, _alerts(commands, drive, pack))
        print(f"{drive.stem}: done", file=sys.stderr, flush=True)


def _alerts(commands: Commands, drive: Path, pack: str) -> str:
    ran = commands.run("replay", drive, "--rules", pack, "--jsonl", "-", "--quiet")
    if ran.exit_code:
        raise RuntimeError(f"{drive.name} under {pack}: {ran.stderr}")
    return normal(ran.stdout, commands.folder)
