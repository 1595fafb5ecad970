"""`python -m tools.identical record FILE` and `check FILE`; `--corpus DIR` for the ten hours of simulated drivers."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.identical.commands import Commands, hold_environment_still
from tools.identical.corpus import corpus_outputs
from tools.identical.machine import machine
from tools.identical.manifest import Manifest, Output, differences
from tools.identical.quick import quick_outputs


def main() -> int:
    """Record or check; 0 if nothing differs."""
    options = _parser().parse_args()
    hold_environment_still()
    with tempfile.TemporaryDirectory(prefix="dms-") as folder:
        new = Manifest.of(_outputs(Commands(Path(folder)), options.corpus), machine())
    if options.command == "record":
        new.write(options.file, with_texts=options.corpus is None)
        print(f"{options.file}: {len(new.hashes)} outputs")
        return 0
    old = Manifest.read(options.file)
    found = list(differences(old, new))
    print("\n".join(found) if found else f"{len(old.hashes)} outputs, all identical", flush=True)
    if old.machine != new.machine:
        print(f"not compared, made by networks on another machine: {len(old.of_pictures)} outputs", file=sys.stderr)
    return 1 if found else 0


def _outputs(commands: Commands, corpus: Path | None) -> Iterator[Output]:
    return quick_outputs(commands) if corpus is None else corpus_outputs(commands, corpus)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.identical", description="Whether dms still does what it did.")
    actions = parser.add_subparsers(dest="command", required=True)
    for name, help_text in (("record", "write down what it does now"), ("check", "compare what it does now to what it did")):
        action = actions.add_parser(name, help=help_text)
        action.add_argument("file", type=Path, help="the manifest, such as tests/data/identical/quick.json")
        action.add_argument("--corpus", type=Path, metavar="DIR", help="the corpus of simulated drives instead, made in DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
