"""The whole corpus of simulated drivers, ten hours, under every pack: alerts alone, kept as hashes alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tools.identical.commands import Commands
from tools.identical.drives import simulate
from tools.identical.manifest import Output
from tools.identical.normal import normal
from tools.identical.packs import packs

CORPUS = ("--drivers", "20", "--minutes", "30", "--seed", "1", "--format", "jsonl", "--processes", "1")


def corpus_outputs(commands: Commands, corpus: Path) -> Iterator[Output]:
    """The alerts of each of the corpus's drives under each pack. What `corpus` lacks of it is simulated first."""
    simulate("corpus", *CORPUS, "-o", str(corpus.resolve()))
    for drive in sorted(corpus.resolve().glob("driver*.jsonl")):
        for pack in packs():
            ran = commands.run("replay", drive, "--rules", pack, "--jsonl", "-", "--quiet", "--processes", "1")
            if ran.exit_code:
                raise RuntimeError(f"{drive.name} under {pack}: {ran.stderr}")
            yield Output(f"corpus/{drive.stem}/{pack}", normal(ran.stdout, commands.folder))
        print(f"{drive.stem}: replayed under every pack", file=sys.stderr, flush=True)
